import { createHttpClient, type HttpClient } from '../../src/http/client.ts';
import { createPause } from '../../src/http/pause.ts';
import { HttpError, type ProviderProblem } from '../../src/http/error.ts';
import type { Context } from '../../src/context.ts';
import type { HttpClientOptions, HttpRequest } from '../../src/http/request.ts';
import { testContext } from '../harness/context.ts';

export const endpoint = 'https://api.example.com/base';

export const read: HttpRequest = {
  method: 'GET',
  url: `${endpoint}/accounts?limit=5`,
  purpose: 'list service accounts',
};

export const rotation: HttpRequest = {
  method: 'POST',
  url: `${endpoint}/accounts/7/rotate`,
  purpose: 'rotate service account 7',
  secretAnswer: true,
};

export const deletion: HttpRequest = {
  method: 'DELETE',
  url: `${endpoint}/accounts/7`,
  purpose: 'delete service account 7',
};

/** One answer of the server: a response, or whatever `fetch` does instead. */
export type Step = Response | Error | ((request: Request) => Promise<Response>);

export interface TestClient {
  readonly http: HttpClient;
  /** What was sent, in order. */
  readonly requests: readonly Request[];
  /** The waits between attempts, in milliseconds. */
  readonly sleeps: readonly number[];
  readonly timers: Timers;
  readonly debugLines: readonly string[];
  /** What the user was told of waits. */
  readonly notes: readonly string[];
  readonly ctx: Context;
}

/** A client whose server gives these answers in order; a further request is an error of the test. */
export function testClient(steps: readonly Step[], options: Partial<HttpClientOptions> = {}): TestClient {
  const requests: Request[] = [];
  const debugLines: string[] = [];
  const notes: string[] = [];
  const { ctx, sleeps } = testContext();
  const timers = manualTimers();
  const http = createHttpClient({
    fetch: (input, init) => {
      const request = new Request(input, init);
      const step = steps[requests.length];
      requests.push(request);
      return answer(step, request);
    },
    now: ctx.now,
    sleep: ctx.sleep,
    timeout: timers.start,
    timeoutMs: 30_000,
    signal: ctx.signal,
    credential: { header: () => Promise.resolve('Bearer abc.def'), source: 'TEST_TOKEN' },
    provider: 'nscale',
    endpoint,
    endpointSource: 'flag --endpoint',
    pause: createPause({
      now: ctx.now,
      provider: 'nscale',
      note: (text) => {
        notes.push(text);
        return Promise.resolve();
      },
    }),
    readProblem,
    userAgent: 'sactl/test',
    debug: (line) => {
      debugLines.push(line);
      return Promise.resolve();
    },
    ...options,
  });
  return { http, requests, sleeps, timers, debugLines, notes, ctx };
}

async function answer(step: Step | undefined, request: Request): Promise<Response> {
  if (step === undefined) throw new Error('this test expects no further request');
  if (step instanceof Error) throw step;
  return step instanceof Response ? step : await step(request);
}

interface Timers {
  readonly start: Context['timeout'];
  /** Milliseconds of every clock that was started. */
  readonly started: readonly number[];
  readonly running: () => number;
  /** Lets the time of every running clock run out. */
  readonly expire: () => void;
}

/** Clocks that run out when the test says so. */
function manualTimers(): Timers {
  const started: number[] = [];
  const running = new Set<AbortController>();
  return {
    started,
    running: () => running.size,
    start: (milliseconds) => {
      const controller = new AbortController();
      started.push(milliseconds);
      running.add(controller);
      return { signal: controller.signal, clear: () => running.delete(controller) };
    },
    expire: () => {
      for (const controller of running) controller.abort(new Error('time is up'));
    },
  };
}

/** The error shape of docs/contracts/nscale.md 5. */
function readProblem(_status: number, body: unknown): ProviderProblem | null {
  if (typeof body !== 'object' || body === null || !('error_description' in body)) return null;
  return {
    code: 'error' in body ? String(body.error) : null,
    message: String(body.error_description),
    traceId: 'trace_id' in body ? String(body.trace_id) : null,
  };
}

/** An error in nscale's own shape. */
export function refusal(status: number, headers: Record<string, string> = {}): Response {
  return json(status, { error: 'code', error_description: 'no' }, headers);
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

/** What `fetch` of Node rejects with: the reason is its cause. */
export function fetchFailed(cause: unknown): TypeError {
  return new TypeError('fetch failed', { cause });
}

export function systemError(code: string, properties: object = {}): Error {
  return Object.assign(new Error(`${code} happened`), { code, ...properties });
}

/** The HttpError that `work` ends in. */
export async function httpErrorOf(work: Promise<unknown>): Promise<HttpError> {
  const error = await rejectionOf(work);
  if (error instanceof HttpError) return error;
  throw new Error('this test expects an HttpError', { cause: error });
}

export async function rejectionOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('this test expects a rejection');
}

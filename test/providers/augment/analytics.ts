import { createHttpClient } from '../../../src/http/client.ts';
import { createPause } from '../../../src/http/pause.ts';
import type { Fetch } from '../../harness/fetch.ts';
import { createLimiter, type Analytics } from '../../../src/providers/augment/api.ts';
import { analyticsEndpoint } from '../../../src/providers/augment/environment.ts';
import { readProblem } from '../../../src/providers/augment/api.ts';
import { createAugmentEmulator } from '../../../src/sandbox/augment/app.ts';
import { augmentSandbox, seedAugment } from '../../../src/sandbox/augment/seed.ts';
import type { AugmentState } from '../../../src/sandbox/augment/state.ts';
import { inProcess } from '../../../src/sandbox/in-process.ts';
import { testContext, testNow, type TestContext } from '../../harness/context.ts';

export const token = augmentSandbox.reviewer.value;

export interface TestAnalytics extends Pick<TestContext, 'ctx' | 'sleeps'> {
  readonly analytics: Analytics;
  /** Every URL that was asked for, from its path on. */
  readonly paths: readonly string[];
  /** What the user was told of waits. */
  readonly notes: readonly string[];
}

export interface TestAnalyticsOptions {
  /** The bearer; default the reviewer's. */
  readonly token?: string;
  readonly signal?: AbortSignal;
}

/** The Analytics API as `fetch` plays it. */
export function analyticsOf(fetch: Fetch, options: TestAnalyticsOptions = {}): TestAnalytics {
  const { ctx, sleeps } = testContext(options.signal ? { signal: options.signal } : {});
  const paths: string[] = [];
  const notes: string[] = [];
  const http = createHttpClient({
    ...ctx,
    fetch: (input, init) => {
      const { url } = new Request(input, init);
      paths.push(url.slice(new URL(url).origin.length));
      return fetch(input, init);
    },
    timeoutMs: 30_000,
    credential: { header: () => Promise.resolve(`Bearer ${options.token ?? token}`), source: 'the session' },
    provider: 'augment',
    endpoint: analyticsEndpoint,
    endpointSource: 'default',
    pause: createPause({ now: ctx.now, provider: 'augment', note: () => Promise.resolve() }),
    readProblem,
    userAgent: 'sactl/test',
  });
  const analytics = {
    http,
    endpoint: analyticsEndpoint,
    takeTurn: createLimiter({ ...ctx, note: (text) => Promise.resolve(void notes.push(text)) }),
  };
  return { analytics, ctx, sleeps, paths, notes };
}

/** The emulator's Analytics API, on a fresh seed that a test may change. */
export function emulated(options: TestAnalyticsOptions = {}): TestAnalytics & { readonly state: AugmentState } {
  const state = seedAugment(testNow);
  const clock = { now: (): number => testNow };
  const emulator = createAugmentEmulator({ state, now: () => clock.now() });
  const connected = analyticsOf(inProcess(emulator, analyticsEndpoint), options);
  clock.now = connected.ctx.now;
  return { ...connected, state };
}

/** A server that gives the same answer every time. */
export function answering(status: number, body: unknown, contentType = 'application/json'): TestAnalytics {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return analyticsOf(() => Promise.resolve(new Response(text, { status, headers: { 'content-type': contentType } })));
}

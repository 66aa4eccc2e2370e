import { http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll } from 'vitest';

import { seedRunai } from '../../src/sandbox/runai/seed.ts';
import { runaiSandboxClients } from '../../src/sandbox/runai/seed-ids.ts';
import type { RunaiState } from '../../src/sandbox/runai/state.ts';
import { testContext, testNow, type TestContext, type TestContextOptions } from './context.ts';
import { runIn, type Outcome } from './run.ts';
import { createRunaiVariant, type RunaiVariant } from './runai-variants.ts';
import { freshStateDirectory } from './state.ts';

export const runaiEndpoint = 'https://runai.example.com';

/** Stands between the program and the emulator, for faults: answer instead of `next`, after it, or not at all. */
export type Intercept = (
  request: Request,
  next: (request: Request) => Promise<Response>,
) => Promise<Response> | Response;

/** Who signs in: the value of RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET. */
export interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface RunaiOptions extends Omit<Partial<RunaiVariant>, 'save'> {
  readonly intercept?: Intercept;
  /** Default: the administrator. */
  readonly client?: Client;
}

/** One control plane and a way to run commands against it. */
export interface RunaiDeployment {
  readonly state: RunaiState;
  /** Where runs against it keep their journal and locks. */
  readonly stateDirectory: string;
  /** `METHOD path?query` of every request that reached the network, in order, but those for access tokens. */
  readonly requests: readonly string[];
  /** The requests among them that change something. */
  readonly mutations: () => readonly string[];
  /** The bodies of those requests, parsed. */
  readonly bodies: readonly unknown[];
  /** `METHOD path` of every request for an access token. */
  readonly tokenRequests: readonly string[];
  /** The test's context, with the client in the environment. */
  readonly context: (options?: TestContextOptions) => TestContext;
  readonly run: (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;
}

/** Installs msw for a test file: requests go to the deployment made last, and anything else fails the test. */
export function useRunai(): (options?: RunaiOptions) => RunaiDeployment {
  const server = setupServer();
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());
  return (options = {}) => {
    const log = { requests: [], bodies: [], tokenRequests: [] };
    const state = options.state ?? seedRunai(testNow);
    const emulator = createRunaiVariant({ now: () => testNow, ...options, state });
    server.use(
      http.all(`${runaiEndpoint}/*`, async ({ request }) => {
        await record(request, log);
        return options.intercept === undefined ? emulator.fetch(request) : options.intercept(request, emulator.fetch);
      }),
    );
    return deployment(state, log, options.client);
  };
}

interface Log {
  readonly requests: string[];
  readonly bodies: unknown[];
  readonly tokenRequests: string[];
}

/** Whether a request asks for an access token, which changes nothing. */
export function isTokenRequest({ url }: Request): boolean {
  return new URL(url).pathname.endsWith('/token');
}

async function record(request: Request, { requests, bodies, tokenRequests }: Log): Promise<void> {
  const { pathname, search } = new URL(request.url);
  if (isTokenRequest(request)) {
    tokenRequests.push(`${request.method} ${pathname}`);
    return;
  }
  requests.push(`${request.method} ${pathname}${search}`);
  if (request.method !== 'GET') bodies.push(await bodyOf(request.clone()));
}

function deployment(state: RunaiState, log: Log, client: Client = runaiSandboxClients.administrator): RunaiDeployment {
  const stateDirectory = freshStateDirectory();
  function context(options: TestContextOptions = {}): TestContext {
    return testContext({
      fetch: (input, init) => globalThis.fetch(input, init),
      ...options,
      env: {
        SACTL_STATE_DIR: stateDirectory,
        RUNAI_BASE_URL: runaiEndpoint,
        RUNAI_CLIENT_ID: client.clientId,
        RUNAI_CLIENT_SECRET: client.clientSecret,
        ...options.env,
      },
    });
  }
  return {
    state,
    stateDirectory,
    ...log,
    mutations: () => log.requests.filter((request) => !request.startsWith('GET ')),
    context,
    run: (argv, options) => runIn(context(options), argv),
  };
}

async function bodyOf(request: Request): Promise<unknown> {
  const text = await request.text();
  return text === '' ? null : (JSON.parse(text) as unknown);
}

export { runaiSandboxClients };

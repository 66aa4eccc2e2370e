import { http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll } from 'vitest';

import { testContext, type TestContext, type TestContextOptions } from './context.ts';
import { runIn, type Outcome } from './run.ts';
import { freshStateDirectory } from './state.ts';

/** Stands between the program and the emulator, for faults: answer instead of `next`, after it, or not at all. */
export type Intercept = (
  request: Request,
  next: (request: Request) => Promise<Response>,
) => Promise<Response> | Response;

/** What a test may say of every deployment. */
export interface DeploymentOptions {
  readonly intercept?: Intercept;
}

/** What makes a provider's emulator a deployment that commands run against. */
export interface EmulatedProvider<Options extends DeploymentOptions, State> {
  /** The origin that the program asks. */
  readonly endpoint: string;
  readonly start: (options: Options) => {
    readonly state: State;
    readonly fetch: (request: Request) => Promise<Response>;
    /** The connection in the environment, without the state directory. */
    readonly env: Readonly<Record<string, string>>;
  };
  /** Whether a request only asks for an access token; it is logged apart. */
  readonly isTokenRequest?: (request: Request) => boolean;
  /** Whether queries are logged with the paths. */
  readonly logsQueries?: boolean;
}

/** One deployment, one machine, and a way to run commands on it. */
export interface Deployment<State> {
  readonly state: State;
  /** Where runs against it keep their journal and locks. */
  readonly stateDirectory: string;
  /** `METHOD path` of every request that reached the network, in order, but those for access tokens. */
  readonly requests: readonly string[];
  /** The requests among them that change something. */
  readonly mutations: () => readonly string[];
  /** The bodies of those requests, parsed. */
  readonly bodies: readonly unknown[];
  /** The Authorization header of every request. */
  readonly authorizations: readonly (string | null)[];
  /** `METHOD path` of every request for an access token. */
  readonly tokenRequests: readonly string[];
  /** The test's context, with the deployment's connection in the environment. */
  readonly context: (options?: TestContextOptions) => TestContext;
  readonly run: (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;
}

interface Log {
  readonly requests: string[];
  readonly bodies: unknown[];
  readonly authorizations: (string | null)[];
  readonly tokenRequests: string[];
}

/** Installs msw for a test file: requests go to the deployment made last, and anything else fails the test. */
export function useEmulator<Options extends DeploymentOptions, State>({
  endpoint,
  start,
  isTokenRequest = () => false,
  logsQueries = false,
}: EmulatedProvider<Options, State>): (options: Options) => Deployment<State> {
  const server = setupServer();
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());

  async function record(request: Request, log: Log): Promise<void> {
    const { pathname, search } = new URL(request.url);
    if (isTokenRequest(request)) {
      log.tokenRequests.push(`${request.method} ${pathname}`);
      return;
    }
    log.requests.push(`${request.method} ${pathname}${logsQueries ? search : ''}`);
    log.authorizations.push(request.headers.get('authorization'));
    if (request.method !== 'GET') log.bodies.push(await bodyOf(request.clone()));
  }

  return (options) => {
    const log: Log = { requests: [], bodies: [], authorizations: [], tokenRequests: [] };
    const { state, fetch, env } = start(options);
    // A reset connection: msw would make an answer of the rejection.
    function answer(request: Request): Promise<Response> {
      return fetch(request).catch((error: unknown) => {
        if (error instanceof TypeError && error.message === 'fetch failed') return Response.error();
        throw error;
      });
    }
    server.use(
      http.all(`${endpoint}/*`, async ({ request }) => {
        await record(request, log);
        return options.intercept === undefined ? answer(request) : options.intercept(request, answer);
      }),
    );
    const stateDirectory = freshStateDirectory();
    function context(given: TestContextOptions = {}): TestContext {
      return testContext({
        fetch: (input, init) => globalThis.fetch(input, init),
        ...given,
        env: { SACTL_STATE_DIR: stateDirectory, ...env, ...given.env },
      });
    }
    return {
      state,
      stateDirectory,
      ...log,
      mutations: () => log.requests.filter((request) => !request.startsWith('GET ')),
      context,
      run: (argv, given) => runIn(context(given), argv),
    };
  };
}

async function bodyOf(request: Request): Promise<unknown> {
  const text = await request.text();
  return text === '' ? null : (JSON.parse(text) as unknown);
}

import { http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll } from 'vitest';

import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { organizationId, sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import type { NscaleState } from '../../src/sandbox/nscale/state.ts';
import { testContext, testNow, type TestContext, type TestContextOptions } from './context.ts';
import { createNscaleVariant, type NscaleVariant } from './nscale-variants.ts';
import { runIn, type Outcome } from './run.ts';
import { freshStateDirectory } from './state.ts';

/** The endpoint that the program uses when nobody names another. */
export const nscaleEndpoint = 'https://identity.nks.europe-west4.nscale.com';

/** Stands between the program and the emulator, for faults: answer instead of `next`, after it, or not at all. */
export type Intercept = (
  request: Request,
  next: (request: Request) => Promise<Response>,
) => Promise<Response> | Response;

export interface NscaleOptions extends Omit<Partial<NscaleVariant>, 'save'> {
  readonly intercept?: Intercept;
  /** Default: the administrator's. */
  readonly token?: string;
}

/** One deployment and a way to run commands against it. */
export interface NscaleDeployment {
  readonly state: NscaleState;
  /** Where runs against it keep their journal and locks. */
  readonly stateDirectory: string;
  /** `METHOD path` of every request that reached the network, in order. */
  readonly requests: readonly string[];
  /** The requests among them that change something. */
  readonly mutations: () => readonly string[];
  /** The bodies of those requests, parsed. */
  readonly bodies: readonly unknown[];
  /** The test's context, with the deployment's token in the environment. */
  readonly context: (options?: TestContextOptions) => TestContext;
  readonly run: (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;
}

/** Installs msw for a test file: requests go to the deployment made last, and anything else fails the test. */
export function useNscale(): (options?: NscaleOptions) => NscaleDeployment {
  const server = setupServer();
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());
  return (options = {}) => {
    const requests: string[] = [];
    const bodies: unknown[] = [];
    const state = options.state ?? seedNscale(testNow);
    const emulator = createNscaleVariant({ now: () => testNow, ...options, state });
    server.use(
      http.all(`${nscaleEndpoint}/*`, async ({ request }) => {
        requests.push(`${request.method} ${new URL(request.url).pathname}`);
        if (request.method !== 'GET') bodies.push(await bodyOf(request.clone()));
        return options.intercept === undefined ? emulator.fetch(request) : options.intercept(request, emulator.fetch);
      }),
    );
    return deployment({ state, requests, bodies, token: options.token });
  };
}

function deployment({
  state,
  requests,
  bodies,
  token = sandboxTokens.administrator,
}: {
  state: NscaleState;
  requests: string[];
  bodies: unknown[];
  token: string | undefined;
}): NscaleDeployment {
  const stateDirectory = freshStateDirectory();
  function context(options: TestContextOptions = {}): TestContext {
    return testContext({
      fetch: (input, init) => globalThis.fetch(input, init),
      ...options,
      env: { SACTL_STATE_DIR: stateDirectory, NSCALE_SERVICE_TOKEN: token, ...options.env },
    });
  }
  return {
    state,
    stateDirectory,
    requests,
    bodies,
    mutations: () => requests.filter((request) => !request.startsWith('GET ')),
    context,
    run: (argv, options) => runIn(context(options), argv),
  };
}

async function bodyOf(request: Request): Promise<unknown> {
  const text = await request.text();
  return text === '' ? null : (JSON.parse(text) as unknown);
}

export { organizationId, sandboxTokens };

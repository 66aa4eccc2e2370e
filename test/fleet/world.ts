import { setMaxListeners } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import type { IssuingProvider } from '../harness/providers.ts';
import type { Context } from '../../src/context.ts';
import type { Fetch } from '../harness/fetch.ts';
import type { Fault } from '../../src/sandbox/faults/fault.ts';
import { withFaults } from '../../src/sandbox/faults/inject.ts';
import { sandboxProviders } from '../../src/sandbox/providers.ts';
import { inProcess } from '../../src/sandbox/in-process.ts';
import { testContext, type TestContext, type TestContextOptions } from '../harness/context.ts';
import { virtualClock } from '../harness/late.ts';
import { runIn, type Outcome } from '../harness/run.ts';
import type { Scene } from './agreement.ts';
import { servers, type Server } from './servers.ts';

/** Providers with many accounts, one machine with a folder for their credentials, and a way to run commands on it. */
export interface World extends Scene {
  /** `METHOD URL` of every request, in order, but those for access tokens. */
  readonly requests: readonly string[];
  /** Those among them that change something. */
  readonly mutations: () => readonly string[];
  /** Arms these faults instead of those that were armed before. */
  readonly arm: (faults: readonly Fault[]) => void;
  readonly context: (options?: TestContextOptions) => TestContext;
  readonly run: (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;
}

export interface WorldOptions {
  /** Default: nscale alone. */
  readonly providers?: readonly IssuingProvider[];
  /** How many accounts there are with each provider. Default 6. */
  readonly accounts?: number;
  readonly faults?: readonly Fault[];
  /** Stands between the program and all providers. */
  readonly network?: (fetch: Fetch) => Fetch;
  /** Changes what the servers hold before anything is asked. */
  readonly arrange?: (servers: World['servers']) => void;
}

/** The target of most tests: a file for every account. */
export const toFiles = ['--to', 'file:tokens/{provider}-{name}'];

/** A world as it is before the first command. */
export function createWorld(options: WorldOptions = {}): World {
  const { providers = ['nscale'], accounts = 6, faults = [], network, arrange } = options;
  const root = mkdtempSync(join(tmpdir(), 'sactl-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const folder = join(root, 'work');
  mkdirSync(folder);
  const clock = virtualClock();
  const own = Object.fromEntries(providers.map((name) => [name, servers[name](accounts, clock.now)]));
  arrange?.(own);
  for (const server of Object.values(own)) layTokens(folder, server);
  const requests: string[] = [];
  let reach = connected(Object.values(own), faults, requests);
  function plain(...request: Parameters<Fetch>): Promise<Response> {
    return reach(...request);
  }
  const world = { servers: own, folder, stateDirectory: join(root, 'state'), requests };
  let processes = 0;
  function context({ env, signal, overrides, ...rest }: TestContextOptions = {}): TestContext {
    const settings = Object.assign({}, ...Object.values(own).map((server) => server.env));
    return testContext({
      cwd: folder,
      fetch: network?.(plain) ?? plain,
      self: processOf((processes += 1)),
      signal: heardByMany(signal ?? new AbortController().signal),
      overrides: { ...clock, ...overrides },
      ...rest,
      env: { SACTL_STATE_DIR: world.stateDirectory, ...settings, ...env },
    });
  }
  return {
    ...world,
    mutations: () => requests.filter((request) => !request.startsWith('GET ')),
    arm: (others) => {
      reach = connected(Object.values(own), others, requests);
    },
    context,
    run: (argv, runOptions) => runIn(context(runOptions), argv),
  };
}

/** Every run is a process of its own, and those before it have ended. */
function processOf(pid: number): Context['self'] {
  return { pid, host: 'test-host', isRunning: (other) => other === pid };
}

/** As the real one is: many listen, and that is no leak. */
function heardByMany(signal: AbortSignal): AbortSignal {
  setMaxListeners(0, signal);
  return signal;
}

/** A file for every account in the folder `tokens`, whose text is `old`. */
export function layTokens(folder: string, { name, accounts }: Server): void {
  mkdirSync(join(folder, 'tokens'), { recursive: true });
  for (const account of accounts()) {
    writeFileSync(join(folder, 'tokens', `${name}-${account.name}`), 'old', { mode: 0o600 });
  }
}

/** Reaches each server by its origin, through the faults that are armed for it. */
function connected(own: readonly Server[], faults: readonly Fault[], requests: string[]): Fetch {
  const fetches = new Map(
    own.map(({ name, emulator, endpoint }) => {
      const armed = faults.filter(({ provider }) => provider === name);
      const faulty = withFaults(emulator, armed, sandboxProviders[name].faults);
      return [endpoint, inProcess(faulty, endpoint)] as const;
    }),
  );
  return (input, init) => {
    const request = new Request(input, init);
    const { origin, pathname } = new URL(request.url);
    if (!pathname.endsWith('/token')) requests.push(`${request.method} ${request.url}`);
    const fetch = fetches.get(origin);
    if (fetch === undefined) throw new Error(`this test expects no request to ${origin}`);
    return fetch(request);
  };
}

/** Whether a request changes something; those for access tokens do not. */
export function isMutation({ method, url }: Pick<Request, 'method' | 'url'>): boolean {
  return method !== 'GET' && !new URL(url).pathname.endsWith('/token');
}

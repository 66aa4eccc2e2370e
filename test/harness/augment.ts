import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll } from 'vitest';

import { Secret, fingerprintOf as secretFingerprint } from '../../src/model/credential.ts';
import { addAccount, emptyInventory, type Inventory } from '../../src/providers/augment/inventory.ts';
import { addToken } from '../../src/providers/augment/inventory-tokens.ts';
import { createAugmentEmulator } from '../../src/sandbox/augment/app.ts';
import type { EmulatorOptions } from '../../src/sandbox/emulator.ts';
import { createAccount, issueToken, revokeToken } from '../../src/sandbox/augment/console.ts';
import { augmentSandbox, seedAugment } from '../../src/sandbox/augment/seed.ts';
import type { AugmentState } from '../../src/sandbox/augment/state.ts';
import { hashSecret } from '../../src/sandbox/records.ts';
import { testContext, testNow, type TestContext, type TestContextOptions } from './context.ts';
import { runIn, type Outcome } from './run.ts';
import { freshStateDirectory } from './state.ts';

/** The Analytics API, which is the only one there is. */
const augmentEndpoint = 'https://api.augmentcode.com';

/** The tenant of the seed, with a host as real ones have it. */
export const tenant = 'https://acme.api.augmentcode.com';

/** Where people manage service accounts and tokens. */
export const consoleUrl = 'https://app.augmentcode.com/settings/service-accounts';

export const { reviewer, docs } = augmentSandbox;

/** Stands between the program and the emulator, for faults: answer instead of `next`, after it, or not at all. */
export type Intercept = (
  request: Request,
  next: (request: Request) => Promise<Response>,
) => Promise<Response> | Response;

export interface AugmentOptions extends Partial<EmulatorOptions<AugmentState>> {
  readonly intercept?: Intercept;
  /** Whose session is in the environment. Default: the reviewer's. */
  readonly token?: string;
  /** What the machine has recorded. Default: nothing. */
  readonly inventory?: Inventory;
}

/** Which token a person makes in the web console; an account that is not there yet is made before it. */
export interface ConsoleForm {
  /** Default: the reviewer. */
  readonly account?: string;
  readonly token: string;
  /** Default: a random one. */
  readonly value?: string;
}

/** One organization with its web console, one machine, and a way to run commands on it. */
export interface AugmentDeployment {
  readonly state: AugmentState;
  /** The machine's journal, locks, inventory and backups. */
  readonly stateDirectory: string;
  /** Holds nothing until something is put there. */
  readonly homeDirectory: string;
  /** `METHOD path` of every request that reached the network, in order. */
  readonly requests: readonly string[];
  /** The Authorization header of each. */
  readonly authorizations: readonly (string | null)[];
  /** The requests that change something: there is no API for that. */
  readonly mutations: () => readonly string[];
  /** Plays the web console, and gives the session that can be downloaded there, as one line of JSON. */
  readonly issuance: (form: ConsoleForm) => string;
  /** Plays the web console. */
  readonly revoke: (form: Omit<ConsoleForm, 'value'>) => void;
  /** The test's context, with a session in the environment. */
  readonly context: (options?: TestContextOptions) => TestContext;
  readonly run: (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;
}

/** A session for `tenant`, as one line of JSON. */
export function sessionOf(accessToken: string): string {
  return JSON.stringify({ accessToken, tenantURL: `${tenant}/`, scopes: ['read', 'write'] });
}

/** The token of a session. */
export function tokenOf(session: string): string {
  return (JSON.parse(session) as { readonly accessToken: string }).accessToken;
}

export function fingerprintOf(session: string): string {
  return secretFingerprint(new Secret(tokenOf(session)));
}

const recordedAt = '2026-11-01T10:00:00.000Z';

/** The two accounts of the seed with the tokens they use, as they are recorded. */
export function seedInventory(): Inventory {
  return [reviewer, docs].reduce((inventory, { account: name, token, value }) => {
    const fingerprint = secretFingerprint(new Secret(value));
    const added = { tenant, name, description: null, at: recordedAt };
    return addToken(addAccount(inventory, added), { ...added, token, fingerprint, verified: true });
  }, emptyInventory);
}

/** Installs msw for a test file: requests go to the deployment made last, and anything else fails the test. */
export function useAugment(): (options?: AugmentOptions) => AugmentDeployment {
  const server = setupServer();
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());
  return (options = {}) => {
    const log: Log = { requests: [], authorizations: [] };
    const state = options.state ?? { ...seedAugment(testNow), tenantURL: `${tenant}/` };
    const emulator = createAugmentEmulator({ now: () => testNow, ...options, state });
    server.use(
      http.all(`${augmentEndpoint}/*`, ({ request }) => {
        log.requests.push(`${request.method} ${new URL(request.url).pathname}`);
        log.authorizations.push(request.headers.get('authorization'));
        return options.intercept === undefined ? emulator.fetch(request) : options.intercept(request, emulator.fetch);
      }),
    );
    return deployment(state, log, options);
  };
}

interface Log {
  readonly requests: string[];
  readonly authorizations: (string | null)[];
}

function deployment(
  state: AugmentState,
  log: Log,
  { token = reviewer.value, inventory = emptyInventory }: AugmentOptions,
): AugmentDeployment {
  const stateDirectory = freshStateDirectory();
  const homeDirectory = freshStateDirectory();
  mkdirSync(homeDirectory, { mode: 0o700 });
  if (inventory.accounts.length > 0) record(stateDirectory, inventory);
  function context(options: TestContextOptions = {}): TestContext {
    return testContext({
      fetch: (input, init) => globalThis.fetch(input, init),
      homeDirectory,
      ...options,
      env: {
        SACTL_STATE_DIR: stateDirectory,
        AUGMENT_SESSION_AUTH: sessionOf(token),
        ...options.env,
      },
    });
  }
  return {
    state,
    stateDirectory,
    homeDirectory,
    ...log,
    mutations: () => log.requests.filter((request) => !request.startsWith('GET ')),
    issuance: ({ account = reviewer.account, token: name, value }) => {
      const isThere = state.accounts.some((other) => other.name === account);
      if (!isThere) createAccount(state, { name: account, now: testNow });
      const session = issueToken(state, { account, token: name, now: testNow });
      const issued = state.accounts
        .flatMap(({ tokens }) => tokens)
        .find(({ hash }) => hash === hashSecret(session.accessToken));
      if (value === undefined || issued === undefined) return JSON.stringify(session);
      Object.assign(issued, { hash: hashSecret(value) });
      return JSON.stringify({ ...session, accessToken: value });
    },
    revoke: ({ account = reviewer.account, token: name }) => {
      revokeToken(state, { account, token: name, now: testNow });
    },
    context,
    run: (argv, options) => runIn(context(options), argv),
  };
}

/** As the program keeps it; folder and file are the user's own. */
function record(stateDirectory: string, inventory: Inventory): void {
  const folder = join(stateDirectory, 'augment');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'inventory.json'), JSON.stringify(inventory), { mode: 0o600 });
}

/** Puts a session where Auggie keeps its own, and gives the path of that file. */
export function signIn({ homeDirectory }: AugmentDeployment, session: string): string {
  const folder = join(homeDirectory, '.augment');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'session.json');
  writeFileSync(path, session, { mode: 0o600 });
  return path;
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Secret } from '../../src/model/credential.ts';
import { fingerprintOf as secretFingerprint } from '../../src/model/fingerprint.ts';
import { addAccount, addToken, emptyInventory, type Inventory } from '../../src/providers/augment/inventory.ts';
import { createAugmentEmulator } from '../../src/sandbox/augment/app.ts';
import type { EmulatorOptions } from '../../src/sandbox/emulator.ts';
import { createAccount, issueToken, revokeToken } from '../../src/sandbox/augment/console.ts';
import { augmentSandbox, seedAugment } from '../../src/sandbox/augment/seed.ts';
import type { AugmentState } from '../../src/sandbox/augment/state.ts';
import { hashSecret } from '../../src/sandbox/records.ts';
import { testNow, type TestContext, type TestContextOptions } from './context.ts';
import { useEmulator, type Deployment, type DeploymentOptions } from './deployment.ts';
import { runIn } from './run.ts';
import { freshStateDirectory } from './state.ts';

/** The Analytics API, which is the only one there is. */
const augmentEndpoint = 'https://api.augmentcode.com';

/** The tenant of the seed, with a host as real ones have it. */
export const tenant = 'https://acme.api.augmentcode.com';

/** Where people manage service accounts and tokens. */
export const consoleUrl = 'https://app.augmentcode.com/settings/service-accounts';

export const { reviewer, docs } = augmentSandbox;

export interface AugmentOptions extends Partial<EmulatorOptions<AugmentState>>, DeploymentOptions {
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
export interface AugmentDeployment extends Deployment<AugmentState> {
  /** Holds nothing until something is put there. */
  readonly homeDirectory: string;
  /** Plays the web console, and gives the session that can be downloaded there, as one line of JSON. */
  readonly issuance: (form: ConsoleForm) => string;
  /** Plays the web console. */
  readonly revoke: (form: Omit<ConsoleForm, 'value'>) => void;
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

export function useAugment(): (options?: AugmentOptions) => AugmentDeployment {
  const deploy = useEmulator({
    endpoint: augmentEndpoint,
    start: ({ token = reviewer.value, ...options }: AugmentOptions) => {
      const state = options.state ?? { ...seedAugment(testNow), tenantURL: `${tenant}/` };
      const { fetch } = createAugmentEmulator({ now: () => testNow, ...options, state });
      return { state, fetch, env: { AUGMENT_SESSION_AUTH: sessionOf(token) } };
    },
  });
  return (options = {}) => withMachine(deploy(options), options.inventory ?? emptyInventory);
}

/** A deployment with a home directory, what its machine has recorded, and the web console. */
function withMachine(deployment: Deployment<AugmentState>, inventory: Inventory): AugmentDeployment {
  const { state, stateDirectory } = deployment;
  const homeDirectory = freshStateDirectory();
  mkdirSync(homeDirectory, { mode: 0o700 });
  if (inventory.accounts.length > 0) record(stateDirectory, inventory);
  function context(options: TestContextOptions = {}): TestContext {
    return deployment.context({ homeDirectory, ...options });
  }
  return {
    ...deployment,
    homeDirectory,
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

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Secret } from '../../../src/model/credential.ts';
import { fingerprintOf } from '../../../src/model/fingerprint.ts';
import { openAccountLocks } from '../../../src/state/account-lock.ts';
import { inventoryFile } from '../../../src/providers/augment/inventory-file.ts';
import { openInventory } from '../../../src/providers/augment/inventory-record.ts';
import type { KeptDocument } from '../../../src/state/kept-document.ts';
import { addToken } from '../../../src/providers/augment/inventory.ts';
import { ci, later, recorded, tenant } from '../../providers/augment/recorded.ts';
import { testContext, type TestContextOptions } from '../../harness/context.ts';
import { runIn, type Outcome } from '../../harness/run.ts';
import { freshStateDirectory } from '../../harness/state.ts';

/** Where people manage service accounts and tokens. */
export const consoleUrl = 'https://app.augmentcode.com/settings/service-accounts';

/** The id of the one account with tokens: `one`, which is known by a fingerprint only, and `two`. */
export const ciId = 'd1.api.augmentcode.com/ci';

/** The value of the token `two`. */
export const secondToken = 'second-token-of-ci';

export const secondFingerprint = fingerprintOf(new Secret(secondToken));

/** A session as Auggie keeps it, on one line. */
export function sessionOf(accessToken: string): string {
  return JSON.stringify({ accessToken, tenantURL: `${tenant}/`, scopes: ['read', 'write'] });
}

/** A machine with an inventory of its own. */
export interface Machine {
  readonly stateDirectory: string;
  /** The inventory's file as it is now. */
  readonly inventory: () => Promise<string>;
  /** Runs a command with `--provider augment`; a request fails the test unless `fetch` is given. */
  readonly run: (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;
}

export async function augmentMachine(): Promise<Machine> {
  const stateDirectory = freshStateDirectory();
  const file = inventoryOf(stateDirectory);
  await openInventory(() => Promise.resolve(file)).update(() =>
    addToken(recorded(), { ...ci, token: 'two', fingerprint: secondFingerprint, verified: false, at: later }),
  );
  const env = { SACTL_STATE_DIR: stateDirectory, AUGMENT_SESSION_AUTH: sessionOf('own-token') };
  return {
    stateDirectory,
    inventory: () => readFile(file.place, 'utf8'),
    run: (argv, options = {}) =>
      runIn(testContext({ ...options, env: { ...env, ...options.env } }), [...argv, '--provider', 'augment']),
  };
}

function inventoryOf(stateDirectory: string): KeptDocument {
  const { ctx } = testContext();
  return inventoryFile({
    ...ctx,
    directory: join(stateDirectory, 'augment'),
    locks: openAccountLocks({ ...ctx, stateDirectory }),
  });
}

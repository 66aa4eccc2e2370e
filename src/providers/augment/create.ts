import type { Account, NewAccount } from '../../model/account.ts';
import type { IssuingPlan } from '../issuing.ts';
import type { Brought } from '../manual.ts';
import { toAccount } from './account.ts';
import type { Connection } from './connection.ts';
import { accountIn, addAccount, existing } from './inventory.ts';
import type { Inventory } from './inventory-schema.ts';
import { addToken, noteDelivery, type TokenKey } from './inventory-tokens.ts';
import { rawSession, sessionOf, take } from './issue.ts';
import { tenantOf } from './session.ts';

/** Records an account that a person made in the web console, with its first token. */
export function planCreate(
  connection: Connection,
  { name, description }: NewAccount,
  brought: Brought,
): IssuingPlan {
  const session = sessionOf(brought);
  const key = { tenant: tenantOf(session), name };
  const at = new Date(connection.now()).toISOString();
  const fingerprint = session.accessToken.fingerprint();
  const blank = { description, createdAt: at, updatedAt: at, tokens: [], deletedAt: null };
  const expected = toAccount({ ...key, ...blank }, connection.profile);
  return {
    requests: [],
    effects: [
      `service account "${name}" of ${key.tenant} is recorded on this machine, with its token "${brought.token}"`,
    ],
    expected,
    expectedRaw: (secret) => rawSession(session, secret),
    credentialKind: 'api-token',
    isSelf: false,
    isBrought: true,
    ask: (options) => take(session, expected, options),
    look: () => Promise.resolve({ kind: 'unchanged' }),
    settle: async (_, { verified }) => {
      const recorded = await connection.inventory.update((inventory) => {
        const isNew = accountIn(inventory, key) === null;
        const withAccount = isNew ? addAccount(inventory, { ...key, description, at }) : inventory;
        return addToken(withAccount, { ...key, token: brought.token, fingerprint, verified, at });
      });
      return toAccount(existing(recorded, key), connection.profile);
    },
    record: (delivered) => record(connection, { ...key, token: brought.token }, delivered),
  };
}

/** Notes where a token is now, and what else `change` makes of that. */
export async function record(
  { inventory, now, profile }: Connection,
  key: TokenKey,
  targets: readonly string[],
  change: (inventory: Inventory, at: string) => Inventory = (same) => same,
): Promise<Account> {
  const at = new Date(now()).toISOString();
  const recorded = await inventory.update((before) =>
    change(noteDelivery(before, { ...key, at, targets }), at),
  );
  return toAccount(existing(recorded, key), profile);
}

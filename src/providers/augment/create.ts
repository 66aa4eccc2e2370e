import type { Account, NewAccount } from '../../model/account.ts';
import type { IssuingPlan } from '../issuing.ts';
import type { Brought } from '../manual.ts';
import { toAccount } from './account.ts';
import type { Connection } from './connection.ts';
import { accountIn, addAccount, existing } from './inventory.ts';
import { addToken, noteDelivery } from './inventory-tokens.ts';
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
    finish: (_, { delivered }) => record(connection, { ...key, token: brought.token }, delivered),
  };
}

interface Delivered extends Pick<Account, 'name'> {
  readonly tenant: string;
  readonly token: string;
}

/** Notes where a token is now. */
export async function record(
  { inventory, now }: Connection,
  key: Delivered,
  targets: readonly string[],
): Promise<void> {
  if (targets.length === 0) return;
  const at = new Date(now()).toISOString();
  await inventory.update((recorded) => noteDelivery(recorded, { ...key, at, targets }));
}

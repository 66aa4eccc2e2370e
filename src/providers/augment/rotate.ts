import { quoted } from '../../model/safe-text.ts';
import type { Account } from '../../model/account.ts';
import type { IssuingPlan } from '../issuing.ts';
import type { Action, Brought } from '../manual.ts';
import { toAccount } from './account.ts';
import type { Connection } from './connection.ts';
import { record } from './create.ts';
import { consoleUrl } from './console-url.ts';
import { existing } from './inventory.ts';
import type { InventoryToken } from './inventory-schema.ts';
import { addToken, markPendingRevoke } from './inventory-tokens.ts';
import { rawSession, sessionOf, take } from './issue.ts';
import { keyOf } from './lookup.ts';
import { replacedBy } from './replaced.ts';
import { installedIn, standardTarget } from './standard.ts';

/** One more token, which takes the place of the old one; that works on until a person revokes it (DESIGN.md 8). */
export async function planRotate(
  connection: Connection,
  account: Account,
  brought: Brought,
): Promise<IssuingPlan> {
  const plan = await planToken(connection, account, brought);
  const key = keyOf(account);
  const recorded = existing(await connection.inventory.read(), key);
  const installed = await installedIn(connection);
  const isOurs = recorded.tokens.some(({ fingerprint }) => fingerprint === installed?.fingerprint);
  function replaced(delivered: readonly string[]): readonly InventoryToken[] {
    return replacedBy(recorded, { token: brought.token, delivered, installed });
  }
  return {
    ...plan,
    effects: [
      ...plan.effects,
      'the old token works on until it is revoked in the web console: that is left to you',
    ],
    ...(isOurs ? { defaultTarget: standardTarget } : {}),
    actions: (delivered) => replaced(delivered).map(({ name }) => revocation(account, name)),
    record: (delivered) =>
      record(connection, { ...key, token: brought.token }, delivered, (inventory, at) =>
        replaced(delivered).reduce(
          (state, { name: token }) => markPendingRevoke(state, { ...key, token, at }),
          inventory,
        ),
      ),
  };
}

/** One more token beside those there are. */
export async function planToken(
  connection: Connection,
  account: Account,
  brought: Brought,
): Promise<IssuingPlan> {
  const { inventory, profile, now } = connection;
  const session = sessionOf(brought);
  const key = keyOf(account);
  const fingerprint = session.accessToken.fingerprint();
  const token = { ...key, token: brought.token };
  return {
    requests: [],
    effects: [
      `the token ${quoted(brought.token, 100)} of ${account.name} is recorded on this machine`,
    ],
    expected: account,
    expectedRaw: (secret) => rawSession(session, secret),
    credentialKind: 'api-token',
    isSelf: false,
    isBrought: true,
    ask: (options) => take(session, account, options),
    look: () => Promise.resolve({ kind: 'unchanged' }),
    settle: async (_, { verified }) => {
      const at = new Date(now()).toISOString();
      const added = { ...token, fingerprint, verified, at };
      const recorded = await inventory.update((before) => addToken(before, added));
      return toAccount(existing(recorded, key), profile);
    },
    record: (delivered) => record(connection, token, delivered),
  };
}

/** What a person is asked to do about a token that has been replaced. */
export function revocation({ id, name }: Pick<Account, 'id' | 'name'>, token: string): Action {
  return {
    goal: `revoke the token ${quoted(token, 100)} of the service account ${quoted(name, 100)}`,
    url: consoleUrl,
    command: `sactl tokens revoke --provider augment --id ${id} --token ${shellWord(token)} --done --yes`,
  };
}

/** A word as a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

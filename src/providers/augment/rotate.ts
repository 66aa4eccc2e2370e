import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { quoted } from '../../model/safe-text.ts';
import type { Account } from '../../model/account.ts';
import type { IssuingPlan } from '../issuing.ts';
import type { Action, Brought } from '../manual.ts';
import { toAccount } from './account.ts';
import type { Connection } from './connection.ts';
import { record } from './create.ts';
import { consoleUrl } from './endpoint.ts';
import { existing } from './inventory.ts';
import type { InventoryAccount, InventoryToken } from './inventory-schema.ts';
import { addToken, markPendingRevoke } from './inventory-tokens.ts';
import { rawSession, sessionOf, take } from './issue.ts';
import { keyOf } from './lookup.ts';
import { readSession } from './session.ts';

/** One more token, which takes the place of the old one; that works on until a person revokes it (DESIGN.md 8). */
export async function planRotate(
  connection: Connection,
  account: Account,
  brought: Brought,
): Promise<IssuingPlan> {
  const plan = await planToken(connection, account, brought);
  const recorded = existing(await connection.inventory.read(), keyOf(account));
  const standard = await standardTarget(connection, recorded);
  return {
    ...plan,
    effects: [
      ...plan.effects,
      'the old token works on until it is revoked in the web console: that is left to you',
    ],
    ...(standard === null ? {} : { defaultTarget: standard }),
    actions: (delivered) =>
      replacedBy(recorded, delivered).map((token) => revocation(account, token.name)),
    finish: async (settled, options) => {
      await plan.finish?.(settled, options);
      await markReplaced(connection, recorded, options.delivered);
    },
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
    finish: (_, { delivered }) => record(connection, token, delivered),
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

/**
 * The tokens that a delivery has replaced: the only one there was or, of several, those that were in the same places.
 */
function replacedBy(
  { tokens }: InventoryAccount,
  delivered: readonly string[],
): readonly InventoryToken[] {
  if (delivered.length === 0) return [];
  const active = tokens.filter(({ state }) => state === 'active');
  if (active.length <= 1) return active;
  return active.filter(({ targets }) => targets.some((target) => delivered.includes(target)));
}

async function markReplaced(
  { inventory, now }: Connection,
  account: InventoryAccount,
  delivered: readonly string[],
): Promise<void> {
  const at = new Date(now()).toISOString();
  const replaced = replacedBy(account, delivered);
  if (replaced.length === 0) return;
  await inventory.update((before) =>
    replaced.reduce(
      (state, { name: token }) => markPendingRevoke(state, { ...account, token, at }),
      before,
    ),
  );
}

const standardPath = '.augment/session.json';

/** Auggie's own file, when what it holds is a token of this account; null else. */
async function standardTarget(
  { homeDirectory }: Connection,
  { tokens }: InventoryAccount,
): Promise<string | null> {
  if (homeDirectory === null) return null;
  const text = await readFile(join(homeDirectory, standardPath), 'utf8').catch(() => '');
  const fingerprint = readSession(text).session?.accessToken.fingerprint() ?? null;
  const isOurs = tokens.some((token) => token.fingerprint === fingerprint);
  return isOurs ? `session:~/${standardPath}` : null;
}

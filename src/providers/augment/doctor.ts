import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import * as z from 'zod/mini';

import type { Hint } from '../../model/hint.ts';
import { largestText, readBoundedText } from '../../files/bounded-file.ts';
import { parseFields } from '../../model/account.ts';
import { quoted } from '../../model/text.ts';
import type { Finding } from '../manual.ts';
import { idOf } from './schema.ts';
import { meantTenant, type Connection } from './connection.ts';
import { consoleUrl, revocation } from './console.ts';
import { recordedAccounts } from './lookup.ts';
import { readSession, sessionFingerprint, auggiePath } from './session.ts';

/** What keeps Auggie from working, or will (docs/contracts/augment.md 3). */
export async function examine(connection: Connection): Promise<readonly Finding[]> {
  const [sessions, revocations] = await Promise.all([examineSessions(connection), pendingRevocations(connection)]);
  return [...sessions, ...revocations];
}

const file = `~/${auggiePath}`;

/** The sandbox has no Auggie. */
async function examineSessions(connection: Connection): Promise<readonly Finding[]> {
  if (connection.homeDirectory === null) return [];
  const path = join(connection.homeDirectory, auggiePath);
  const text = await readBoundedText(path, largestText).catch(() => null);
  const own = await connection.own().catch(() => null);
  const isShared = text !== null && ((await stat(path)).mode & 0o077) !== 0;
  const shared = `${file} can be read by other users of this machine`;
  return [
    ...(text === null ? [] : examineText(text, file)),
    ...(isShared ? [warning('permissions', shared, `chmod 600 ${path}`)] : []),
    ...(own === null || own.text === text?.trim() ? [] : examineOwn(connection, own, text)),
  ];
}

/** What is in a session that Auggie may read; `where` says where it is. */
function examineText(text: string, where: string): readonly Finding[] {
  const { session, problems, warnings } = readSession(text);
  const flaw = text.startsWith('\uFEFF') ? 'a byte order mark is before it' : '"scopes" is missing';
  return [
    ...problems.map((problem) => error(`${where}: ${problem}`)),
    ...(session !== null && !auggieTakes(text)
      ? [error(`${where}: ${flaw}, and Auggie does not accept it as a session`)]
      : []),
    ...warnings.map((message) => warning('session', `${where}: ${message}`)),
  ];
}

/** The session that sactl works with: Auggie reads it, too, unless it comes from a profile. */
function examineOwn(
  { profile }: Pick<Connection, 'profile'>,
  { text, source }: { readonly text: string; readonly source: string },
  installed: string | null,
): readonly Finding[] {
  const { session, warnings } = readSession(text);
  if (profile !== null) return warnings.map((message) => warning('session', `${source}: ${message}`));
  // A session that cannot be used at all is reported where it is used.
  const found = session === null ? [] : examineText(text, source);
  if (installed === null) return found;
  if (!auggieTakes(text)) {
    return [...found, error(`Auggie ignores the session from ${source} and works with ${file}`)];
  }
  if (sessionFingerprint(session) === sessionFingerprint(readSession(installed).session)) return found;
  const message = `another session is in use than the one in ${file}`;
  return [...found, warning('session', message, 'AUGMENT_SESSION_AUTH comes before the file, for Auggie too')];
}

async function pendingRevocations(connection: Connection): Promise<readonly Finding[]> {
  const tenant = await meantTenant(connection);
  const accounts = recordedAccounts(await connection.inventory.read(), tenant);
  return accounts.flatMap((account) => {
    const id = idOf(account);
    const pending = account.tokens.filter(({ state }) => state === 'pending-revoke');
    return pending.map(({ name }) => ({
      check: 'tokens',
      level: 'warning' as const,
      message: `the token ${quoted(name, 100)} of ${id} was replaced and is still to be revoked`,
      hint: [`revoke it at ${consoleUrl}; then: `, revocation({ id, name: account.name }, name).command],
    }));
  });
}

function error(message: string): Finding {
  return { check: 'session', level: 'error', message, hint: `download a new session.json at ${consoleUrl}` };
}

function warning(check: string, message: string, hint: Hint | null = null): Finding {
  return { check, level: 'warning', message, hint };
}

/** Auggie asks for no more than this: any list will do, and a tenant that is no URL fails later. */
const Taken = z.object({
  accessToken: z.union([z.string().check(z.minLength(1)), z.number()]),
  tenantURL: z.union([z.string().check(z.minLength(1)), z.number()]),
  scopes: z.array(z.unknown()),
});

/** Whether Auggie takes this text for a session; else it silently tries the next (docs/contracts/augment.md 3.1, 3.2). */
function auggieTakes(text: string): boolean {
  return Taken.safeParse(parseFields(text)).success;
}

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { quoted } from '../../model/safe-text.ts';
import type { Finding } from '../provider.ts';
import { idOf } from './account.ts';
import type { Connection } from './connection.ts';
import { consoleUrl } from './console-url.ts';
import { recordedAccounts } from './lookup.ts';
import { revocation } from './rotate.ts';
import { readSession } from './session.ts';

const standardPath = '.augment/session.json';

/** What keeps Auggie from working, or will (contracts/augment.md 3). */
export async function examine(connection: Connection): Promise<readonly Finding[]> {
  const [file, revocations] = await Promise.all([
    examineFile(connection),
    pendingRevocations(connection),
  ]);
  return [...file, ...revocations];
}

/** Auggie's own session file: what is in it, who can read it, and whether it is read at all. */
async function examineFile(connection: Connection): Promise<readonly Finding[]> {
  if (connection.homeDirectory === null) return [];
  const path = join(connection.homeDirectory, standardPath);
  const found = await stat(path).catch(() => null);
  const text = found === null ? null : await readFile(path, 'utf8').catch(() => null);
  if (found === null || text === null) return [];
  const { session, problems, warnings } = readSession(text);
  const used = await connection.session().catch(() => null);
  const isShadowed =
    used !== null && used.accessToken.fingerprint() !== session?.accessToken.fingerprint();
  return [
    ...problems.map((problem) => error(`~/${standardPath}: ${problem}`)),
    ...(session !== null && !hasScopes(text)
      ? [error(`~/${standardPath}: "scopes" is missing, and Auggie takes it for no session at all`)]
      : []),
    ...warnings.map((message) => warning('session', `~/${standardPath}: ${message}`, null)),
    ...((found.mode & 0o077) === 0
      ? []
      : [
          warning(
            'permissions',
            `~/${standardPath} can be read by other users of this machine`,
            `chmod 600 ${path}`,
          ),
        ]),
    ...(isShadowed
      ? [
          warning(
            'session',
            `another session is in use than the one in ~/${standardPath}`,
            'AUGMENT_SESSION_AUTH comes before the file, for Auggie too',
          ),
        ]
      : []),
  ];
}

/** Auggie asks for a list, whatever is in it (contracts/augment.md 3.1). */
function hasScopes(text: string): boolean {
  try {
    const session: unknown = JSON.parse(text);
    return (
      typeof session === 'object' &&
      session !== null &&
      'scopes' in session &&
      Array.isArray(session.scopes)
    );
  } catch {
    return false;
  }
}

async function pendingRevocations({ inventory }: Connection): Promise<readonly Finding[]> {
  const accounts = recordedAccounts(await inventory.read(), null);
  return accounts.flatMap((account) =>
    account.tokens
      .filter(({ state }) => state === 'pending-revoke')
      .map(({ name }) =>
        warning(
          'tokens',
          `the token ${quoted(name, 100)} of ${idOf(account)} was replaced and is still to be revoked`,
          `revoke it at ${consoleUrl}; then: ${revocation({ id: idOf(account), name: account.name }, name).command}`,
        ),
      ),
  );
}

function error(message: string): Finding {
  return {
    check: 'session',
    level: 'error',
    message,
    hint: `download a new session.json at ${consoleUrl}`,
  };
}

function warning(check: string, message: string, hint: string | null): Finding {
  return { check, level: 'warning', message, hint };
}

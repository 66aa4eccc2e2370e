import { lstat } from 'node:fs/promises';

import { readBoundedText } from '../../files/bounded-file.ts';
import { largestText } from '../../files/text-file.ts';
import type { Secret } from '../../model/secret.ts';
import type { Connection } from './connection.ts';
import type { InventoryToken } from './inventory-schema.ts';
import { readSession, type Session, sessionFingerprint } from './session.ts';
import { standardAddress } from './standard.ts';

type Places = Pick<Connection, 'backups' | 'session' | 'homeDirectory'>;

/**
 * A copy of a token: the one that a rotation kept, the one that sactl works with itself, or the one in a file where it
 * was brought; null when none is left on this machine.
 */
export async function tokenAtHand(
  { backups, session, homeDirectory }: Places,
  { fingerprint, targets }: Pick<InventoryToken, 'fingerprint' | 'targets'>,
): Promise<Secret | null> {
  const standard = homeDirectory === null ? [] : [standardAddress(homeDirectory)];
  const found = [
    (await backups.find(fingerprint))?.session ?? null,
    await session().catch(() => null),
    ...(await Promise.all([...standard, ...targets].map(sessionAt))),
  ];
  const copy = found.find((other) => sessionFingerprint(other) === fingerprint);
  return copy?.accessToken ?? null;
}

/** The session in a file that is noted as `session:<absolute path>`; null without one. */
async function sessionAt(target: string): Promise<Session | null> {
  const scheme = 'session:';
  if (!target.startsWith(scheme)) return null;
  const path = target.slice(scheme.length);
  const isFile = await lstat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) return null;
  return readSession(await readBoundedText(path, largestText).catch(() => '')).session;
}

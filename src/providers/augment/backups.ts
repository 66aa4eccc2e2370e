import { lstat, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import * as z from 'zod/mini';

import { FailedError } from '../../errors.ts';
import { parseFields } from '../../model/account.ts';
import { largestText, readBoundedText } from '../../files/bounded-file.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { wayTo } from '../../files/private-directory.ts';
import { systemReason } from '../../files/system-error.ts';
import type { LocalState } from '../manual.ts';
import { readSession, sessionFingerprint, sessionLine, type Session } from './session.ts';
import { fingerprintOf } from '../../model/fingerprint.ts';

/** A session that another one replaced, and where it was. */
export interface Backup {
  /** Absolute path of the session file it was in. */
  readonly path: string;
  /** The same, as deliveries to it are recorded. */
  readonly target: string;
  readonly session: Session;
}

/** The sessions that deliveries to `session:` replaced, each in a file of mode 0600 named after its fingerprint. */
export interface Backups {
  /** The one whose token has this fingerprint; null when there is none, or it cannot be read. */
  readonly find: (fingerprint: string) => Promise<Backup | null>;
  /** Removes it, once its token was seen to be refused. @throws FailedError */
  readonly remove: (fingerprint: string) => Promise<void>;
  /** Puts it back where it was, as a whole and with mode 0600. @throws FailedError */
  readonly restore: (backup: Backup) => Promise<void>;
}

const Stored = z.object({ path: z.string(), target: z.string(), session: z.string() });

/** In the folder `backups` of the state directory, where the target `session:` puts them. */
export function openBackups({ stateDirectory, userId }: Pick<LocalState, 'stateDirectory' | 'userId'>): Backups {
  const directory = join(stateDirectory, 'backups');
  function pathOf(fingerprint: string): string {
    return join(directory, `${fingerprint.replace(':', '-')}.json`);
  }
  return {
    find: (fingerprint) => readBackup(pathOf(fingerprint), fingerprint),
    remove: (fingerprint) => orFail('cannot remove the backup', () => rm(pathOf(fingerprint), { force: true })),
    restore: ({ path, target, session: old }) =>
      orFail(`cannot write ${path}`, async () => {
        expectInPlace(path, userId);
        const found = await lstat(path).catch(() => null);
        // A delivery would not write through a link either (docs/design.md 6).
        if (found?.isFile() === false) {
          throw new FailedError('backup', `${path} is not a regular file`, { provider: 'augment' });
        }
        // The session that is there now is kept, too.
        const session = await readBoundedText(path, largestText).catch(() => '');
        const current = sessionFingerprint(readSession(session).session);
        if (current !== null) {
          await replaceFile(pathOf(current), JSON.stringify({ path, target, session }));
        }
        const like = found === null ? null : { uid: found.uid, gid: found.gid, mode: 0o600 };
        await replaceFile(path, sessionLine(old).reveal(), { like });
      }),
  };
}

/** No link was on the way to the file when it was kept: one that is there now leads elsewhere. @throws FailedError */
function expectInPlace(path: string, userId: number | null): void {
  const { folder, problem } = wayTo(path, { userId });
  const why = problem ?? (folder === dirname(path) ? null : `${dirname(path)} leads to ${folder} now`);
  if (why !== null) throw new FailedError('backup', why, { provider: 'augment' });
}

async function readBackup(path: string, fingerprint: string): Promise<Backup | null> {
  const text = await readBoundedText(path, largestText).catch(() => '');
  const stored = Stored.safeParse(parseFields(text));
  if (!stored.success) return null;
  const { session } = readSession(stored.data.session);
  if (session === null || fingerprintOf(session.accessToken) !== fingerprint) return null;
  return { ...stored.data, session };
}

async function orFail(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (cause instanceof FailedError) throw cause;
    throw new FailedError('backup', `${what}: ${systemReason(cause)}`, { provider: 'augment', cause });
  }
}

import { lstat } from 'node:fs/promises';

import { FailedError } from '../../errors.ts';
import { largestText, readBoundedText } from '../../files/bounded-file.ts';
import type { Secret } from '../../model/credential.ts';
import { quoted } from '../../model/text.ts';
import type { ApplyOptions } from '../plan.ts';
import type { Verification } from '../provider.ts';
import { probe } from './api.ts';
import type { Connection } from './connection.ts';
import { consoleUrl } from './console.ts';
import type { InventoryToken } from './inventory.ts';
import { auggieAddress, readSession, sessionFingerprint, type Session } from './session.ts';

/**
 * Whether Augment was seen to refuse a token that a person says is revoked, in up to 5 minutes; null where this machine
 * has no copy of it to try. @throws FailedError when Augment takes it to the end
 */
export async function checkRevoked(
  connection: Connection,
  token: InventoryToken,
  { report }: ApplyOptions,
): Promise<boolean | null> {
  const copy = await localToken(connection, token);
  if (copy === null) return null;
  const { now, sleep, analytics } = connection;
  const name = quoted(token.name, 100);
  const verification = await untilRefused({
    tryOld: () => probe(analytics(copy)),
    now,
    sleep,
    onWait: ({ works, why }) =>
      report(
        works === true
          ? `Augment still takes the token ${name}; it is tried every 20 seconds, for up to 5 minutes`
          : `whether the token ${name} is revoked cannot be checked yet: ${why ?? 'no reason was given'}; it is tried for up to 5 minutes`,
      ),
  });
  if (verification.works === true) {
    throw new FailedError('not_revoked', `Augment still takes the token ${name}; nothing was recorded`, {
      provider: 'augment',
      hint: `revoke it at ${consoleUrl}, then run this again`,
    });
  }
  if (verification.works === null) {
    const why = verification.why ?? 'no reason was given';
    await report(`whether the token ${name} is revoked could not be checked: ${why}`);
  }
  return verification.works === false;
}

const pauseMs = 20_000;

/** The longest that a revoked token has been said to live (docs/contracts/augment.md 2). */
const patienceMs = 300_000;

/** What the last try showed of a token that is tried every 20 seconds, until it is refused or 5 minutes have passed. */
export async function untilRefused({
  tryOld,
  now,
  sleep,
  onWait,
}: Pick<Connection, 'now' | 'sleep'> & {
  readonly tryOld: () => Promise<Verification>;
  /** Called with what the first try showed when more are to follow. */
  readonly onWait: (verification: Verification) => Promise<void>;
}): Promise<Verification> {
  const end = now() + patienceMs;
  for (let tries = 1; ; tries += 1) {
    const verification = await tryOld();
    if (verification.works === false || now() + pauseMs > end) return verification;
    if (tries === 1) await onWait(verification);
    await sleep(pauseMs);
  }
}

/**
 * This machine's copy of a token: the backup that a rotation kept, the caller's own session, or a session file that it
 * was delivered to; null without one.
 */
async function localToken(
  { backups, session, homeDirectory }: Connection,
  { fingerprint, targets }: InventoryToken,
): Promise<Secret | null> {
  const files = [...(homeDirectory === null ? [] : [auggieAddress(homeDirectory)]), ...targets];
  const found = [
    (await backups.find(fingerprint))?.session ?? null,
    await session().catch(() => null),
    ...(await Promise.all(files.map(sessionAt))),
  ];
  return found.find((copy) => sessionFingerprint(copy) === fingerprint)?.accessToken ?? null;
}

/** The session in a target that is recorded as `session:<absolute path>`; null without one. */
async function sessionAt(target: string): Promise<Session | null> {
  const path = /^session:(.*)$/s.exec(target)?.[1];
  if (path === undefined) return null;
  const isFile = await lstat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) return null;
  return readSession(await readBoundedText(path, largestText).catch(() => '')).session;
}

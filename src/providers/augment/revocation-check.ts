import { lstat } from 'node:fs/promises';

import { FailedError } from '../../errors.ts';
import { quoted } from '../../model/text.ts';
import type { ApplyOptions } from '../plan.ts';
import type { Verification } from '../provider.ts';
import type { Connection } from './connection.ts';
import { consoleUrl } from './console.ts';
import type { InventoryToken } from './inventory.ts';
import { probe } from './api.ts';
import { largestText, readBoundedText } from '../../files/bounded-file.ts';
import type { Secret } from '../../model/credential.ts';
import { readSession, sessionFingerprint, standardAddress, type Session } from './session.ts';

/**
 * Whether Augment was seen to refuse a token that a person says is revoked; null where no copy of it is left to see it
 * with. Waits for as long as that may take. @throws FailedError when Augment takes it to the end
 */
export async function seenDead(
  connection: Connection,
  token: InventoryToken,
  { report }: ApplyOptions,
): Promise<boolean | null> {
  const copy = await tokenAtHand(connection, token);
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
          : `whether the token ${name} is revoked cannot be seen yet: ${why ?? 'no reason was given'}; it is tried for up to 5 minutes`,
      ),
  });
  if (verification.works === true) {
    throw new FailedError('not_revoked', `Augment still takes the token ${name}; nothing was recorded`, {
      provider: 'augment',
      hint: `revoke it at ${consoleUrl}, then run this again`,
    });
  }
  if (verification.works === false) return true;
  const why = verification.why ?? 'no reason was given';
  await report(`whether the token ${name} is revoked could not be seen: ${why}`);
  return false;
}

const pauseMs = 20_000;

/** The longest that a revoked token has been said to live (docs/contracts/augment.md 2). */
const patienceMs = 300_000;

/**
 * Tries a token that is said to be revoked every 20 seconds, until it is refused or 5 minutes have passed.
 * @returns the last trial
 */
export async function untilRefused({
  tryOld,
  now,
  sleep,
  onWait,
}: {
  readonly tryOld: () => Promise<Verification>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Is told of the first trial when more are to follow. */
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

type Places = Pick<Connection, 'backups' | 'session' | 'homeDirectory'>;

/**
 * A copy of a token: the one that a rotation kept, the one that sactl works with itself, or the one in a file where it
 * was brought; null when none is left on this machine.
 */
async function tokenAtHand(
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

import type { Context } from '../context.ts';
import type { Account } from '../model/account.ts';
import type { Issued } from '../providers/issuance.ts';
import type { Verification } from '../providers/provider.ts';
import type { JournalEntry } from '../state/journal-entry.ts';
import type { ReadableEntry } from '../state/stored-entry.ts';
import { conclude, end, factsOf } from './conclude.ts';
import { naming } from './ending.ts';
import { restOf } from './handover.ts';
import { withGrace } from './interrupt.ts';
import type { Issuance, Run } from './issuance.ts';
import { codeIfEndedNow, type Rest } from './life.ts';
import { standingByExpiry, watchStanding, whileHeld } from './verify.ts';
import { accountKey, type AccountLock } from '../state/account-lock.ts';
import { flagsOf } from './recover.ts';

/** A kept credential, with everything its delivery needs. */
export interface StoredDelivery extends Pick<
  Issuance,
  'targets' | 'renderer' | 'announce' | 'journal' | 'audit' | 'locks' | 'wait' | 'report' | 'mask'
> {
  readonly entry: ReadableEntry;
  readonly issued: Issued;
  readonly verifyCredential: () => Promise<Verification>;
  /** Reads the account with the credential itself; null where that shows nothing. */
  readonly readAccount: (() => Promise<Account>) | null;
  /** Asks a person whether it is to be delivered although it could not be tried; null without a terminal. */
  readonly insist: ((why: string) => Promise<boolean>) | null;
  /** What is left to do on this machine, or to be read again. */
  readonly resumed: Run['issuance']['plan'];
}

/**
 * Verifies a kept credential, delivers it and erases its entry.
 * @throws ConflictError while the account is locked; NotFoundError when the entry has gone in the meantime; else the error of
 * its ending (`endings`): where that has exit code 8, the entry stays
 */
export async function deliverEntry(ctx: Context, delivery: StoredDelivery): Promise<void> {
  const { entry, issued, journal } = delivery;
  const { account } = issued;
  const lock = await lockEntry(delivery, account);
  try {
    const verification = await delivery.verifyCredential();
    ctx.signal.throwIfAborted();
    const run = runOf(delivery, await journal.reopen(entry.id));
    const refusal = await whyNot(delivery, verification);
    if (refusal !== null) return await endUndelivered(ctx, run, issued, refusal);
    const knownAt = ctx.now();
    await withGrace(
      ctx,
      async (signal) => {
        await delivery.mask(issued);
        await conclude(ctx, run, {
          issued,
          reissued: false,
          askedAt: knownAt,
          signal,
          verifyCredential: () => Promise.resolve(verification),
          standing: whileHeld(
            lock,
            verification.works === true
              ? watchStanding(ctx, issued, { ...delivery, knownAt })
              : () => Promise.resolve({ isNewest: true, why: null }),
          ),
          isVerified: verification.works === true,
        });
      },
      () => codeIfEndedNow(run.keeper),
    );
  } finally {
    await lock.release();
  }
}

/**
 * The lock of the entry's account. The entry of a create is the work of whoever holds its name; by its id the account may be
 * rotated meanwhile.
 */
async function lockEntry(
  { locks, wait, entry: { id, intent } }: StoredDelivery,
  account: Account,
): Promise<AccountLock> {
  const { connection, operation } = intent;
  const name = naming(account);
  const lock = await locks.lock({ key: accountKey(connection, account), name, entry: id }, wait);
  if (operation !== 'create') return lock;
  try {
    const key = accountKey(connection, { id: null, name: intent.account.name });
    const byName = await locks.lock({ key, name, entry: id }, wait);
    return {
      renew: async () => {
        const isHeld = await lock.renew();
        return isHeld === true ? byName.renew() : isHeld;
      },
      takenBy: () => lock.takenBy?.() ?? byName.takenBy?.() ?? null,
      release: async () => {
        await byName.release();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * Tries a kept credential, and changes nothing.
 * @returns why it is not to be delivered: `works` is false where it is dead or superseded, and null where that cannot be told
 */
export async function refusalOf(
  delivery: Pick<StoredDelivery, 'issued' | 'verifyCredential' | 'readAccount'>,
): Promise<Refusal | null> {
  return whyNot({ ...delivery, insist: null }, await delivery.verifyCredential());
}

function runOf(delivery: StoredDelivery, entry: JournalEntry): Run {
  const { issued, resumed } = delivery;
  const { operation, connection, startedAt } = delivery.entry.intent;
  return {
    issuance: { ...delivery, operation, connection, plan: resumed },
    entry,
    startedAt,
    keeper: { isKept: true },
    isStored: true,
    subject: { credentialKind: issued.credential.kind, isSelf: false, connection: flagsOf(connection) },
    fact: {
      operation: 'deliver',
      connection: { ...connection, credentialSource: null },
      account: issued.account,
      entry: entry.id,
    },
  };
}

/** Why a kept credential is not delivered. */
export interface Refusal extends Pick<Rest, 'works' | 'isSuperseded'> {
  /** Reads after the credential's name. */
  readonly trouble: string;
}

/**
 * Delivering what is dead, or may be, would overwrite what may work (docs/design.md 6). As a rule it is dead because a newer
 * one was issued, which another rotation would kill, too. That it could not be tried says nothing, so that only a
 * person may insist.
 */
async function whyNot(
  { issued, readAccount, insist }: Pick<StoredDelivery, 'issued' | 'readAccount' | 'insist'>,
  { works, why }: Verification,
): Promise<Refusal | null> {
  if (works === false) {
    return { works, isSuperseded: false, trouble: `does not work: ${why ?? 'it was refused'}` };
  }
  if (works === null) {
    const reason = why ?? 'no reason was given';
    if ((await insist?.(reason)) === true) return null;
    return { works, isSuperseded: false, trouble: `could not be tried: ${reason}` };
  }
  const seen = (await readAccount?.().catch(() => null)) ?? null;
  const isSuperseded = standingByExpiry(issued, seen)?.isNewest === false;
  return isSuperseded ? { works: false, isSuperseded, trouble: 'was superseded by a newer one' } : null;
}

async function endUndelivered(ctx: Context, run: Run, issued: Issued, refusal: Refusal): Promise<void> {
  const { account } = issued;
  const { works, isSuperseded, trouble } = refusal;
  const rest = restOf(run, { places: 'none', works, isSuperseded });
  const error = await end(ctx, run, { rest, troubles: [trouble], account }, () => {
    const outcome = isSuperseded ? { outcome: 'superseded' as const } : {};
    return { ...factsOf(issued, account), ...outcome, verified: works, targets: [] };
  });
  if (error !== null) throw error;
}

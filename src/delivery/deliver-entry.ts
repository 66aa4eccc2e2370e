import type { Context } from '../context.ts';
import type { Issued } from '../providers/issuance.ts';
import type { Verification } from '../providers/provider.ts';
import type { JournalEntry } from '../state/journal-entry.ts';
import type { ReadableEntry } from '../state/stored-entry.ts';
import { conclude, end, factsOf } from './conclude.ts';
import { naming } from './ending.ts';
import { restOf } from './handover.ts';
import { withGrace } from './interrupt.ts';
import type { Issuance, Run } from './issuance.ts';
import { codeIfEndedNow } from './life.ts';
import { mask } from './mask.ts';
import { accountKey, flagsOf } from './recover.ts';

/** A kept credential, with everything its delivery needs. */
export interface StoredDelivery extends Pick<
  Issuance,
  'targets' | 'renderer' | 'journal' | 'audit' | 'locks' | 'report'
> {
  readonly entry: ReadableEntry;
  readonly issued: Issued;
  readonly verifyCredential: () => Promise<Verification>;
  /** What is left to do on this machine, or to be read again. */
  readonly resumed: Run['issuance']['plan'];
}

/**
 * Verifies a kept credential, delivers it and erases its entry.
 * @throws ConflictError while the account is locked; NotFoundError when the entry has gone in the meantime; else the error of
 * its ending (`endings`): where that has exit code 8, the entry stays
 */
export async function deliverEntry(ctx: Context, delivery: StoredDelivery): Promise<void> {
  const { entry, issued, journal, locks } = delivery;
  const { account } = issued;
  const lock = await locks.lock({ key: accountKey(entry.intent.connection, account), name: naming(account) });
  try {
    const verification = await delivery.verifyCredential();
    ctx.signal.throwIfAborted();
    const run = runOf(delivery, await journal.reopen(entry.id));
    if (verification.works === false) return await endDead(ctx, run, issued, verification);
    await withGrace(
      ctx,
      async (signal) => {
        await mask(ctx, issued).catch(() => undefined);
        await conclude(ctx, run, {
          issued,
          reissued: false,
          signal,
          verifyCredential: () => Promise.resolve(verification),
          isVerified: verification.works === true,
        });
      },
      () => codeIfEndedNow(run.keeper),
    );
  } finally {
    await lock.release();
  }
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

/**
 * Delivering it would overwrite what may work with what does not (docs/design.md 6). As a rule it is dead because a newer
 * one was issued, which another rotation would kill, too.
 */
async function endDead(ctx: Context, run: Run, issued: Issued, { why }: Verification): Promise<void> {
  const { account } = issued;
  const rest = restOf(run, { places: 'none', works: false });
  const troubles = [`does not work: ${why ?? 'it was refused'}`];
  const error = await end(ctx, run, { rest, troubles, account }, () => {
    return { ...factsOf(issued, account), verified: false, targets: [] };
  });
  if (error !== null) throw error;
}

import type { Context } from '../context.ts';
import { ExitCode, UndeliveredError } from '../errors.ts';
import type { ReadableEntry } from '../state/stored-entry.ts';
import type { Account } from '../model/account.ts';
import type { Issued, ResumedIssuance } from '../providers/issuance.ts';
import type { Verification } from '../providers/provider.ts';
import { auditDelivered } from './audit.ts';
import { accountKey, recoverCommand, rotateCommand } from './recover.ts';
import { closeEntry } from './earlier-entries.ts';
import { naming, partial, throwAll } from './failures.ts';
import { handOver } from './handover.ts';
import { withGrace } from './interrupt.ts';
import type { Issuance } from './issuance.ts';
import { mask } from './mask.ts';
import { reconcile, tellActions } from './run-issuance.ts';

/** A credential out of the journal, with everything its delivery needs. */
export interface StoredDelivery extends Pick<
  Issuance,
  'targets' | 'renderer' | 'journal' | 'audit' | 'locks' | 'report'
> {
  readonly entry: ReadableEntry;
  readonly issued: Issued;
  readonly verifyCredential: () => Promise<Verification>;
  /** What is left to do on this machine; null where there is nothing. */
  readonly resumed: ResumedIssuance | null;
}

/**
 * Tries a kept credential, delivers it and erases its entry.
 * @throws ConflictError while the account is locked; NotFoundError when the entry has gone in the meantime;
 * UndeliveredError when the credential no longer works, or did not get to all of its targets: then it stays where it is
 */
export async function deliverEntry(ctx: Context, delivery: StoredDelivery): Promise<void> {
  const { entry, locks } = delivery;
  const { account } = delivery.issued;
  const key = accountKey(entry.intent.connection, account);
  const lock = await locks.lock({ key, name: naming(account) });
  try {
    const verification = await delivery.verifyCredential();
    if (verification.works === false) {
      const refused = dead(delivery, verification);
      await auditDelivered(ctx, delivery, { verified: false, places: [], failures: [refused] });
      throw refused;
    }
    await withGrace(
      ctx,
      (signal) => bring(ctx, delivery, { verification, signal }),
      () => ExitCode.undelivered,
    );
  } finally {
    await lock.release();
  }
}

/**
 * Delivering it would overwrite what may work with what does not (DESIGN.md 6). As a rule it is dead because somebody has
 * a newer one, which another rotation would kill, too.
 */
function dead({ entry, issued }: StoredDelivery, { why }: Verification): UndeliveredError {
  const { account } = issued;
  const what = `the credential that entry ${entry.id} keeps for ${naming(account)} does not work`;
  return new UndeliveredError(`${what}: ${why ?? 'it was refused'}; nothing was delivered`, {
    provider: account.provider,
    hint: [
      'if a newer one is in use: ',
      recoverCommand('discard', entry),
      '; else issue another: ',
      rotateCommand(entry, account.id),
    ],
  });
}

async function bring(
  ctx: Context,
  delivery: StoredDelivery,
  { verification, signal }: { verification: Verification; signal: AbortSignal },
): Promise<void> {
  const { entry, issued, journal, resumed } = delivery;
  const { account, problem } = await settled(delivery, verification);
  const { operation, connection, startedAt } = entry.intent;
  const run = {
    issuance: { ...delivery, operation, connection, plan: resumed ?? {} },
    entry: await journal.reopen(entry.id),
    startedAt,
    keeper: { isKept: true },
  };
  await mask(ctx, issued).catch(() => undefined);
  const ending = await handOver(ctx, run, {
    issued,
    reissued: false,
    account,
    signal,
    verifyCredential: () => Promise.resolve(verification),
  });
  await closeEntry(run, account, ending);
  const failures = [...ending.failures, ...(problem === null ? [] : [partial(problem, { operation, account })])];
  await auditDelivered(ctx, delivery, { ...ending, failures, verified: verification.works });
  await tellActions(delivery, ending);
  throwAll(failures);
}

/** The account as it is recorded here, where it is. */
async function settled(
  { issued, resumed }: StoredDelivery,
  { works }: Verification,
): Promise<{ account: Account; problem: unknown }> {
  if (resumed === null) return { account: issued.account, problem: null };
  return reconcile({ plan: resumed }, issued, { verified: works === true });
}

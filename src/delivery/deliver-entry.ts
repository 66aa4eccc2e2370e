import type { Context } from '../context.ts';
import { ExitCode, UndeliveredError, type CliError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { fingerprintOf } from '../model/credential.ts';
import type { Issued, ResumedIssuance } from '../providers/issuance.ts';
import type { Verification } from '../providers/provider.ts';
import type { AuditFact, AuditTarget } from '../state/audit-event.ts';
import { recordFact } from '../state/audit-log.ts';
import type { ReadableEntry } from '../state/stored-entry.ts';
import { conclude, reconcile } from './conclude.ts';
import { naming } from './failures.ts';
import { withGrace } from './interrupt.ts';
import type { Issuance } from './issuance.ts';
import { mask } from './mask.ts';
import { accountKey, recoverCommand, rotateCommand } from './recover.ts';

/** A kept credential, with everything its delivery needs. */
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
 * Verifies a kept credential, delivers it and erases its entry.
 * @throws ConflictError while the account is locked; NotFoundError when the entry has gone in the meantime;
 * UndeliveredError when the credential no longer works, or was not delivered to all of its targets: then the entry stays
 */
export async function deliverEntry(ctx: Context, delivery: StoredDelivery): Promise<void> {
  const { entry, locks } = delivery;
  const { account } = delivery.issued;
  const lock = await locks.lock({ key: accountKey(entry.intent.connection, account), name: naming(account) });
  try {
    const verification = await delivery.verifyCredential();
    if (verification.works === false) {
      const refused = dead(delivery, verification);
      await recordFact(ctx, delivery.audit, () => factOf(delivery, false, [], [refused]));
      throw refused;
    }
    await withGrace(
      ctx,
      (signal) => deliverVerified(ctx, delivery, verification, signal),
      () => ExitCode.undelivered,
    );
  } finally {
    await lock.release();
  }
}

/**
 * Delivering it would overwrite what may work with what does not (docs/design.md 6). As a rule it is dead because a newer
 * one was issued, which another rotation would kill, too.
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

async function deliverVerified(
  ctx: Context,
  delivery: StoredDelivery,
  verification: Verification,
  signal: AbortSignal,
): Promise<void> {
  const { entry, issued, journal, resumed } = delivery;
  const { account, problem } = await reconciled(delivery, verification);
  const { operation, connection, startedAt } = entry.intent;
  const run = {
    issuance: { ...delivery, operation, connection, plan: resumed ?? {} },
    entry: await journal.reopen(entry.id),
    startedAt,
    keeper: { isKept: true },
  };
  await mask(ctx, issued).catch(() => undefined);
  await conclude(
    ctx,
    run,
    { issued, reissued: false, account, problem, signal, verifyCredential: () => Promise.resolve(verification) },
    ({ targets }, failures) => factOf(delivery, verification.works, targets, failures),
  );
}

/** The account as it is recorded on this machine, where it is. */
async function reconciled(
  { issued, resumed }: StoredDelivery,
  { works }: Verification,
): Promise<{ account: Account; problem: unknown }> {
  return resumed === null ? { account: issued.account, problem: null } : reconcile(resumed, issued, works === true);
}

function factOf(
  { entry, issued }: StoredDelivery,
  verified: boolean | null,
  targets: readonly AuditTarget[],
  [worst]: readonly CliError[],
): AuditFact {
  const { credential, account } = issued;
  return {
    operation: 'deliver',
    exitCode: worst?.exitCode ?? ExitCode.done,
    connection: { ...entry.intent.connection, credentialSource: null },
    account,
    expiresAfter: credential.expiresAt,
    fingerprint: fingerprintOf(credential.value),
    verified,
    targets,
    entry: entry.id,
    error: worst?.message ?? null,
  };
}

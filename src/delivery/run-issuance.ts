import type { Context } from '../context.ts';
import { CliError, FailedError, UnknownOutcomeError } from '../errors.ts';
import type { Issued } from '../providers/issuance.ts';
import type { Verification } from '../providers/provider.ts';
import type { AuditFact } from '../state/audit-event.ts';
import { recordFact } from '../state/audit-log.ts';
import type { JournalEntry } from '../state/journal-entry.ts';
import type { Intent } from '../state/record.ts';
import { conclude } from './conclude.ts';
import { refuseUnsettled, wantedBy } from './earlier-entries.ts';
import { unknownOutcome } from './failures.ts';
import { withGrace } from './interrupt.ts';
import { AnswerKeeper, type Issuance, type IssuanceRun } from './issuance.ts';
import { codeIfEndedNow } from './life.ts';
import { mask } from './mask.ts';
import { lockAccount } from './recover.ts';
import { requestCredential, type ReceivedCredential } from './request-credential.ts';
import { verify } from './verify.ts';

/**
 * Issues a credential and delivers it: lock, intent, request, keep, deliver, close (docs/design.md 6, steps 2 to 6);
 * `preflight` is step 1. Whatever fails after the answer, the credential stays in the journal.
 * @throws ConflictError when the account is locked or has changed; UnknownOutcomeError when it cannot be known what the
 * provider did; UndeliveredError when the credential is kept and not where it should be; PartialError when it is, but
 * the account is not as requested
 */
export async function runIssuance(ctx: Context, issuance: Issuance): Promise<void> {
  const lock = await lockAccount(issuance);
  try {
    await issuance.checkUnchanged();
    if (issuance.operation === 'create') await refuseUnsettled(issuance.journal, wantedBy(issuance));
    let run: IssuanceRun | null = null;
    await withGrace(
      ctx,
      async (signal) => {
        const startedAt = new Date(ctx.now()).toISOString();
        run = runOf(issuance, await issuance.journal.begin(intentOf(ctx, issuance)), startedAt);
        await carryOut(ctx, run, signal);
      },
      () => codeIfEndedNow({ isKept: run?.keeper.isKept ?? false }),
    );
  } finally {
    await lock.release();
  }
}

function intentOf({ cwd }: Context, issuance: Issuance): Intent {
  const { operation, plan, connection, targets } = issuance;
  const { id, name, clientId, expiresAt } = plan.expected;
  return {
    id: issuance.id,
    operation,
    connection,
    account: { id: operation === 'create' ? null : id, name, clientId, expiresAt },
    targets: targets.map((target) => target.name),
    directory: cwd,
  };
}

function runOf(issuance: Issuance, entry: JournalEntry, startedAt: string): IssuanceRun {
  const { operation, plan, preferences, connection, credentialSource } = issuance;
  const { id, name, organization, expiresAt } = plan.expected;
  return {
    issuance,
    entry,
    startedAt,
    keeper: new AnswerKeeper(entry, preferences),
    isStored: false,
    subject: { credentialKind: plan.credentialKind, isSelf: plan.isSelf, connection: [] },
    fact: {
      operation,
      connection: { ...connection, credentialSource },
      account: { id: operation === 'create' ? null : id, name, organization },
      expiresBefore: operation === 'create' ? null : expiresAt,
      entry: entry.id,
    },
  };
}

/** Once the account was changed, every later step is done even if another one fails. */
async function carryOut(ctx: Context, run: IssuanceRun, signal: AbortSignal): Promise<void> {
  const received = await requestOrLeave(ctx, run, signal);
  await mask(ctx, received.issued).catch(() => undefined);
  const known = await verifySupplied(ctx, run, received.issued);
  const verifyCredential = verificationFor(ctx, run.issuance, received, known);
  await conclude(ctx, run, { ...received, signal, verifyCredential, isVerified: known?.works === true });
}

/** An entry without an answer is erased when nothing was changed, and stays when that cannot be known. */
async function requestOrLeave(ctx: Context, run: IssuanceRun, signal: AbortSignal): Promise<ReceivedCredential> {
  try {
    return await requestCredential(ctx, run, signal);
  } catch (error) {
    // An unexpected error does not tell what was done.
    const known = error instanceof CliError ? error : unknownOutcome(run, { cause: error, evidence: null });
    const isUnknown = known instanceof UnknownOutcomeError;
    await (isUnknown ? leave(run, known) : run.entry.close()).catch(() => undefined);
    await recordFact(ctx, run.issuance.audit, () => factOf(run, known));
    throw known;
  }
}

async function leave({ entry }: IssuanceRun, { message }: UnknownOutcomeError): Promise<void> {
  await entry.outcome({ outcome: 'unknown', message });
  await entry.leave();
}

/**
 * Verifies a supplied credential before anything is changed: the old one works on, so that there is time.
 * @returns null where the provider issued it
 * @throws FailedError when it does not work, InterruptedError; then nothing was changed, and no entry stays
 */
async function verifySupplied(ctx: Context, run: IssuanceRun, issued: Issued): Promise<Verification | null> {
  const { issuance, entry } = run;
  if (issuance.plan.manual === undefined) return null;
  if (!issuance.preferences.verify) return { works: null, why: '--no-verify' };
  try {
    const verification = await verify(ctx, issuance.remote, issued);
    if (verification.works !== false) return verification;
    throw new FailedError(
      'refused_credential',
      `the new credential does not work: ${verification.why ?? 'it was refused'}; nothing was changed`,
      { provider: issued.account.provider },
    );
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // The person who supplied it still has it.
    await entry.close().catch(() => undefined);
    await recordFact(ctx, issuance.audit, () => factOf(run, error));
    throw error;
  }
}

function verificationFor(
  ctx: Context,
  { preferences, remote }: Issuance,
  { issued, reissued }: ReceivedCredential,
  known: Verification | null,
): (() => Promise<Verification>) | null {
  if (known !== null) return preferences.verify ? () => Promise.resolve(known) : null;
  return preferences.verify || reissued ? () => verify(ctx, remote, issued) : null;
}

function factOf({ fact }: IssuanceRun, { exitCode, message }: CliError): AuditFact {
  return { ...fact, exitCode, error: message };
}

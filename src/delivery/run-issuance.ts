import type { Context } from '../context.ts';
import { CliError, FailedError } from '../errors.ts';
import type { Issued } from '../providers/issuance.ts';
import type { Verification } from '../providers/provider.ts';
import type { AccountLock } from '../state/account-lock.ts';
import type { JournalEntry } from '../state/journal-entry.ts';
import type { Intent } from '../state/record.ts';
import { conclude, end } from './conclude.ts';
import { refuseUnsettled, wantedBy } from './earlier-entries.ts';
import { withGrace } from './interrupt.ts';
import { AnswerKeeper, type Issuance, type IssuanceRun } from './issuance.ts';
import { codeIfEndedNow, onTheWay } from './life.ts';
import { lockAccount } from './recover.ts';
import { requestCredential, type NoCredential, type ReceivedCredential } from './request-credential.ts';
import { verify, watchStanding, whileHeld, type Standing } from './verify.ts';

/**
 * Issues a credential and delivers it: lock, intent, request, keep, deliver, close (docs/design.md 6, steps 2 to 6);
 * `preflight` is step 1. Whatever fails after the answer, the credential stays in the journal.
 * @throws ConflictError when the account is locked or has changed; else the error of its ending (`endings`)
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
        run = runOf(issuance, { lock, entry: await issuance.journal.begin(intentOf(ctx, issuance)) }, startedAt);
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

function runOf(
  issuance: Issuance,
  { lock, entry }: { readonly lock: AccountLock; readonly entry: JournalEntry },
  startedAt: string,
): IssuanceRun {
  const { operation, plan, connection, credentialSource } = issuance;
  const { id, name, organization, expiresAt } = plan.expected;
  return {
    issuance,
    lock,
    entry,
    startedAt,
    keeper: new AnswerKeeper(entry, issuance),
    isStored: false,
    subject: { credentialKind: plan.credentialKind, isSelf: plan.isSelf, connection: [] },
    fact: {
      operation,
      connection: { credentialSource, ...connection },
      account: { id: operation === 'create' ? null : id, name, organization },
      expiresBefore: operation === 'create' ? null : expiresAt,
      entry: entry.id,
    },
  };
}

/** Once the account was changed, every later step is done even if another one fails. */
async function carryOut(ctx: Context, run: IssuanceRun, signal: AbortSignal): Promise<void> {
  const received = await requestCredential(ctx, run, signal).catch(unexplained);
  if ('request' in received) return endWithout(ctx, run, received);
  await run.issuance.mask(received.issued);
  const known = await verifySupplied(ctx, run, received.issued);
  if (known instanceof CliError) return endWithout(ctx, run, { request: 'refused', candidates: [], cause: known });
  const verifyCredential = verificationFor(ctx, run.issuance, received, known);
  const standing = whileHeld(run.lock, standingFor(ctx, run.issuance, received));
  await conclude(ctx, run, { signal, verifyCredential, standing, isVerified: known?.works === true, ...received });
}

/** An unexpected error does not tell what was done. */
function unexplained(cause: unknown): NoCredential {
  return { request: 'unclear', candidates: [], cause };
}

/** @throws the error of an ending without a credential */
async function endWithout(ctx: Context, run: IssuanceRun, none: NoCredential): Promise<void> {
  const { request, candidates, cause } = none;
  const { operation, plan } = run.issuance;
  const { isKept, hasAnswer } = run.keeper;
  const hasCandidates = candidates.length > 0;
  const rest = { ...onTheWay, operation, request, isKept, hasAnswer, hasCandidates };
  const error = await end(ctx, run, { rest, candidates, cause, account: plan.expected });
  if (error !== null) throw error;
}

/**
 * Verifies a supplied credential before anything is changed: the old one works on, so that there is time, and the person
 * who supplied it still has it.
 * @returns null where the provider issued it; an error when it does not work, or could not be verified because of an interrupt
 */
async function verifySupplied(
  ctx: Context,
  { issuance }: IssuanceRun,
  issued: Issued,
): Promise<Verification | CliError | null> {
  if (issuance.plan.manual === undefined) return null;
  if (!issuance.preferences.verify) return { works: null, why: '--no-verify' };
  try {
    const verification = await verify(ctx, issuance.remote, issued, issuance.report);
    if (verification.works !== false) return verification;
    return new FailedError(
      'refused_credential',
      `the new credential does not work: ${verification.why ?? 'it was refused'}; nothing was changed`,
      { provider: issued.account.provider },
    );
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}

/** A supplied credential takes no other's place, so that none takes its. */
function standingFor(
  ctx: Context,
  { plan, remote, report }: Issuance,
  { issued, askedAt }: ReceivedCredential,
): () => Promise<Standing> {
  if (plan.manual !== undefined) return () => Promise.resolve({ isNewest: true, why: null });
  return watchStanding(ctx, issued, {
    knownAt: askedAt,
    readAccount: () => remote.findAccount(issued.account.id),
    verifyCredential: () => verify(ctx, remote, issued, report),
  });
}

function verificationFor(
  ctx: Context,
  { preferences, remote, report }: Issuance,
  { issued, reissued }: ReceivedCredential,
  known: Verification | null,
): (() => Promise<Verification>) | null {
  if (known !== null) return preferences.verify ? () => Promise.resolve(known) : null;
  return preferences.verify || reissued ? () => verify(ctx, remote, issued, report) : null;
}

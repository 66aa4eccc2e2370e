import { hintText } from '../model/hint.ts';
import type { Context } from '../context.ts';
import { CliError, ExitCode, FailedError, UnknownOutcomeError } from '../errors.ts';
import type { Intent } from '../state/record.ts';
import type { Account } from '../model/account.ts';
import type { Issued, IssuancePlan } from '../providers/issuance.ts';
import type { Verification } from '../providers/provider.ts';
import { send, type ReceivedCredential } from './request-credential.ts';
import { auditIssued, auditUnissued } from './audit.ts';
import { closeEntry } from './earlier-entries.ts';
import { failureOf, partial, throwAll, unknownOutcome } from './failures.ts';
import { handOver, type Ending } from './handover.ts';
import { withGrace } from './interrupt.ts';
import { AnswerKeeper, type Issuance, type Remote, type Run } from './issuance.ts';
import { lockAccount } from './recover.ts';
import { mask } from './mask.ts';
import { refuseUnsettled, wantedBy } from './unsettled.ts';

/**
 * Issues a credential and brings it where the user wants it: lock, intent, ask, keep, deliver, close (DESIGN.md 6, steps 2
 * to 6); `preflight` is step 1. Whatever fails after the answer, the credential stays in the journal.
 * @throws ConflictError when the account is locked or has changed; UnknownOutcomeError when it cannot be known what the
 * provider did; UndeliveredError when the credential is kept and not where it should be; PartialError when it is, but
 * the account is not as asked
 */
export async function issueCredential(ctx: Context, issuance: Issuance): Promise<void> {
  const lock = await lockAccount(issuance);
  try {
    await issuance.checkUnchanged();
    if (issuance.operation === 'create') await refuseUnsettled(issuance.journal, wantedBy(issuance));
    let keeper: AnswerKeeper | null = null;
    await withGrace(
      ctx,
      async (signal) => {
        const startedAt = new Date(ctx.now()).toISOString();
        const entry = await issuance.journal.begin(intentOf(ctx, issuance));
        keeper = new AnswerKeeper(entry, issuance.preferences);
        await carryOut(ctx, { issuance, entry, startedAt, keeper }, signal);
      },
      () => (keeper?.isKept ? ExitCode.undelivered : ExitCode.unknownOutcome),
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

/** The steps with the provider's answer: each is owed once the account was changed, whatever becomes of the others. */
async function carryOut(ctx: Context, run: Run, signal: AbortSignal): Promise<void> {
  const { issuance } = run;
  const asked = await askOrLeave(ctx, run, signal);
  const { issued } = asked;
  await mask(ctx, issued).catch(() => undefined);
  const first = await tryFirst(ctx, run, issued);
  const { account, problem } = await reconcile(issuance, issued, { verified: first?.works === true });
  const ending = await handOver(ctx, run, {
    ...asked,
    account,
    signal,
    verifyCredential: trialOf(ctx, run, { ...asked, first }),
  });
  const unfinished = await failureOf(() => issuance.plan.finish?.(account, { signal, report: issuance.report }));
  await closeEntry(run, account, ending);
  const failures = [
    ...ending.failures,
    ...(unfinished === null ? [] : [partial(unfinished, { ...issuance, account })]),
    ...(problem === null ? [] : [partial(problem, { ...issuance, account })]),
  ];
  await auditIssued(ctx, run, { ...asked, account, ending, failures });
  await tellActions(issuance, ending);
  throwAll(failures);
}

/**
 * A credential that a person brought is tried before anything is touched: the old one works on, so that there is time.
 * @throws FailedError when it does not work; then nothing was changed
 */
async function tryFirst(ctx: Context, run: Run, issued: Issued): Promise<Verification | null> {
  const { issuance, entry } = run;
  if (issuance.plan.manual === undefined) return null;
  if (!issuance.preferences.verify) return { works: null, why: '--no-verify' };
  const verification = await verify(ctx, issuance.remote, issued);
  if (verification.works !== false) return verification;
  await entry.close().catch(() => undefined);
  const refused = new FailedError(
    'refused_credential',
    `the new credential does not work: ${verification.why ?? 'it was refused'}; nothing was changed`,
    { provider: issued.account.provider },
  );
  await auditUnissued(ctx, run, refused);
  throw refused;
}

function trialOf(
  ctx: Context,
  { issuance }: Run,
  { issued, reissued, first }: ReceivedCredential & { readonly first: Verification | null },
): (() => Promise<Verification>) | null {
  if (first !== null) return issuance.preferences.verify ? () => Promise.resolve(first) : null;
  return issuance.preferences.verify || reissued ? () => verify(ctx, issuance.remote, issued) : null;
}

/** An entry without an answer is erased when nothing was changed, and stays when that cannot be known. */
async function askOrLeave(ctx: Context, run: Run, signal: AbortSignal): Promise<ReceivedCredential> {
  try {
    return await send(ctx, run, signal);
  } catch (error) {
    // Errors that are nobody's say nothing of what was done.
    const known = error instanceof CliError ? error : unknownOutcome(run, { cause: error, evidence: null });
    const isUnknown = known instanceof UnknownOutcomeError;
    await (isUnknown ? leave(run, known) : run.entry.close()).catch(() => undefined);
    await auditUnissued(ctx, run, known);
    throw known;
  }
}

async function leave({ entry }: Run, { message }: UnknownOutcomeError): Promise<void> {
  await entry.outcome({ outcome: 'unknown', message });
  await entry.leave();
}

/** Says what is left to a person, now that it can be done. */
export async function tellActions(
  { report }: Pick<Issuance, 'report'>,
  { actions }: Pick<Ending, 'actions'>,
): Promise<void> {
  for (const { goal, url, command } of actions) {
    await report(`to be done by a person: ${goal}, at ${url}; then: ${hintText(command)}`);
  }
}

/** A credential in hand is delivered whatever happens to the account's other properties, so problems are returned. */
export async function reconcile(
  { plan }: { readonly plan: Pick<IssuancePlan, 'reconcile'> },
  issued: Issued,
  seen: { readonly verified: boolean },
): Promise<{ account: Account; problem: unknown }> {
  try {
    return { account: await plan.reconcile(issued, seen), problem: null };
  } catch (problem) {
    return { account: issued.account, problem };
  }
}

const pausesMs = [1000, 2000, 4000, 8000, 15_000];

/**
 * Tries a credential that was just issued. A refusal is tried again for half a minute, because what a provider knows
 * takes time to spread; anything that says nothing of the credential is not (DESIGN.md 6, step 5). That a disabled account
 * is refused says nothing of its credential either.
 */
export async function verify(
  ctx: Pick<Context, 'sleep' | 'signal'>,
  { verifyCredential }: Pick<Remote, 'verifyCredential'>,
  { account, credential }: Pick<Issued, 'account' | 'credential'>,
): Promise<Verification> {
  if (account.enabled === false) return { works: null, why: 'the account is disabled' };
  let verification = await verifyCredential(credential);
  for (const pause of pausesMs) {
    if (verification.works !== false) return verification;
    // An interrupt ends the tries, and the last one counts.
    const isOver = await ctx.sleep(pause, ctx.signal).then(
      () => false,
      () => true,
    );
    if (isOver) return verification;
    verification = await verifyCredential(credential);
  }
  return verification;
}

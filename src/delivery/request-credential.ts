import type { Context } from '../context.ts';
import { AuthError, CliError, ConflictError, FailedError, InterruptedError, UsageError } from '../errors.ts';
import { HttpError, type BodyKind } from '../http/error.ts';
import type { Account } from '../model/account.ts';
import type { Evidence, Issued, IssuancePlan } from '../providers/issuance.ts';
import type { Operation } from '../state/record.ts';
import { gatherEvidence } from './evidence.ts';
import type { Issuance, IssuanceRun } from './issuance.ts';
import { afterLoss, type AfterLoss, type Loss, type Rest } from './life.ts';

export interface ReceivedCredential {
  readonly issued: Issued;
  /** Whether a second credential had to be issued because the first answer was lost. */
  readonly reissued: boolean;
  /** When it was asked for, in milliseconds since the epoch: it may be as old as that, however late its answer came. */
  readonly askedAt: number;
}

/** What is known of a request that brought no credential. */
export interface NoCredential {
  readonly request: Exclude<Rest['request'], 'blocked' | 'answered'>;
  /** Accounts that it made, or may have made. */
  readonly candidates: readonly Account[];
  readonly cause: unknown;
}

/**
 * Requests the credential once. Where the answer is lost, finds out what can be known; where that allows it (`afterLoss`),
 * another one is issued, because that was requested, and the first is beyond reach (docs/design.md 6). Rejects with unexpected errors only.
 */
export async function requestCredential(
  ctx: Context,
  run: IssuanceRun,
  signal: AbortSignal,
): Promise<ReceivedCredential | NoCredential> {
  const { plan, operation } = run.issuance;
  try {
    const begunAt = ctx.now();
    // Both are needed, and neither needs the other; one that took its time may have outlasted the hold.
    await Promise.all([run.entry.sent(), refuseLost(run)]);
    if (ctx.now() - begunAt > freshMs) await refuseLost(run);
    ctx.signal.throwIfAborted();
  } catch (cause) {
    return { request: cause instanceof CliError ? 'refused' : 'unclear', candidates: [], cause };
  }
  const askedAt = ctx.now();
  try {
    const { isReissue = false } = run.issuance;
    return { issued: await sendOnce(run, plan, operation, signal), reissued: isReissue, askedAt };
  } catch (cause) {
    if (isCertain(cause)) return { request: 'refused', candidates: [], cause };
    run.keeper.disregard({ mayHold: mayHoldCredential(cause) });
    return resolveLostAnswer(ctx, run, cause, signal);
  }
}

/** Less than any lease. */
const freshMs = 2000;

/**
 * A run that was halted for longer than its lease must not ask any more, nor one that cannot know.
 * @throws ConflictError (`locked`); FailedError (`lock`)
 */
async function refuseLost({ lock, issuance }: IssuanceRun): Promise<void> {
  const isHeld = await lock.renew();
  if (isHeld === true) return;
  const { provider, name } = issuance.plan.expected;
  if (isHeld === null) {
    const message = `whether this run still has the lock of ${name} is not known`;
    throw new FailedError('lock', message, { provider, retryable: true });
  }
  const who = lock.takenBy?.() ?? 'another run';
  throw new ConflictError('locked', `${who} has taken ${name} over`, { provider, retryable: true });
}

function sendOnce(
  { keeper }: IssuanceRun,
  plan: IssuancePlan,
  operation: Operation,
  signal: AbortSignal,
): Promise<Issued> {
  const accountId = operation === 'create' ? null : plan.expected.id;
  return plan.send({ signal, keep: (bytes) => keeper.keep({ bytes, operation, accountId }) });
}

/** Whether an error says that the provider changed nothing. */
function isCertain(error: unknown): boolean {
  if (error instanceof HttpError) return error.arrival !== 'unknown';
  // The credential itself could not be had or sent; or an interrupt came while nothing was on its way.
  return error instanceof AuthError || error instanceof UsageError || error instanceof InterruptedError;
}

/** Whether what came may hold the credential, although it cannot be read: it is no page, not empty, and no JSON without one. */
function mayHoldCredential(cause: unknown): boolean {
  return cause instanceof HttpError && cause.code === 'bad_answer' && unreadable.has(cause.body);
}

const unreadable: ReadonlySet<BodyKind | null> = new Set(['excessive', 'other']);

/** How each fact is found out, once. */
type Inquiry = { readonly [Fact in keyof Loss]: () => Loss[Fact] | Promise<Loss[Fact]> };

async function resolveLostAnswer(
  ctx: Context,
  run: IssuanceRun,
  cause: unknown,
  signal: AbortSignal,
): Promise<ReceivedCredential | NoCredential> {
  const { issuance } = run;
  const { plan } = issuance;
  const endedAt = ctx.now();
  let evidence: Evidence = { kind: 'unclear', candidates: [] };
  let account: Account | null = null;
  const mayReissue = issuance.preferences.reissue;
  const decision = await decide({
    isInterrupted: () => ctx.signal.aborted,
    evidence: async () => {
      await issuance.report('the answer was lost; looking for its outcome, for up to 30 s');
      evidence = await gatherEvidence(ctx, { plan, cause, endedAt, mayReissue }).catch(() => evidence);
      return evidence.kind;
    },
    mayReissue: () => mayReissue && !ctx.signal.aborted,
    mayStillBeDone: () => evidence.kind !== 'changed' && plan.leavesEvidence,
    isOurs: async () => (account = await accountToRotate(issuance, evidence)) !== null,
    canGoOn: async () => (await ownCredentialWorks(issuance)) && !ctx.signal.aborted,
  });
  const lost = { request: evidence.kind, candidates: accountsOf(evidence), cause };
  if (decision !== 'issue another' || account === null) return lost;
  return issueAnother(ctx, run, { account, lost, signal });
}

/** The first row of `afterLoss` that fits. */
async function decide(inquiry: Inquiry): Promise<AfterLoss> {
  for (const [fact, value, then] of afterLoss) {
    if ((await inquiry[fact]()) === value) return then;
  }
  return 'issue another';
}

/** At most once: a second answer that is lost stays lost. */
async function issueAnother(
  ctx: Context,
  run: IssuanceRun,
  { account, lost, signal }: { account: Account; lost: NoCredential; signal: AbortSignal },
): Promise<ReceivedCredential | NoCredential> {
  const { issuance } = run;
  await issuance.report(`issuing another credential for ${account.name} (${account.id})`);
  try {
    const plan = issuance.operation === 'rotate' ? issuance.plan : await issuance.remote.planRotate?.(account);
    if (plan === undefined) return lost;
    await refuseLost(run);
    const askedAt = ctx.now();
    return { issued: await sendOnce(run, plan, 'rotate', signal), reissued: true, askedAt };
  } catch (cause) {
    run.keeper.disregard({ mayHold: mayHoldCredential(cause) });
    return { ...lost, cause };
  }
}

/** The account that one more rotation may be done on: ours for certain, or the one that a person points at. */
async function accountToRotate(issuance: Issuance, evidence: Evidence): Promise<Account | null> {
  if (evidence.kind === 'changed') return evidence.account;
  if (issuance.operation === 'rotate') return issuance.plan.expected;
  const candidates = accountsOf(evidence);
  if (candidates.length === 0 || issuance.choose === null) return null;
  // A question left open chooses nothing; what may have been done stays done.
  return issuance.choose(candidates).catch(() => null);
}

function accountsOf(evidence: Evidence): readonly Account[] {
  if (evidence.kind === 'changed') return [evidence.account];
  return evidence.kind === 'unclear' ? evidence.candidates : [];
}

/** Where the caller's own account was rotated, it does not. */
async function ownCredentialWorks({ remote }: Issuance): Promise<boolean> {
  return remote.verifyOwnCredential().catch(() => false);
}

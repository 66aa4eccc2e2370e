import type { Context } from '../context.ts';
import { AuthError, InterruptedError, UsageError } from '../errors.ts';
import { HttpError } from '../http/error.ts';
import type { Account } from '../model/account.ts';
import type { Evidence, Issued, IssuancePlan } from '../providers/issuance.ts';
import { nothingChanged, unknownOutcome } from './failures.ts';
import type { Operation } from '../state/record.ts';
import type { Issuance, IssuanceRun } from './issuance.ts';

export interface ReceivedCredential {
  readonly issued: Issued;
  /** Whether a second credential had to be issued because the first answer was lost. */
  readonly reissued: boolean;
}

/**
 * Requests the credential once. Where the answer is lost, finds out what can be known; where that allows it, another one
 * is issued, because that was requested, and the first is beyond reach (docs/design.md 6).
 * @throws UnknownOutcomeError when it cannot be known what the provider did; any other error when nothing was changed
 */
export async function requestCredential(
  ctx: Context,
  run: IssuanceRun,
  signal: AbortSignal,
): Promise<ReceivedCredential> {
  const { plan, operation } = run.issuance;
  await run.entry.sent();
  ctx.signal.throwIfAborted();
  try {
    return { issued: await sendOnce(run, plan, operation, signal), reissued: false };
  } catch (error) {
    if (isCertain(error)) throw error;
    return resolveLostAnswer(ctx, run, error, signal);
  }
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

async function resolveLostAnswer(
  ctx: Context,
  run: IssuanceRun,
  cause: unknown,
  signal: AbortSignal,
): Promise<ReceivedCredential> {
  const { issuance } = run;
  run.keeper.disregard();
  if (ctx.signal.aborted) throw unknownOutcome(run, { cause, evidence: null });
  await issuance.report('the answer was lost; looking for what became of the request');
  const evidence = await gatherEvidence(ctx, issuance.plan, cause).catch(() => null);
  if (evidence?.kind === 'unchanged') throw nothingChanged(issuance, cause);
  const isEnd = ctx.signal.aborted || !mayReissue(issuance, cause);
  const account = isEnd ? null : await accountToRotate(issuance, evidence);
  if (account === null || !(await canReissue(issuance)) || ctx.signal.aborted) {
    throw unknownOutcome(run, { cause, evidence });
  }
  await issuance.report(`issuing another credential for ${account.name} (${account.id})`);
  try {
    const plan = issuance.operation === 'rotate' ? issuance.plan : await issuance.remote.planRotate?.(account);
    if (plan === undefined) throw unknownOutcome(run, { cause, evidence });
    return { issued: await sendOnce(run, plan, 'rotate', signal), reissued: true };
  } catch (second) {
    throw unknownOutcome(run, { cause: second, evidence });
  }
}

/** At most once, and only when the other side ended the exchange: else the first request may still be at work. */
function mayReissue({ preferences }: Issuance, cause: unknown): boolean {
  return preferences.reissue && cause instanceof HttpError && !isOurEnd(cause);
}

/** The account that one more rotation may be done on: ours for certain, or the one that a person points at. */
async function accountToRotate(issuance: Issuance, evidence: Evidence | null): Promise<Account | null> {
  if (evidence?.kind === 'changed') return evidence.account;
  if (issuance.operation === 'rotate') return issuance.plan.expected;
  const candidates = evidence?.kind === 'unclear' ? evidence.candidates : [];
  if (candidates.length === 0 || issuance.choose === null) return null;
  // A question left open chooses nothing; what may have been done stays done.
  return issuance.choose(candidates).catch(() => null);
}

/** Whether the caller's own credential still works: where it was rotated itself, it does not. */
async function canReissue({ remote }: Issuance): Promise<boolean> {
  return remote.verifyOwnCredential().catch(() => false);
}

const readings = 3;
const pauseMs = 2500;

/**
 * What can be proven after an answer that never came (docs/design.md 6). That nothing changed takes three readings over five
 * seconds, because lists lag writes and a handler can fail after its work is done; and it takes an exchange that ended
 * with a reset or a failure of the server: after our own time-out the server may still be at work, and an answer of
 * success comes from a server that has done something.
 */
export async function gatherEvidence(
  ctx: Pick<Context, 'sleep' | 'signal'>,
  plan: IssuancePlan,
  cause: unknown,
): Promise<Evidence> {
  const canBeUndone = mayHaveDoneNothing(cause);
  for (let reading = 1; ; reading += 1) {
    const evidence = await readEvidenceOnce(plan);
    if (evidence.kind !== 'unchanged') return evidence;
    if (!canBeUndone) return { kind: 'unclear', candidates: [] };
    if (reading === readings) return evidence;
    await ctx.sleep(pauseMs, ctx.signal);
  }
}

async function readEvidenceOnce(plan: IssuancePlan): Promise<Evidence> {
  try {
    return await plan.readEvidence();
  } catch {
    return { kind: 'unclear', candidates: [] };
  }
}

function mayHaveDoneNothing(cause: unknown): boolean {
  if (!(cause instanceof HttpError) || isOurEnd(cause) || cause.code === 'bad_answer') return false;
  return cause.status === null || cause.status >= 400;
}

const ourEnds: ReadonlySet<string> = new Set(['aborted', 'timeout', 'too_large']);

/** The answers of gateways that stopped waiting. */
const gatewayEnds: ReadonlySet<number> = new Set([408, 499, 504, 522, 524]);

/**
 * Whether the exchange was ended here or by a gateway, and not by the server, which may still be at work: then readings
 * prove nothing, and another request could be overtaken by the first.
 */
export function isOurEnd({ code, status }: HttpError): boolean {
  return ourEnds.has(code) || (status !== null && gatewayEnds.has(status));
}

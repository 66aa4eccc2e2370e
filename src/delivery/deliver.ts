import type { Context } from '../context.ts';
import { InterruptedError } from '../errors.ts';
import type { Issued } from '../providers/issuance.ts';
import type { Standing } from './verify.ts';
import { credentialDocument, type Delivery } from './result.ts';
import type { Account } from '../model/account.ts';
import { Secret } from '../model/credential.ts';
import { TargetError, type Target, type TargetPayload } from './targets/target.ts';

interface DeliverOptions {
  readonly targets: readonly Target[];
  readonly payload: TargetPayload;
  /** Ends a delivery under way. */
  readonly signal: AbortSignal;
  /** Whether this target may be started. */
  readonly mayStart: (target: Target) => boolean;
  /** Whether one that failed may be tried again. */
  readonly mayRepeat: () => boolean;
  /** Whether the credential is still the newest. */
  readonly standing: () => Promise<Standing>;
  /** Whether it would be lost if it were not written: then what cannot be told keeps it from nowhere. */
  readonly isKept: () => boolean;
  readonly report: (text: string) => Promise<void>;
  readonly onDelivered: (target: string) => Promise<void>;
}

/** What became of a credential at its targets. */
export interface Delivered {
  readonly deliveries: readonly Delivery[];
  /** As the hint of its ending wants to know it. */
  readonly needsMending: boolean;
}

/** Delivers the credential to each target in order; one that fails does not keep it from the others. Never rejects. */
export async function deliver(
  ctx: Pick<Context, 'now' | 'sleep' | 'signal'>,
  options: DeliverOptions,
): Promise<Delivered> {
  const deliveries: Delivery[] = [];
  const problems: Problem[] = [];
  for (const target of options.targets) {
    const problem = options.mayStart(target) ? await tryFor(ctx, target, options) : notStarted;
    deliveries.push({ target: target.name, ok: problem === null, error: problem?.message ?? null });
    if (problem === null) await options.onDelivered(target.name).catch(() => undefined);
    else problems.push(problem);
  }
  // Only a target itself says that it will not do: an interrupt, or a bug, says nothing of the next time.
  const isFinal = problems.every((problem) => problem instanceof TargetError && !problem.isRetryable);
  return { deliveries, needsMending: problems.length > 0 && isFinal };
}

const patienceMs = 60_000;
const longestPauseMs = 16_000;

/** Tries a target for up to a minute. @returns the last problem; null when it was delivered */
async function tryFor(
  ctx: Pick<Context, 'now' | 'sleep' | 'signal'>,
  target: Target,
  options: DeliverOptions,
): Promise<Problem | null> {
  const { mayRepeat, report, signal } = options;
  const end = ctx.now() + patienceMs;
  for (let pause = 1000; ; pause = Math.min(pause * 2, longestPauseMs)) {
    const problem = (await outdated(options)) ?? (await attempt(target, options));
    if (problem === null) return null;
    const isLast = !problem.isRetryable || ctx.now() + pause > end || !mayRepeat();
    if (isLast) return problem;
    await report(`${target.name}: ${problem.message}; trying again in ${pause / 1000} s`);
    // An interrupt ends the pause, and `mayRepeat` says what follows from it; a later pause ends with the time that is left.
    const waker = ctx.signal.aborted ? signal : ctx.signal;
    await ctx.sleep(pause, waker).catch(() => undefined);
    if (!mayRepeat()) return problem;
  }
}

interface Problem {
  readonly message: string;
  readonly isRetryable: boolean;
}

const notStarted: Problem = { message: 'interrupted before', isRetryable: false };

/** Why the credential must not be written now; null when it may. */
async function outdated({ standing, isKept }: DeliverOptions): Promise<Problem | null> {
  const { isNewest, why } = await standing();
  if (isNewest === false) return { message: 'it was superseded before', isRetryable: false };
  if (isNewest === true || !isKept()) return null;
  const message = `whether it is still the newest is not known: ${why ?? 'no reason was given'}`;
  return { message, isRetryable: true };
}

async function attempt(target: Target, { payload, signal }: DeliverOptions): Promise<Problem | null> {
  try {
    // The grace is over, and the credential is still nowhere: a delivery that begins now may take its time.
    const own = signal.aborted ? new AbortController().signal : signal;
    await target.deliver(payload, own);
    return null;
  } catch (error) {
    if (error instanceof TargetError) return error;
    if (error instanceof InterruptedError) return { message: 'interrupted', isRetryable: false };
    // The message of an unexpected error may hold anything.
    return { message: 'failed unexpectedly', isRetryable: false };
  }
}

/** What targets are given of an issued credential. */
export function payloadOf({ credential, payload }: Issued, account: Account): TargetPayload {
  const document = credentialDocument(credential, credential.value.reveal());
  const { provider, profile, organization, id, name } = account;
  const { kind, clientId, fingerprint, expiresAt } = document;
  return {
    text: payload,
    json: new Secret(JSON.stringify(document)),
    meta: { provider, profile, organization, id, name, kind, clientId, fingerprint, expiresAt },
  };
}

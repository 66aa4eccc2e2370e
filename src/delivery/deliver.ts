import type { Context } from '../context.ts';
import { InterruptedError } from '../errors.ts';
import type { Issued } from '../providers/issuance.ts';
import { credentialDocument, type Delivery } from './result.ts';
import type { Account } from '../model/account.ts';
import { Secret } from '../model/credential.ts';
import { TargetError, type Target, type TargetPayload } from './targets/target.ts';

interface DeliverOptions {
  readonly targets: readonly Target[];
  readonly payload: TargetPayload;
  /** Ends a delivery under way. */
  readonly signal: AbortSignal;
  /** Whether another target may be started. */
  readonly mayStart: () => boolean;
  readonly report: (text: string) => Promise<void>;
  readonly onDelivered: (target: string) => Promise<void>;
}

/** Delivers the credential to each target in order; one that fails does not keep it from the others. Never rejects. */
export async function deliver(
  ctx: Pick<Context, 'now' | 'sleep' | 'signal'>,
  options: DeliverOptions,
): Promise<readonly Delivery[]> {
  const deliveries: Delivery[] = [];
  for (const target of options.targets) {
    const error = options.mayStart() ? await tryFor(ctx, target, options) : 'interrupted before';
    deliveries.push({ target: target.name, ok: error === null, error });
    if (error === null) await options.onDelivered(target.name).catch(() => undefined);
  }
  return deliveries;
}

const patienceMs = 60_000;
const longestPauseMs = 16_000;

/** Tries a target for up to a minute. @returns why it failed; null when it did not */
async function tryFor(
  ctx: Pick<Context, 'now' | 'sleep' | 'signal'>,
  target: Target,
  { payload, signal, mayStart, report }: DeliverOptions,
): Promise<string | null> {
  const end = ctx.now() + patienceMs;
  for (let pause = 1000; ; pause = Math.min(pause * 2, longestPauseMs)) {
    const problem = await attempt(target, payload, signal);
    if (problem === null) return null;
    const isLast = !problem.isRetryable || ctx.now() + pause > end || !mayStart();
    if (isLast) return problem.message;
    await report(`${target.name}: ${problem.message}; trying again in ${pause / 1000} s`);
    // An interrupt ends the pause, and `mayStart` says what follows from it; a later pause ends with the time that is left.
    const waker = ctx.signal.aborted ? signal : ctx.signal;
    await ctx.sleep(pause, waker).catch(() => undefined);
    if (!mayStart()) return problem.message;
  }
}

async function attempt(
  target: Target,
  payload: TargetPayload,
  signal: AbortSignal,
): Promise<{ message: string; isRetryable: boolean } | null> {
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

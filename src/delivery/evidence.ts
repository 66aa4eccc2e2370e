import type { Context } from '../context.ts';
import { HttpError } from '../http/error.ts';
import type { Evidence, IssuingPlan } from '../providers/issuing.ts';

const readings = 3;
const pauseMs = 2500;

/**
 * What can be proven after an answer that never came (DESIGN.md 6). That nothing changed takes three readings over five
 * seconds, because lists lag writes and a handler can fail after its work is done; and it takes an exchange that ended
 * with a reset or a failure of the server: after our own time-out the server may still be at work, and an answer of
 * success was given by somebody who had done something.
 */
export async function gatherEvidence(
  ctx: Pick<Context, 'sleep' | 'signal'>,
  plan: IssuingPlan,
  cause: unknown,
): Promise<Evidence> {
  const canBeUndone = mayHaveDoneNothing(cause);
  for (let reading = 1; ; reading += 1) {
    const evidence = await lookOnce(plan);
    if (evidence.kind !== 'unchanged') return evidence;
    if (!canBeUndone) return { kind: 'unclear', candidates: [] };
    if (reading === readings) return evidence;
    await ctx.sleep(pauseMs, ctx.signal);
  }
}

async function lookOnce(plan: IssuingPlan): Promise<Evidence> {
  try {
    return await plan.look();
  } catch {
    return { kind: 'unclear', candidates: [] };
  }
}

function mayHaveDoneNothing(cause: unknown): boolean {
  if (!(cause instanceof HttpError) || isOurEnd(cause) || cause.code === 'bad_answer') return false;
  return cause.status === null || cause.status >= 400;
}

const ourEnds: ReadonlySet<string> = new Set(['aborted', 'timeout', 'too_large']);

/** What gateways say when it is they who stopped waiting. */
const gatewayEnds: ReadonlySet<number> = new Set([408, 499, 504, 522, 524]);

/**
 * Whether the exchange was ended here or by a gateway, and not by the server, which may still be at work: then readings
 * prove nothing, and another request could be overtaken by the first.
 */
export function isOurEnd({ code, status }: HttpError): boolean {
  return ourEnds.has(code) || (status !== null && gatewayEnds.has(status));
}

import type { Context } from '../context.ts';
import type { ExitCode } from '../errors.ts';

const graceMs = 5000;

/**
 * Runs a change that may already be on its way. An interrupt does not end it at once: the answer gets five more
 * seconds to arrive, because what it says, and the credential in it, cannot be asked for again (docs/design.md 6).
 * A second interrupt ends the program with the code that `interrupted` gives, else 7.
 */
export async function withGrace<Result>(
  ctx: Context,
  work: (signal: AbortSignal) => Promise<Result>,
  interrupted?: () => ExitCode,
): Promise<Result> {
  ctx.signal.throwIfAborted();
  const grace = new AbortController();
  // Most work is not interrupted, and a signal for each account costs more than it looks.
  const begun: AbortController[] = [];
  function onInterrupt(): void {
    const finished = new AbortController();
    begun.push(finished);
    ctx.sleep(graceMs, finished.signal).then(
      () => grace.abort(ctx.signal.reason),
      () => undefined,
    );
  }
  ctx.signal.addEventListener('abort', onInterrupt, { once: true });
  try {
    return await ctx.mutating(() => work(grace.signal), interrupted);
  } finally {
    ctx.signal.removeEventListener('abort', onInterrupt);
    for (const finished of begun) finished.abort();
  }
}

import { isCI, type Context } from '../context.ts';

/** Whoever ends at once needs no words about it. */
const noticeableMs = 200;

/**
 * Tells a person who has pressed Ctrl-C, and sees nothing happen, what is waited for: he would press it again, which ends
 * the program without the answer that is on its way.
 */
export async function tellingWhoWaits<Result>(
  ctx: Context,
  say: (text: string) => Promise<void>,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!ctx.stderr.isTTY || isCI(ctx.env)) return work();
  const finished = new AbortController();
  function onInterrupt(): void {
    ctx
      .sleep(noticeableMs, finished.signal)
      .then(() => say('interrupted: what was sent is given 5 seconds; Ctrl-C again ends at once'))
      // It ended in time, or stderr is gone.
      .catch(() => undefined);
  }
  ctx.signal.addEventListener('abort', onInterrupt, { once: true });
  try {
    return await work();
  } finally {
    ctx.signal.removeEventListener('abort', onInterrupt);
    finished.abort('finished');
  }
}

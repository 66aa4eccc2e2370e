import type { Context } from '../context.ts';
import { inWords, noticeableWaitMs } from '../model/duration.ts';
import type { AnswerHeaders, HttpAnswer, Pause } from './request.ts';

/** The longest wait that a server may ask for (docs/design.md 4). */
export const longestWaitMs = 60_000;

/** The statuses whose `Retry-After` is heeded. */
const asksToWait: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** The pause of one connection; `provider` is its name and `note` tells the user. */
export function createPause({
  now,
  provider,
  note,
}: Pick<Context, 'now'> & { readonly provider: string; readonly note: (text: string) => Promise<void> }): Pause {
  let end = 0;
  /** The end that the user was told of. */
  let told = 0;
  function left(): number {
    return Math.max(0, end - now());
  }
  return {
    left,
    heed: (answer) => {
      const asked = askedWait(answer, now());
      // A service that is down for long may still be asked what became of a request; one that counts requests may not.
      const holds = asked !== null && (asked <= longestWaitMs || answer.status === 429);
      if (holds) end = Math.max(end, now() + asked);
      return asked;
    },
    tell: async () => {
      const milliseconds = left();
      // Requests that are refused together ask for nearly the same.
      if (milliseconds <= noticeableWaitMs || end - told <= noticeableWaitMs) return;
      told = end;
      await note(`waiting ${inWords(milliseconds)} before the next request to ${provider}, as its answer asks`);
    },
  };
}

/** Milliseconds that an answer asks to wait before the next request; null where it does not ask. */
export function askedWait({ status, headers }: Pick<HttpAnswer, 'status' | 'headers'>, now: number): number | null {
  return asksToWait.has(status) ? retryAfter(headers, now) : null;
}

/** Milliseconds from `Retry-After`, given in seconds or as an HTTP date; null when it is absent or neither. */
export function retryAfter(headers: AnswerHeaders, now: number): number | null {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,15}$/.test(value)) return Number(value) * 1000;
  // Date.parse alone accepts almost anything.
  const date = /^[A-Z][a-z]{2,8},? .* GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

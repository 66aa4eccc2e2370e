import type { TimedAnswer } from '../../http/options.ts';
import { failure, ok, warning, type Result } from './diagnosis.ts';

/** How far clocks may be apart before it is worth saying, and before tokens are refused; in milliseconds. */
const warnedMs = 30_000;
const refusedMs = 300_000;

/** Learns from answers how far this machine's clock is from the provider's. */
export interface ClockWatch {
  readonly onAnswer: (answer: TimedAnswer) => void;
  /** Nothing where no answer had a time. */
  readonly results: () => readonly Result[];
}

export function watchClock(): ClockWatch {
  let best: { readonly offsetMs: number; readonly tookMs: number } | null = null;
  return {
    onAnswer: (answer) => {
      const offsetMs = offsetOf(answer);
      const tookMs = answer.answeredAt - answer.askedAt;
      if (offsetMs !== null && (best === null || tookMs < best.tookMs)) best = { offsetMs, tookMs };
    },
    results: () => (best === null ? [] : [resultOf(best.offsetMs)]),
  };
}

/**
 * The least by which the other clock must be ahead of ours (negative: behind), in milliseconds: it made its `Date`, which
 * is in whole seconds, while the exchange lasted. Null without one, or where a cache kept the answer.
 */
function offsetOf({ headers, askedAt, answeredAt }: TimedAnswer): number | null {
  const date = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(date) || Number(headers.get('age') ?? 0) > 0) return null;
  if (date > answeredAt) return date - answeredAt;
  return Math.min(0, date + 1000 - askedAt);
}

function resultOf(offsetMs: number): Result {
  const apart = Math.abs(offsetMs);
  if (apart < warnedMs) return ok('clock', "this machine's clock agrees with the provider's");
  const direction = offsetMs > 0 ? 'behind' : 'ahead of';
  const message = `this machine's clock is ${inWords(apart)} ${direction} the provider's`;
  return apart < refusedMs
    ? warning('clock', message, 'let this machine set its clock by NTP')
    : failure('clock', `${message}: tokens may be refused`, 'let this machine set its clock by NTP');
}

function inWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}

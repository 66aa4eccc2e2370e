import { durationForms, parseDuration } from '../../model/duration.ts';
import { quoted } from '../../model/text.ts';
import type { Check } from '../../session/check.ts';

const date = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** `--since` in milliseconds since the epoch: a duration before `now`, a day that begins in UTC, or a time in ISO 8601. */
export function readSince(text: string | undefined, now: number): Check<number> {
  if (text === undefined) return { value: -Infinity, problems: [] };
  const duration = parseDuration(text);
  if (duration !== null) return { value: now - duration, problems: [] };
  const time = date.test(text) && isDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return { value: time, problems: [] };
  const forms = `${durationForms}, or be a day such as 2026-11-01, or a time such as 2026-11-01T08:00:00Z`;
  return { value: 0, problems: [`--since ${quoted(text)} must have the form ${forms}`] };
}

/** Date.parse takes 2026-02-30 for the 2nd of March. */
function isDay(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

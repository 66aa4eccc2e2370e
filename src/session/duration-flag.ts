import { durationForms, parseDuration } from '../model/duration.ts';
import { quoted } from '../model/text.ts';
import type { Check } from './check.ts';

/** The value of a flag such as `--older-than`, in milliseconds; null where it was not given. */
export function checkDuration(flag: string, text: string | undefined): Check<number | null> {
  if (text === undefined) return { value: null, problems: [] };
  const value = parseDuration(text);
  return value === null
    ? { value, problems: [`${flag} ${quoted(text)} must have the form ${durationForms}`] }
    : { value, problems: [] };
}

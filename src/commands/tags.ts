import type { Check } from './check.ts';

/** `key=value` pairs; the value may be empty and may hold `=`. */
export function readTags(pairs: readonly string[]): Check<Record<string, string>> {
  const value: Record<string, string> = {};
  const problems: string[] = [];
  for (const pair of pairs) {
    const [, key, text] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (key === undefined || text === undefined) {
      problems.push(`--tag "${pair}" has the form <key>=<value>`);
    } else {
      value[key.trim()] = text;
    }
  }
  return { value, problems };
}

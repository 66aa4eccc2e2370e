import type { Check } from './check.ts';

/** `key=value` pairs; the value may be empty and may hold `=`. */
export function readTags(pairs: readonly string[]): Check<Record<string, string>> {
  const tags = new Map<string, string>();
  const problems: string[] = [];
  for (const pair of pairs) {
    const key = tagKey(pair);
    if (key === '' || !pair.includes('=')) {
      problems.push(`--tag "${pair}" must have the form <key>=<value>`);
    } else if (tags.has(key)) {
      problems.push(`--tag names "${key}" twice`);
    } else {
      tags.set(key, pair.slice(pair.indexOf('=') + 1));
    }
  }
  return { value: Object.fromEntries(tags), problems };
}

/** What is before the first `=`. */
export function tagKey(pair: string): string {
  return (pair.split('=', 1)[0] ?? '').trim();
}

import { misspelt } from '../../model/similar.ts';
import type { FlagShape } from '../shape.ts';
import { formatWords, providerWords } from './synonyms.ts';

/** A flag with its value, as this program writes such values. */
export function withValue(option: FlagShape | undefined, flag: string, value: string): readonly string[] {
  if (option?.long === '--search' && /[*?]/.test(value)) return searched(value);
  if (option?.long === '--query') return [flag, jqOf(value)];
  if (option?.long === '--to' && !value.includes(':') && /[./]/.test(value)) return [flag, `file:${value}`];
  return [flag, meantValue(option, value)];
}

/** A pattern, where only text can be searched: its text, or a filter where it has several. */
function searched(pattern: string): readonly string[] {
  const text = pattern.replaceAll(/^\*+|\*+$/g, '');
  if (!/[*?]/.test(text)) return text === '' ? [] : ['--search', text];
  const regex = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return ['-q', `.[] | select(.name | test(${JSON.stringify(`^${regex}$`)}))`];
}

/** The simplest filters of JMESPath as jq has them, e.g. `[].name`. */
function jqOf(filter: string): string {
  const [, key, value, path] = /^\[(?:\*|\?(\w+) *== *['"`]([^'"`]*)['"`])?\]((?:\.\w+)*)$/.exec(filter) ?? [];
  if (path === undefined) return filter;
  if (key === undefined) return `.[]${path}`;
  const chosen = `.[] | select(.${key} == ${JSON.stringify(value)})`;
  return path === '' ? chosen : `${chosen} | ${path}`;
}

/** A choice by its other name or misspelt; any other value as it is. */
export function meantValue(
  option: (Pick<FlagShape, 'choices'> & { readonly long?: string }) | undefined,
  value: string,
): string {
  const { choices = [] } = option ?? {};
  if (choices.length === 0 || choices.includes(value)) return value;
  const lower = value.toLowerCase();
  const other = option?.long === '--format' ? formatWords[lower] : providerWords[lower];
  const known = [lower, other].find((each) => each !== undefined && choices.includes(each));
  return known ?? misspelt(lower, choices) ?? value;
}

/** What a filter finds is no table: `--query '[].name' --output text` asks for lines, and a filter prints those. */
export function withoutTable(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word, index) => word === '--format' && words[index + 1] === 'table');
  const isFiltered = words.includes('-q') || words.includes('--query');
  return at >= 0 && isFiltered ? words.toSpliced(at, 2) : words;
}

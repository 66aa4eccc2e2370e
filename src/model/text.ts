import { stripVTControlCharacters } from 'node:util';

/** What most text is made of; the other expressions take half a millisecond to make. */
const isPlain = /^[ -~]*$/;

/** Line ends, tabs and the two Unicode separators: they become one space. */
const separators = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/** Controls, lone surrogates and invisible formatting, but not the joiners that emoji and Persian need. */
const invisible = /(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}]/gu;

/**
 * `text` as one line that cannot steer a terminal or a CI runner: no escape sequences, control characters or bidi
 * overrides; no `::` at its start, where GitHub reads workflow commands, and no `##[`, `##vso[` or `##teamcity[`
 * anywhere, where GitHub, Azure and TeamCity read theirs. What is longer than `limit` characters is cut, with `…` at the end.
 */
export function safeText(text: string, limit = Infinity): string {
  // What is cut would not be shown anyway, and may be long.
  const start = Number.isFinite(limit) ? text.slice(0, limit * 8) : text;
  const line = (isPlain.test(start) ? start : printable(start))
    .trim()
    .replace(/^::/, ': :')
    .replaceAll(/##(?=\[|vso\[|teamcity\[)/g, '# #');
  return line.length <= limit ? line : cut(line, limit);
}

function printable(text: string): string {
  return stripVTControlCharacters(text).replace(separators, ' ').replace(invisible, '');
}

function cut(line: string, limit: number): string {
  const characters = Array.from(line);
  return characters.length <= limit ? line : `${characters.slice(0, limit - 1).join('')}…`;
}

/** `text` made safe, cut to `limit` characters and in double quotes, for messages that repeat what a user typed. */
export function quoted(text: string, limit = 60): string {
  return `"${safeText(text, limit)}"`;
}

/** What a terminal may take for a command, or does not show. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/**
 * `text` exactly as it is, for a credential that stands alone; one that a terminal would take for a command, or not
 * show as a whole, as JSON has it, in ASCII and in quotes.
 */
export function exactText(text: string): string {
  if (text.search(unseen) === -1) return text;
  return JSON.stringify(text).replaceAll(unseen, (character) =>
    Array.from({ length: character.length }, (_, at) => escapeOf(character.charCodeAt(at))).join(''),
  );
}

function escapeOf(unit: number): string {
  return String.raw`\u${unit.toString(16).padStart(4, '0')}`;
}

/** A word as a POSIX shell takes it: hints are pasted into one, and their ids and names are chosen by others. */
export function shellWord(text: string): string {
  const line = safeText(text);
  return /^[\w.:/@%+-]+$/.test(line) ? line : `'${line.replaceAll("'", String.raw`'\''`)}'`;
}

/** e.g. `nscale, runai and augment` */
export function listOf(words: readonly string[], conjunction: 'and' | 'or' = 'and'): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${conjunction} ${last}`;
}

/** Order by code unit, as jq and `LC_ALL=C sort` have it: the same on every machine. For `toSorted`. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

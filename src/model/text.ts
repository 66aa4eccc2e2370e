import { stripVTControlCharacters } from 'node:util';

/**
 * What most text is made of. Expressions with classes of characters (`\p{…}`) are made where they are used: each takes a fifth
 * of a millisecond to make, which is not spent at every start.
 */
const isPlain = /^[ -~]*$/;

/** Line ends, tabs and the two Unicode separators: they become one space. */
const separators = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/**
 * The first character of `##[`, `##vso[` and `##teamcity[`, which GitHub, Azure and TeamCity take for commands wherever they
 * stand: joiners between them may not count there.
 */
const runnerMark = /#(?=[\u200C\u200D]*#[\u200C\u200D\w]*\[)/g;

/**
 * `text` as one line that cannot steer a terminal or a CI runner: no escape sequences, control characters or bidi
 * overrides; no `::` at its start, where GitHub reads workflow commands, and no `##[` and the like anywhere. What is longer
 * than `limit` characters is cut, with `…` at the end.
 */
export function safeText(text: string, limit = Infinity): string {
  // What is cut would not be shown anyway, and may be long.
  const start = Number.isFinite(limit) ? text.slice(0, limit * 8) : text;
  const line = (isPlain.test(start) ? start : printable(start))
    .trim()
    .replace(/^([\u200C\u200D]*:)(?=[\u200C\u200D]*:)/, '$1 ')
    .replaceAll(runnerMark, '# ');
  return line.length <= limit ? line : cut(line, limit);
}

/** Without controls, lone surrogates and invisible formatting, but with the joiners that emoji and Persian need. */
function printable(text: string): string {
  const invisible = /(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}]/gu;
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

/**
 * `text` exactly as it is, for a credential that stands alone; one that a terminal would take for a command, or not
 * show as a whole, as JSON has it, in ASCII and in quotes.
 */
export function exactText(text: string): string {
  // What a terminal may take for a command, or does not show.
  const unseen = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;
  if (text.search(unseen) === -1) return text;
  return JSON.stringify(text).replaceAll(unseen, unitEscapes);
}

function escapeOf(unit: number): string {
  return String.raw`\u${unit.toString(16).padStart(4, '0')}`;
}

const isPlainJson = /^[\n -~]*$/;

/**
 * JSON text in which nothing steers a terminal or the runner of a job, and all is shown: it is read back as the same value.
 * Controls, what steers the direction of text, half characters and `##[` are `\uXXXX`.
 * @param escape of one character
 */
export function safeJson(json: string, escape = unitEscapes): string {
  if (isPlainJson.test(json) && !json.includes('##')) return json;
  // Joiners stay, and line ends, which JSON has between its parts.
  const steering = new RegExp(
    String.raw`(?![\n\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]|${runnerMark.source}`,
    'gu',
  );
  return json.search(steering) === -1 ? json : json.replaceAll(steering, (character) => escape(character));
}

/** As JSON has it: two for a character that has two halves. */
function unitEscapes(character: string): string {
  return Array.from({ length: character.length }, (_, at) => escapeOf(character.charCodeAt(at))).join('');
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

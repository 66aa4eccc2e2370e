import { refusal } from './system-call.ts';

/**
 * A `.env` file's text, one character per byte, so that bytes that are no UTF-8 stay what they are. It is read as both
 * `sh` and the dotenv libraries do: `KEY=value` or `export KEY=value`, values in quotes may go over several lines, and
 * what looks like a key within one is none; a comment on the same line follows white space.
 */
export type DotenvText = string;

export interface DotenvFile {
  /** For messages. */
  readonly path: string;
  readonly text: DotenvText;
}

interface Assignment {
  readonly key: string;
  /** From 1. */
  readonly line: number;
  /** Where the value is, quotes included. */
  readonly start: number;
  readonly end: number;
}

const beginning = /[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=/y;
const quotedValue = /[ \t]*(?:'[^']*'|"(?:\\[^]|[^"\\])*"|`[^`]*`)/y;
/** Not `trim`, which would take a byte of a UTF-8 character for a no-break space. */
const bareValue = /^([ \t]*)([^ \t](?:.*[^ \t])?)?/s;
const byteOrderMark = '\u00EF\u00BB\u00BF';

/**
 * Sets one variable and leaves every other byte as it is; a new one gets a line at the end.
 * @throws TargetError as `checkVariable` and `encodeValue` do
 */
export function setVariable(file: DotenvFile, { key, value }: { key: string; value: string }): DotenvText {
  const { text } = file;
  const assignment = checkVariable(file, key);
  const encoded = encodeValue(value);
  if (assignment !== null) return text.slice(0, assignment.start) + encoded + text.slice(assignment.end);
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? '\n';
  const isOpen = text !== '' && text !== byteOrderMark && !text.endsWith('\n');
  return `${text}${isOpen ? lineEnd : ''}${key}=${encoded}${lineEnd}`;
}

/**
 * Where a variable is set; null when it is not.
 * @throws TargetError when it is set more than once: programs differ in which one they take
 */
export function checkVariable({ path, text }: DotenvFile, key: string): Assignment | null {
  if (/^(?:\u00FF\u00FE|\u00FE\u00FF)/.test(text)) throw refusal(`${path} is UTF-16: save it as UTF-8`);
  if (text.includes('\0')) throw refusal(`${path} is not text`);
  const found = assignments(text).filter((assignment) => assignment.key === key);
  if (found.length <= 1) return found[0] ?? null;
  const lines = found.map(({ line }) => line);
  throw refusal(`${path} sets ${key} more than once, on lines ${lines.join(', ')}; keep one`);
}

/**
 * The value as `sh`, dotenv libraries and, when it needs no quotes, `docker --env-file` read it. Single quotes are the
 * only ones within which no program expands anything, and nothing can be escaped in them.
 * @throws TargetError when no notation is read as the value by all of them
 */
function encodeValue(value: string): DotenvText {
  if (/^[A-Za-z0-9_./+=:@%-]+$/.test(value)) return value;
  if (value === '' || /['\p{Cc}]|\\$/u.test(value)) {
    throw refusal(
      'a .env file cannot hold this credential: it has a single quote, a line break or another control character, or ends in a backslash',
    );
  }
  return `'${Buffer.from(value, 'utf8').toString('latin1')}'`;
}

function assignments(text: DotenvText): readonly Assignment[] {
  const found: Assignment[] = [];
  let line = 1;
  let position = text.startsWith(byteOrderMark) ? byteOrderMark.length : 0;
  while (position < text.length) {
    const assignment = assignmentAt(text, position, line);
    if (assignment !== null) found.push(assignment);
    const last = assignment?.end ?? position;
    const next = lineEndAfter(text, last) + 1;
    line += text.slice(position, next).split('\n').length - 1;
    position = next;
  }
  return found;
}

function assignmentAt(text: DotenvText, position: number, line: number): Assignment | null {
  beginning.lastIndex = position;
  const match = beginning.exec(text);
  if (match === null) return null;
  const [whole, key = ''] = match;
  return { key, line, ...valueAfter(text, position + whole.length) };
}

function valueAfter(text: DotenvText, position: number): { start: number; end: number } {
  quotedValue.lastIndex = position;
  const quoted = quotedValue.exec(text)?.[0] ?? '';
  const afterQuoted = position + quoted.length;
  if (quoted !== '' && /^(?:[ \t]+(?:#|$)|$)/.test(restOfLine(text, afterQuoted))) {
    return { start: afterQuoted - quoted.trimStart().length, end: afterQuoted };
  }
  const rest = restOfLine(text, position);
  const comment = rest.search(/[ \t]#/);
  const [, indent = '', value = ''] = bareValue.exec(comment < 0 ? rest : rest.slice(0, comment)) ?? [];
  const start = position + indent.length;
  return { start, end: start + value.length };
}

function restOfLine(text: DotenvText, position: number): string {
  return text.slice(position, lineEndAfter(text, position)).replace(/\r$/, '');
}

function lineEndAfter(text: DotenvText, position: number): number {
  const found = text.indexOf('\n', position);
  return found < 0 ? text.length : found;
}

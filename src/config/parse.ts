import { extname } from 'node:path';

import { readBoundedText, type Reading } from '../files/bounded-file.ts';
import { systemCode } from '../files/system-error.ts';
import { yamlData, yamlProblem } from '../files/yaml.ts';
import { largestFile } from './candidates.ts';
import type { Validated } from './section.ts';

/** Reads and parses a usable candidate. A problem is a whole sentence that starts with the path. Never rejects. */
export async function loadFile(path: string, reading: Reading = {}): Promise<Validated<unknown>> {
  try {
    return await parseFile(path, await readBoundedText(path, largestFile, reading));
  } catch (error) {
    const code = systemCode(error) ?? 'unknown error';
    return { problem: `${path}: ${code === 'ENOENT' ? 'was removed meanwhile' : `cannot be read (${code})`}` };
  }
}

/**
 * The value of a JSON (`.json`) or YAML (any other name) file; an empty file is an empty mapping. A problem starts with
 * the path, names line and column, and never quotes the file, which may hold a secret.
 */
export async function parseFile(path: string, content: string): Promise<Validated<unknown>> {
  const text = content.replace(/^\uFEFF/, '');
  if (text.trim() === '') return { value: {} };
  const parsed = extname(path) === '.json' ? parseJson(text) : await parseYaml(text);
  return 'problem' in parsed ? { problem: `${path}: ${parsed.problem}` } : parsed;
}

function parseJson(text: string): Validated<unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    const before = text.slice(0, jsonErrorOffset(text)).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    return { problem: `line ${before.length}, column ${column}: not valid JSON` };
  }
}

/** In characters. The parser's time grows with the square of the number of keys. */
const longestYaml = 64 * 1024;

async function parseYaml(text: string): Promise<Validated<unknown>> {
  if (text.length > longestYaml) return { problem: 'larger than 64 KiB; JSON may have 1 MiB' };
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { stringKeys: true, logLevel: 'error' });
  // An unknown tag such as !!js/function is only a warning to the library.
  const error = document.errors[0] ?? document.warnings[0];
  if (error !== undefined) {
    const { line, col } = error.linePos?.[0] ?? { line: 1, col: 1 };
    return { problem: `line ${line}, column ${col}: not valid YAML (${yamlProblem(error)})` };
  }
  try {
    const value = await yamlData(document);
    return { value: value ?? {} };
  } catch {
    return { problem: 'not valid YAML (an alias has no anchor, or there are too many)' };
  }
}

const tokenPattern =
  /(?<text>"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(?<scalar>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|[{}[\]:,]/uy;

/** What may come next, as the first characters of tokens; `s` is a string and `v` any other scalar. */
const value = '{[sv';
const states = { value, item: `${value}]`, key: 's', firstKey: 's}', colon: ':' } as const;

/** Offset of the first character that JSON does not allow there. JSON.parse mostly names none, and quotes the file. */
export function jsonErrorOffset(text: string): number {
  const open: string[] = [];
  let allowed: string = states.value;
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const token = tokenAt(text, at);
    if (token === null || !allowed.includes(token.kind)) return at;
    if (token.kind === '{' || token.kind === '[') open.push(token.kind);
    if (token.kind === '}' || token.kind === ']') open.pop();
    allowed = allowedAfter(token.kind, allowed, open.at(-1));
    at = skipSpace(text, at + token.length);
  }
  return at;
}

function allowedAfter(kind: string, allowed: string, container: string | undefined): string {
  if (kind === '{') return states.firstKey;
  if (kind === '[') return states.item;
  if (kind === ':') return states.value;
  if (kind === ',') return container === '{' ? states.key : states.value;
  const wasKey = allowed === states.key || allowed === states.firstKey;
  if (kind === 's' && wasKey) return states.colon;
  if (container === undefined) return '';
  return container === '{' ? ',}' : ',]';
}

function tokenAt(text: string, at: number): { kind: string; length: number } | null {
  const pattern = new RegExp(tokenPattern);
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (match === null) return null;
  const [token] = match;
  if (match.groups?.['text'] !== undefined) return { kind: 's', length: token.length };
  if (match.groups?.['scalar'] !== undefined) return { kind: 'v', length: token.length };
  return { kind: token, length: 1 };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1;
  return at;
}

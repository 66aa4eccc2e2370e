import { open, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Document } from 'yaml';

import type { Context } from '../context.ts';
import type { AccountChange } from '../model/account.ts';
import type { ProviderDefinition } from '../providers/provider.ts';
import { found, type Check } from './check.ts';

export interface DocumentFlags {
  readonly file?: string | undefined;
  readonly stdin?: true | undefined;
}

const largestDocument = 1024 * 1024;

/** Whether the flags name an input document. */
export function hasDocument({ file, stdin }: DocumentFlags): boolean {
  return file !== undefined || stdin === true;
}

/** The change in `-f` or `--stdin`; null without one. Problems name the file, and the line or key. */
export async function readDocument(
  ctx: Context,
  flags: DocumentFlags,
  definition: ProviderDefinition,
): Promise<Check<AccountChange | null>> {
  if (flags.file !== undefined && flags.stdin) {
    return found('-f/--file and --stdin exclude each other: give one document');
  }
  if (!hasDocument(flags)) return found();
  const fromStdin = flags.stdin === true || flags.file === '-';
  if (fromStdin && ctx.stdin.isTTY) {
    return found(
      'the document is to come from standard input, which is a terminal: pipe it in, or use -f <file>',
    );
  }
  const source = fromStdin ? 'standard input' : (flags.file ?? '');
  const text = fromStdin ? await readStdin(ctx) : await readFile(resolve(ctx.cwd, source), source);
  if (text.value === null) return found(...text.problems);
  return parse(text.value, { source, definition });
}

function fine<Value>(value: Value): Check<Value> {
  return { value, problems: [] };
}

const tooLarge = 'is larger than 1 MiB, which is no account';

async function readStdin(ctx: Context): Promise<Check<string | null>> {
  const text = await ctx.stdin.text(largestDocument);
  return text === null ? found(`standard input ${tooLarge}`) : fine(text);
}

/** Regular files and pipes such as `<(…)`, but no more of them than a document can have. */
async function readFile(path: string, source: string): Promise<Check<string | null>> {
  let file: FileHandle | null = null;
  try {
    file = await open(path);
    const buffer = Buffer.alloc(largestDocument + 1);
    let length = 0;
    for (let read = 1; read > 0 && length < buffer.length; length += read) {
      read = (await file.read(buffer, length)).bytesRead;
    }
    if (length > largestDocument) return found(`${source} ${tooLarge}`);
    return fine(buffer.toString('utf8', 0, length));
  } catch (error) {
    return found(`cannot read ${source}: ${reason(error)}`);
  } finally {
    await file?.close();
  }
}

const reasons = new Map([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'it is a directory'],
]);

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons.get(code) ?? (code === '' ? 'it cannot be read' : code);
}

async function parse(
  text: string,
  { source, definition }: { source: string; definition: ProviderDefinition },
): Promise<Check<AccountChange | null>> {
  if (text.trim() === '')
    return found(`${source} is empty: it must hold an account as JSON or YAML`);
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  // JSON is YAML, so one parser reads both, refuses a key given twice, and knows line and column.
  const parsed = parseDocument(text.replace(/^\uFEFF/, ''), {
    lineCounter: lines,
    prettyErrors: false,
  });
  const isJson = /^\s*[{[]/.test(text);
  if (parsed.errors.length > 0) {
    const [first] = parsed.errors;
    const { line, col } = lines.linePos(first?.pos[0] ?? 0);
    // The parser words its errors for YAML, which says little about JSON; what follows the first is its echo.
    const twice = first?.code === 'DUPLICATE_KEY' ? ': a key is given twice' : '';
    const why = isJson ? twice : `: ${first?.message.split('\n')[0]}`;
    return found(
      `${source} is not valid ${isJson ? 'JSON' : 'YAML'} at line ${line}, column ${col}${why}`,
    );
  }
  const document = resolveAliases(parsed);
  if (document.problems.length > 0) return found(...document.problems.map(naming));
  const reading = definition.readDocument(document.value);
  return { value: reading.change, problems: reading.problems.map(naming) };

  function naming(problem: string): string {
    return `${source}: ${problem}`;
  }
}

/** A YAML alias may lead nowhere, or unfold to far more than the document. */
function resolveAliases(parsed: Document): Check<unknown> {
  try {
    return fine(parsed.toJS({ maxAliasCount: 20 }));
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return found(error.message);
  }
}

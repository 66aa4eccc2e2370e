import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';

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
  const text = fromStdin
    ? fine(await ctx.stdin.text())
    : await readText(resolve(ctx.cwd, source), source);
  if (text.value === null) return found(...text.problems);
  return parse(text.value, { source, definition });
}

function fine<Value>(value: Value): Check<Value> {
  return { value, problems: [] };
}

async function readText(path: string, source: string): Promise<Check<string | null>> {
  try {
    const { size } = await stat(path);
    if (size > largestDocument) return found(`${source} is larger than 1 MiB`);
    return fine(await readFile(path, 'utf8'));
  } catch (error) {
    return found(`cannot read ${source}: ${reason(error)}`);
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
    return found(
      ...parsed.errors.map(({ pos, message }) => {
        const { line, col } = lines.linePos(pos[0]);
        return `${source} is not valid ${isJson ? 'JSON' : 'YAML'} at line ${line}, column ${col}: ${message.split('\n')[0]}`;
      }),
    );
  }
  const reading = definition.readDocument(parsed.toJS({ maxAliasCount: 20 }));
  return {
    value: reading.change,
    problems: reading.problems.map((problem) => `${source}: ${problem}`),
  };
}

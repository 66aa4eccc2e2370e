import type { Document } from 'yaml';

import type { Context } from '../context.ts';
import { jsonErrorOffset } from '../config/parse.ts';
import { yamlData, yamlProblem } from '../files/yaml.ts';
import { readGivenText } from '../files/given-text.ts';
import type { AccountChange } from '../model/account.ts';
import type { DocumentReading, ProviderDefinition } from '../providers/provider.ts';
import type { ChangeFlags } from './account-flags.ts';
import { atMostOne, found, type Check } from './check.ts';

type DocumentFlags = Pick<ChangeFlags, 'file' | 'stdin'>;

/** Whether the flags name an input document. */
export function hasDocument({ file, stdin }: DocumentFlags): boolean {
  return file !== undefined || stdin === true;
}

/** What an input document says, and where it comes from, for people. */
export interface GivenDocument extends Omit<DocumentReading, 'problems'> {
  readonly source: string;
}

/** The document in `-f` or `--stdin`; null without one. Problems name the file, and the line or key. */
export async function readDocument(
  ctx: Context,
  flags: DocumentFlags,
  definition: ProviderDefinition,
): Promise<Check<GivenDocument | null>> {
  const { value, problems } = await readInput(ctx, flags);
  return value === null ? { value: null, problems } : parse(value.text, { ...value, definition });
}

/** `$schema` is for editors. */
function withoutSchema(document: unknown): unknown {
  if (typeof document !== 'object' || document === null || !('$schema' in document)) return document;
  const { $schema: _, ...rest } = document;
  return rest;
}

/** The document with the flags laid over it. */
export function withFlags(
  document: AccountChange,
  { name, description, group }: Pick<ChangeFlags, 'name' | 'description' | 'group'>,
  tags: AccountChange['tags'],
): AccountChange {
  const allTags = { ...document.tags, ...tags };
  return {
    ...document,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(group === undefined ? {} : { groups: group }),
    ...(Object.keys(allTags).length === 0 ? {} : { tags: allTags }),
  };
}

/** Text, and where it comes from, for people. */
export interface InputText {
  readonly text: string;
  readonly source: string;
}

/** What `-f` or `--stdin` hold; null without them. */
export async function readInput(ctx: Context, flags: DocumentFlags): Promise<Check<InputText | null>> {
  const [contradiction] = atMostOne({ '-f/--file': flags.file, '--stdin': flags.stdin }, ': give one document');
  if (contradiction !== undefined) return found(contradiction);
  if (!hasDocument(flags)) return found();
  const fromStdin = flags.stdin === true || flags.file === '-';
  if (fromStdin && ctx.stdin.isTTY) {
    return found('the document is read from standard input, which is a terminal: pipe it in, or use -f <file>');
  }
  const source = fromStdin ? 'standard input' : (flags.file ?? '');
  const { text, problem } = await readGivenText(ctx, fromStdin ? '-' : source);
  if (text === null) return found(`cannot read ${source}: ${problem}`);
  return { value: { text, source }, problems: [] };
}

async function parse(
  text: string,
  { source, definition }: { source: string; definition: ProviderDefinition },
): Promise<Check<GivenDocument | null>> {
  if (text.trim() === '') return found(`${source} is empty: it must hold an account as JSON or YAML`);
  if (text.length > longest) return found(`${source} is larger than 64 KiB, and no account is`);
  if (depthOf(text) > deepest) return found(`${source} is nested too deeply for an account`);
  const isJson = /^\s*[{[]/.test(text);
  const strict = isJson ? parseJson(text) : null;
  const parsed = strict === null || strict.problems.length === 0 ? await parseYaml(text) : strict;
  if (parsed.problems.length > 0) {
    const what = isJson ? 'JSON' : 'YAML';
    return found(...parsed.problems.map((problem) => `${source} is not valid ${what} ${problem}`));
  }
  const { problems, ...document } = definition.readDocument(withoutSchema(parsed.value));
  return { value: { ...document, source }, problems: problems.map((problem) => `${source}: ${problem}`) };
}

/**
 * What begins like JSON must be JSON, because YAML would accept `{name: x,}` with another meaning. YAML then refuses a key
 * that is given twice, which JSON lets pass.
 */
function parseJson(text: string): Check<unknown> {
  try {
    return { value: JSON.parse(text), problems: [] };
  } catch {
    const before = text.slice(0, jsonErrorOffset(text)).split('\n');
    return found(`at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`);
  }
}

const wordings = new Map<string, string>([
  ['MULTIPLE_DOCS', 'one document is enough'],
  ['DUPLICATE_KEY', 'a key is given twice'],
  ['RESOURCE_EXHAUSTION', 'it is nested too deeply'],
]);

/** In characters. YAML takes a hundred times as long for ten times as many keys. */
const longest = 64 * 1024;

/** Deeper nesting is no account, and may overflow a parser's stack. */
const deepest = 50;

function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  for (const character of text) {
    if (character === '[' || character === '{') depth += 1;
    if (character === ']' || character === '}') depth -= 1;
    most = Math.max(most, depth);
  }
  return most;
}

async function parseYaml(text: string): Promise<Check<unknown>> {
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const [first] = [...parsed.errors, ...parsed.warnings];
  if (first === undefined) return resolveAliases(parsed);
  const { line, col } = lines.linePos(first.pos[0]);
  return found(`at line ${line}, column ${col}: ${wordings.get(first.code) ?? yamlProblem(first)}`);
}

/** A YAML alias may point nowhere, or expand to far more than the document. */
async function resolveAliases(parsed: Document): Promise<Check<unknown>> {
  try {
    return { value: await yamlData(parsed), problems: [] };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    // The alias's name follows the colon.
    return found(`in its aliases: ${error.message.replace(/: .*$/s, '')}`);
  }
}

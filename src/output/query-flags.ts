import type { Context } from '../context.ts';
import { readGivenText } from '../files/given-text.ts';
import { quoted } from '../model/text.ts';
import type { JqProgram, NamedText } from './jq.ts';

/** `-q`, `--query-file` and `--arg`. */
export interface QueryFlags {
  readonly query?: readonly string[] | undefined;
  readonly queryFile?: string | undefined;
  readonly arg?: readonly string[] | undefined;
}

/** One jq filter and its name in messages: `-q ".id"` or `--query-file "x.jq"`. */
export interface Filter extends JqProgram {
  readonly label: string;
}

/** The usable filters of one run, `-q` before `--query-file`, and one sentence for all that is wrong with the others. */
export async function readFilters(
  ctx: Context,
  { query = [], queryFile, arg = [] }: QueryFlags,
): Promise<{ readonly filters: readonly Filter[]; readonly problems: readonly string[] }> {
  const { named, problems } = readNamed(arg);
  const filters = query.map((filter) => ({ filter, named, label: `-q ${quoted(filter)}` }));
  if (queryFile !== undefined) {
    const label = `--query-file ${queryFile === '-' ? '-' : quoted(queryFile, 200)}`;
    const { text, problem } = await readGivenText(ctx, queryFile);
    if (text === null) problems.push(`cannot read ${label}: ${problem}`);
    else filters.push({ filter: text, named, label });
  }
  return {
    filters: filters.filter((filter) => problemOf(filter) === null),
    problems: [...problems, ...filters.flatMap((filter) => problemOf(filter) ?? [])],
  };
}

function problemOf({ filter, label }: Filter): string | null {
  if (filter.trim() === '') return `${label}: the filter is empty; "." prints everything`;
  return filter.includes('\0') ? `${label}: the filter holds a NUL character` : null;
}

/** jq has these itself. */
const ownNames = new Set(['ENV', 'ARGS', '__loc__', '__prog_args', 'JQ_BUILD_CONFIGURATION']);

function readNamed(pairs: readonly string[]): { named: readonly NamedText[]; problems: string[] } {
  const named = new Map<string, string>();
  const problems: string[] = [];
  for (const pair of pairs) {
    const [name = ''] = pair.split('=', 1);
    const problem = pairProblem(pair, name, named.has(name));
    if (problem !== null) problems.push(problem);
    // A filter that uses the name compiles, whatever is wrong with the value.
    named.set(name, pair.slice(name.length + 1));
  }
  return { named: Array.from(named, ([name, value]) => ({ name, value })), problems };
}

function pairProblem(pair: string, name: string, isTaken: boolean): string | null {
  const label = `--arg ${quoted(pair)}`;
  if (!pair.includes('=')) return `${label} must have the form <name>=<value>, in one word`;
  if (!/^[A-Za-z_]\w*$/.test(name)) return `${label}: a name has letters, digits and "_", and begins with no digit`;
  if (ownNames.has(name)) return `${label}: $${name} is jq's own; choose another name`;
  return isTaken ? `--arg names "${name}" twice` : null;
}

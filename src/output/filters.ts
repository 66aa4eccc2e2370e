import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { readTextFile } from '../files/text-file.ts';
import type { OutputFlags } from './format.ts';
import { quoted } from '../model/text.ts';

/** One jq filter and how messages call it: `-q ".id"` or `--query-file "x.jq"`. */
export interface Filter {
  readonly text: string;
  readonly label: string;
}

/** The filters of one run that can be used, `-q` before `--query-file`, and one sentence for each that cannot. */
export async function readFilters(
  ctx: Context,
  flags: OutputFlags,
): Promise<{ readonly filters: readonly Filter[]; readonly problems: readonly string[] }> {
  const filters = (flags.query ?? []).map((text) => ({ text, label: `-q ${quoted(text)}` }));
  const problems: string[] = [];
  if (flags.queryFile !== undefined) {
    const label = `--query-file ${quoted(flags.queryFile, 200)}`;
    const { text, problem } = await readTextFile(resolve(ctx.cwd, flags.queryFile));
    if (text === null) problems.push(`cannot read ${label}: ${problem}`);
    else filters.push({ text, label });
  }
  return {
    filters: filters.filter((filter) => problemOf(filter) === null),
    problems: [...problems, ...filters.flatMap((filter) => problemOf(filter) ?? [])],
  };
}

function problemOf({ text, label }: Filter): string | null {
  if (text.trim() === '') return `${label}: the filter is empty; "." prints everything`;
  return text.includes('\0') ? `${label}: the filter holds a NUL character` : null;
}

import { resolve } from 'node:path';

import type { Context } from '../context.ts';
import { FailedError, UsageError } from '../errors.ts';
import { readTextFile } from '../files/bounded-file.ts';
import { quoted } from '../model/text.ts';
import { JqMemoryError, compileMessage, embeddedJq, rawLines, runMessage, type JqEngine, type JqResult } from './jq.ts';
import { parsePath, queryPath } from './paths.ts';
import { jsonForJq } from './serialize.ts';

/**
 * Runs the filters of one run on JSON data, in order; strings print raw, other values compact, one per line. With
 * `isSecret` the data may hold a credential: jq's messages, which quote data, are then left out.
 */
export type JqQuery = (value: unknown, options: { readonly isSecret: boolean }) => Promise<string>;

/** One jq filter and its name in messages: `-q ".id"` or `--query-file "x.jq"`. */
interface Filter {
  readonly text: string;
  readonly label: string;
}

/** `-q` and `--query-file`. */
interface FilterFlags {
  readonly query?: readonly string[] | undefined;
  readonly queryFile?: string | undefined;
}

/** Reads and compiles the filters; plain paths need no jq. @throws UsageError with every filter that is wrong */
export async function prepareQuery(ctx: Context, flags: FilterFlags): Promise<JqQuery> {
  const { filters, problems } = await readFilters(ctx, flags);
  const { engine, isNative } = await chooseEngine(ctx);
  const paths = filters.map(({ text }) => parsePath(text)).filter((steps) => steps !== null);
  const needsJq = isNative || paths.length < filters.length;
  const failures = needsJq ? await compile(engine, filters) : [];
  if (problems.length > 0 || failures.length > 0) {
    throw new UsageError([...problems, ...failures], {
      hint: failures.length > 0 ? '--query-file reads a filter that a shell would change' : null,
    });
  }
  return async (value, { isSecret }) => {
    const outputs = needsJq ? [null] : paths.map((steps) => queryPath(steps, value));
    return outputs.includes(null) ? runFilters(engine, filters, jsonForJq(value), isSecret) : outputs.join('');
  };
}

async function chooseEngine(ctx: Context): Promise<{ readonly engine: JqEngine; readonly isNative: boolean }> {
  const choice = ctx.env['SACTL_JQ'] ?? '';
  if (choice === '') return { engine: embeddedJq(ctx.blocking), isNative: false };
  if (choice !== 'native') throw new UsageError(`SACTL_JQ must be "native" or unset, not ${quoted(choice)}`);
  const { nativeJq } = await import('./jq-native.ts');
  return { engine: await nativeJq(ctx), isNative: true };
}

async function compile(engine: JqEngine, filters: readonly Filter[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { text, label } of filters) {
    const problem = await compileProblem(engine, text);
    if (problem !== null) problems.push(`${label} does not compile: ${problem}`);
  }
  return problems;
}

async function compileProblem(engine: JqEngine, filter: string): Promise<string | null> {
  try {
    const { exitCode, stderr } = await engine.run(filter, '');
    return exitCode === 0 ? null : compileMessage(stderr);
  } catch (error) {
    if (error instanceof JqMemoryError) return 'it is too long or nested too deeply';
    throw error;
  }
}

/** When a filter fails, nothing is printed, not even the output of those before it: half a result must not look whole. */
async function runFilters(
  engine: JqEngine,
  filters: readonly Filter[],
  input: string,
  isSecret: boolean,
): Promise<string> {
  const outputs: string[] = [];
  for (const filter of filters) {
    const { label } = filter;
    const result = await runFilter(engine, filter, input);
    if (result.exitCode !== 0) {
      throw new FailedError(
        'filter',
        isSecret ? `${label} failed on this result` : `${label} failed: ${runMessage(result.stderr)}`,
        { hint: isSecret ? 'what jq says is left out, because it may quote the credential' : null },
      );
    }
    outputs.push(rawLines(result.stdout));
  }
  return outputs.join('');
}

async function runFilter(engine: JqEngine, { text, label }: Filter, input: string): Promise<JqResult> {
  try {
    return await engine.run(text, input);
  } catch (error) {
    if (!(error instanceof JqMemoryError)) throw error;
    const megabytes = Math.ceil(input.length / 1_000_000);
    throw new FailedError(
      'filter',
      `${label} failed: the built-in jq ran out of its 256 MiB of memory (document: ${megabytes} MB)`,
      { hint: 'SACTL_JQ=native runs the jq of this machine instead', cause: error },
    );
  }
}

/** The usable filters of one run, `-q` before `--query-file`, and one sentence for each of the others. */
async function readFilters(
  ctx: Context,
  flags: FilterFlags,
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

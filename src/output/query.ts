import { resolve } from 'node:path';

import type { Context } from '../context.ts';
import { FailedError, UsageError } from '../errors.ts';
import type { OutputFlags } from './format.ts';
import { JqMemoryError, compileMessage, embeddedJq, rawLines, runMessage, type JqEngine, type JqResult } from './jq.ts';
import { jsonForJq } from './json.ts';
import { parsePath, queryPath, type Step } from './paths.ts';
import { quoted } from '../model/text.ts';
import { readTextFile } from '../files/bounded-file.ts';

/** Runs the filters of one run on JSON data, in order; strings print raw, other values compact, one per line. */
export type Query = (value: unknown, options: QueryOptions) => Promise<string>;

export interface QueryOptions {
  /** True when the data may hold a credential: jq's messages, which quote data, are then left out. */
  readonly isSecret: boolean;
}

/**
 * Reads and compiles every filter of `-q` and `--query-file`. Filters that are plain paths need no jq.
 * @throws UsageError with every filter that cannot be read or does not compile
 */
export async function prepareQuery(ctx: Context, flags: OutputFlags): Promise<Query> {
  const { filters, problems } = await readFilters(ctx, flags);
  const engine = await chooseEngine(ctx);
  const paths = engine.isNative ? null : parsePaths(filters);
  const failures = paths === null ? await compile(engine, filters) : [];
  if (problems.length > 0 || failures.length > 0) {
    throw new UsageError([...problems, ...failures], {
      hint: failures.length > 0 ? '--query-file reads a filter that a shell would change' : null,
    });
  }
  return async (value, options) => {
    const found = paths === null ? null : runPaths(paths, value);
    return found ?? runAll({ engine, filters, input: jsonForJq(value), ...options });
  };
}

type ChosenEngine = JqEngine & { readonly isNative: boolean };

async function chooseEngine(ctx: Context): Promise<ChosenEngine> {
  const choice = ctx.env['SACTL_JQ'] ?? '';
  if (choice === '') return { ...embeddedJq(ctx.blocking), isNative: false };
  if (choice !== 'native') {
    throw new UsageError(`SACTL_JQ must be "native" or unset, not ${quoted(choice)}`);
  }
  const { nativeJq } = await import('./jq-native.ts');
  return { ...(await nativeJq(ctx)), isNative: true };
}

/** The filters as paths; null when one of them is more than a path, since jq is needed anyway then. */
function parsePaths(filters: readonly Filter[]): readonly (readonly Step[])[] | null {
  const paths = filters.flatMap(({ text }) => {
    const steps = parsePath(text);
    return steps === null ? [] : [steps];
  });
  return paths.length === filters.length ? paths : null;
}

function runPaths(paths: readonly (readonly Step[])[], value: unknown): string | null {
  const outputs = paths.map((steps) => queryPath(steps, value));
  return outputs.includes(null) ? null : outputs.join('');
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

interface Run extends QueryOptions {
  readonly engine: JqEngine;
  readonly filters: readonly Filter[];
  readonly input: string;
}

/** A filter that fails prints nothing, not even what it and those before it gave: half a result must not look like one. */
async function runAll({ engine, filters, input, isSecret }: Run): Promise<string> {
  const outputs: string[] = [];
  for (const { text, label } of filters) {
    const result = await runOne(engine, { text, label, input });
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

async function runOne(
  engine: JqEngine,
  { text, label, input }: Filter & { readonly input: string },
): Promise<JqResult> {
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

/** One jq filter and how messages call it: `-q ".id"` or `--query-file "x.jq"`. */
export interface Filter {
  readonly text: string;
  readonly label: string;
}

/** The filters of one run that can be used, `-q` before `--query-file`, and one sentence for each that cannot. */
async function readFilters(
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

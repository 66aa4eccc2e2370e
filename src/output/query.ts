import type { Context } from '../context.ts';
import { FailedError, UsageError } from '../errors.ts';
import { quoted } from '../model/text.ts';
import { JqLimitError, JqMemoryError } from './jq-error.ts';
import { compileMessage, embeddedJq, rawLines, runMessage, type JqEngine, type JqResult } from './jq.ts';
import { moduleProblem, outsideProblem } from './jq-outside.ts';
import { parsePath, queryPaths } from './paths.ts';
import { piecesFor } from './pieces.ts';
import { readFilters, type Filter, type QueryFlags } from './query-flags.ts';

/**
 * Runs the filters of one run on JSON data, in order; strings print raw, other values compact, one per line, in pieces. With
 * `isSecret` the data may hold a credential: jq's messages, which quote data, are then left out.
 */
export type JqQuery = (value: unknown, options: { readonly isSecret: boolean }) => Promise<readonly string[]>;

/** Reads and compiles the filters; plain paths need no jq. @throws UsageError with all that is wrong */
export async function prepareQuery(ctx: Context, flags: QueryFlags): Promise<JqQuery> {
  const { filters, problems } = await readFilters(ctx, flags);
  const { engine, isNative } = await chooseEngine(ctx);
  const paths = filters.map(({ filter }) => parsePath(filter)).filter((steps) => steps !== null);
  const needsJq = isNative || paths.length < filters.length;
  const failures = needsJq ? await compile(engine, filters) : [];
  if (problems.length > 0 || failures.length > 0) {
    throw new UsageError([...problems, ...failures.map(({ problem }) => problem)], {
      hint: failures.some(({ isJqs }) => isJqs) ? '--query-file reads a filter that a shell would change' : null,
    });
  }
  return async (value, { isSecret }) => {
    const outputs = needsJq ? null : queryPaths(paths, value);
    return outputs ?? runFilters(engine, filters, value, isSecret);
  };
}

async function chooseEngine(ctx: Context): Promise<{ readonly engine: JqEngine; readonly isNative: boolean }> {
  const choice = ctx.env['SACTL_JQ'] ?? '';
  if (choice === '') return { engine: embeddedJq(ctx.blocking), isNative: false };
  if (choice !== 'native') throw new UsageError(`SACTL_JQ must be "native" or unset, not ${quoted(choice)}`);
  const { nativeJq } = await import('./jq-native.ts');
  return { engine: await nativeJq(ctx), isNative: true };
}

interface Failure {
  readonly problem: string;
  /** Whether jq says so, and not we. */
  readonly isJqs: boolean;
}

async function compile(engine: JqEngine, filters: readonly Filter[]): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const filter of filters) {
    const failure = await compileFailure(engine, filter);
    if (failure !== null) {
      failures.push({ ...failure, problem: `${filter.label} does not compile: ${failure.problem}` });
    }
  }
  return failures;
}

async function compileFailure(engine: JqEngine, filter: Filter): Promise<Failure | null> {
  const module = moduleProblem(filter);
  if (module !== null) return { problem: module, isJqs: false };
  try {
    const { exitCode, stderr } = await engine.run(filter, '');
    if (exitCode !== 0) return { problem: compileMessage(stderr), isJqs: true };
    const outside = await outsideProblem(engine, filter);
    return outside === null ? null : { problem: outside, isJqs: false };
  } catch (error) {
    if (error instanceof JqMemoryError) return { problem: 'it is too long or nested too deeply', isJqs: true };
    throw error;
  }
}

/** When a filter fails, nothing is printed, not even the output of those before it: half a result must not look whole. */
async function runFilters(
  engine: JqEngine,
  filters: readonly Filter[],
  value: unknown,
  isSecret: boolean,
): Promise<readonly string[]> {
  const outputs: string[] = [];
  for (const filter of filters) {
    for (const piece of piecesFor(filter.filter, value)) {
      outputs.push(await runFilter(engine, filter, piece, isSecret));
    }
  }
  return outputs;
}

async function runFilter(engine: JqEngine, filter: Filter, input: string, isSecret: boolean): Promise<string> {
  const { exitCode, stdout, stderr } = await resultOf(engine, filter, input);
  if (exitCode === 0) return rawLines(stdout);
  const { label } = filter;
  if (isSecret) {
    throw new FailedError('filter', `${label} failed on this result`, {
      hint: 'what jq says is left out, because it may quote the credential',
    });
  }
  // All that jq says of a conversion of strftime, or a function, that its system does not have.
  const isLack = /unknown system failure|not found at build time/.test(stderr);
  const hint = isLack ? `the built-in jq has no "%Z" outside of UTC, no "%P", and no gamma; ${nativeHint}` : null;
  throw new FailedError('filter', `${label} failed: ${runMessage(stderr)}`, { hint });
}

const nativeHint = 'SACTL_JQ=native runs the jq of this machine instead';

async function resultOf(engine: JqEngine, filter: Filter, input: string): Promise<JqResult> {
  try {
    return await engine.run(filter, input);
  } catch (error) {
    const why = lackOf(error, input.length);
    if (why === null) throw error;
    throw new FailedError('filter', `${filter.label} failed: the built-in jq ${why}`, {
      hint: nativeHint,
      cause: error,
    });
  }
}

/** What the embedded jq lacks, null for any other error. */
function lackOf(error: unknown, length: number): string | null {
  if (error instanceof JqLimitError) return error.message;
  if (!(error instanceof JqMemoryError)) return null;
  return `ran out of its 2 GiB of memory (document: ${Math.ceil(length / 1_000_000)} MB)`;
}

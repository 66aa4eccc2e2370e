import type { Environment } from '../../../context.ts';
import { UsageError } from '../../../errors.ts';
import { safeText } from '../../../model/text.ts';
import type { Secret } from '../../../model/credential.ts';
import { findProgram } from '../../../programs/find-program.ts';
import { canWatch } from '../../../programs/input.ts';
import { runWithSecret, secretsOf, type ProgramOutcome } from '../../../programs/secret-program.ts';
import { problemOf } from '../system-call.ts';
import {
  TargetError,
  type StoredValue,
  type Target,
  type TargetEnvironment,
  type TargetPayload,
  type TargetPlace,
} from '../target.ts';

/** One run of the target's program. */
export interface ProgramRun {
  readonly args: readonly string[];
  /** What it reads from stdin; null is nothing. */
  readonly input: Secret | null;
  /** Whether it opens `/dev/stdin` by its path, so that only a pipe will do. */
  readonly readsPath?: true;
  /** How many bytes of stdout are needed; by default it is discarded. */
  readonly keepsStdout?: number;
  /** Added to the environment of all runs. */
  readonly variables?: Environment;
}

/** Runs the target's program; a failure is a result. @throws the reason of the signal that ended it */
export type Tool = (run: ProgramRun) => Promise<ProgramOutcome>;

/** What trying a target without the secret showed. */
export type CheckResult =
  | { readonly problem: string; readonly hint: string }
  | { readonly warnings: readonly string[] };

export interface ProgramTarget {
  readonly given: string;
  readonly name: string;
  readonly place: TargetPlace;
  /** A name to be found in `PATH`, or an absolute path. */
  readonly program: string;
  readonly environment: TargetEnvironment;
  /** Added to the user's environment. */
  readonly variables?: Environment;
  /** Shows, without the secret, whether the target would take it; without one, the program is only looked for. */
  readonly check?: (tool: Tool) => Promise<CheckResult>;
  readonly stored?: (tool: Tool) => Promise<StoredValue | null>;
  readonly deliver: (tool: Tool, payload: TargetPayload) => Promise<ProgramOutcome>;
  /** What the program says of a refusal that another try would meet, too. */
  readonly isFinal?: RegExp;
}

/** A target that one of the user's own programs serves. Its path is looked up once, at preflight. */
export function programTarget(target: ProgramTarget): Target {
  const { environment, check, stored } = target;
  const { ctx } = environment;
  let found: Promise<string> | null = null;
  function path(): Promise<string> {
    found ??= findProgram(target.program, ctx);
    return found;
  }
  async function tool(): Promise<Tool> {
    return toolOf(target, { path: await pathBefore(target, path), secrets: [], signal: ctx.signal });
  }
  return {
    name: target.name,
    place: () => Promise.resolve(target.place),
    preflight: async () => {
      const ready = await tool();
      const warnings = check === undefined ? [] : warningsOf(target, await check(ready));
      return (await canWatch(ctx)) ? warnings : [...warnings, sentence(target, unwatched)];
    },
    ...(stored !== undefined && {
      isEmpty: async () => isNothing(await stored(await tool())),
      stored: async () => stored(await tool()),
    }),
    deliver: async (payload, signal) => {
      const ready = toolOf(target, { path: await pathAfter(path), secrets: secretsOf(payload), signal });
      const { problem, isFinal } = await target.deliver(ready, payload);
      if (problem === null) return;
      throw new TargetError(sentence(target, problem), { isRetryable: !isFinal && !isRefusal(target, problem) });
    },
  };
}

function isNothing(value: StoredValue | null): boolean | null {
  return value === null ? null : !value.isThere;
}

const unwatched = 'decides by its exit code alone whether it was delivered: how much it reads cannot be seen here';

async function pathBefore({ given }: ProgramTarget, path: () => Promise<string>): Promise<string> {
  try {
    return await path();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(problemOf(given, error.message), { hint: error.hint, cause: error });
  }
}

/** At delivery it is no error of usage: the credential is there. */
async function pathAfter(path: () => Promise<string>): Promise<string> {
  try {
    return await path();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new TargetError(error.message, { isRetryable: false, cause: error });
  }
}

function warningsOf(target: ProgramTarget, result: CheckResult): readonly string[] {
  if ('warnings' in result) return result.warnings;
  const message = problemOf(target.given, sentence(target, result.problem));
  throw new UsageError(message, { hint: result.hint });
}

/**
 * What gh, kubectl, vault and curl say of a refusal that another try would meet, too: HTTP 401, 403 or 404. And what programs say
 * that are older than what they are asked for, in Go (cobra) and in Python (argparse).
 */
const finalProblems =
  /\b(?:HTTP|Code:|status:?|status code:?|URL returned error:) ?40[134]\b|\((?:Unauthorized|Forbidden|NotFound)\)|unknown flag: |unrecognized arguments: /i;

function isRefusal(target: ProgramTarget, problem: string): boolean {
  return finalProblems.test(problem) || target.isFinal?.test(problem) === true;
}

const timeoutMs = 60_000;

interface ToolOptions {
  readonly path: string;
  readonly secrets: readonly Secret[];
  readonly signal: AbortSignal | null;
}

function toolOf({ environment, variables }: ProgramTarget, options: ToolOptions): Tool {
  const env = { ...withoutCredentials(environment), ...variables };
  return ({ variables: more, ...run }) =>
    runWithSecret(environment.ctx, { ...options, ...run, env: { ...env, ...more }, timeoutMs });
}

/** Names are compared whatever the case, as Windows does. */
function withoutCredentials({ ctx, credentialVariables }: TargetEnvironment): Environment {
  const withheld = new Set(credentialVariables.map((name) => name.toUpperCase()));
  return Object.fromEntries(Object.entries(ctx.env).filter(([name]) => !withheld.has(name.toUpperCase())));
}

function sentence({ program }: ProgramTarget, problem: string): string {
  return `${safeText(program, 100)} ${problem}`;
}

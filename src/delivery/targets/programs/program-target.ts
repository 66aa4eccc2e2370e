import type { Environment } from '../../../context.ts';
import { UsageError } from '../../../errors.ts';
import { safeText } from '../../../model/text.ts';
import type { Secret } from '../../../model/credential.ts';
import { findProgram } from '../../../programs/find-program.ts';
import { runWithSecret, secretsOf, type ProgramOutcome } from '../../../programs/secret-program.ts';
import { problemOf } from '../system-call.ts';
import { TargetError, type TargetPlace, type Target, type TargetEnvironment, type TargetPayload } from '../target.ts';

/** One run of the target's program. */
export interface ProgramRun {
  readonly args: readonly string[];
  /** What it reads from stdin; null is nothing. */
  readonly input: Secret | null;
  /** Added to the user's environment. */
  readonly variables?: Environment;
}

/** A run that shows, without the secret, whether the target would take it. */
export interface ProgramCheck extends ProgramRun {
  /** What helps when it fails: one command or sentence. */
  readonly hint: string;
}

export interface ProgramTarget {
  readonly given: string;
  readonly name: string;
  readonly place: TargetPlace;
  /** A name to be found in `PATH`, or an absolute path. */
  readonly program: string;
  readonly environment: TargetEnvironment;
  /** In this order, up to the first that fails. */
  readonly checks: readonly ProgramCheck[];
  readonly deliver: (
    run: (run: ProgramRun) => Promise<ProgramOutcome>,
    payload: TargetPayload,
  ) => Promise<ProgramOutcome>;
}

/** A target that one of the user's own programs serves. Its path is looked up once, at preflight. */
export function programTarget(target: ProgramTarget): Target {
  const { ctx } = target.environment;
  let found: Promise<string> | null = null;
  function path(): Promise<string> {
    found ??= findProgram(target.program, ctx);
    return found;
  }
  return {
    name: target.name,
    place: () => Promise.resolve(target.place),
    preflight: async () => {
      await runChecks(target, await pathBefore(target, path));
      return [];
    },
    deliver: async (payload, signal) => {
      const options = { path: await pathAfter(path), secrets: secretsOf(payload), signal };
      const outcome = await target.deliver((run) => execute(target, run, options), payload);
      if (outcome.problem === null) return;
      throw new TargetError(sentence(target, outcome.problem), { isRetryable: !isFinal(outcome.problem) });
    },
  };
}

async function pathBefore(target: ProgramTarget, path: () => Promise<string>): Promise<string> {
  try {
    return await path();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const problem = problemOf(target.given, error.message);
    throw new UsageError(problem, { hint: error.hint, cause: error });
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

async function runChecks(target: ProgramTarget, path: string): Promise<void> {
  for (const check of target.checks) {
    const { problem } = await execute(target, check, { path, secrets: [], signal: target.environment.ctx.signal });
    if (problem === null) continue;
    const message = problemOf(target.given, sentence(target, problem));
    throw new UsageError(message, { hint: check.hint });
  }
}

/**
 * What gh, kubectl and vault say of a refusal that another try would meet, too: HTTP 401, 403 or 404. An exit code of 126 or
 * 127 is a shell's word for a program that cannot be run.
 */
const finalProblems =
  /\b(?:HTTP|Code:|status:?|status code:?) ?40[134]\b|\((?:Unauthorized|Forbidden|NotFound)\)|\bexit code 12[67]\b/i;

function isFinal(problem: string): boolean {
  return finalProblems.test(problem);
}

const timeoutMs = 60_000;

interface ExecuteOptions {
  readonly path: string;
  readonly secrets: readonly Secret[];
  readonly signal: AbortSignal | null;
}

function execute(
  { environment }: ProgramTarget,
  { args, input, variables }: ProgramRun,
  options: ExecuteOptions,
): Promise<ProgramOutcome> {
  const env = { ...withoutCredentials(environment), ...variables };
  return runWithSecret(environment.ctx, { ...options, args, input, env, timeoutMs });
}

/** Names are compared whatever the case, as Windows does. */
function withoutCredentials({ ctx, credentialVariables }: TargetEnvironment): Environment {
  const withheld = new Set(credentialVariables.map((name) => name.toUpperCase()));
  return Object.fromEntries(Object.entries(ctx.env).filter(([name]) => !withheld.has(name.toUpperCase())));
}

function sentence({ program }: ProgramTarget, problem: string): string {
  return `${safeText(program, 100)} ${problem}`;
}

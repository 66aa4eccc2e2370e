import type { Context, Environment } from '../context.ts';
import { UsageError } from '../errors.ts';
import type { CiProgram } from '../model/ci-systems.ts';
import type { Secret } from '../model/credential.ts';
import { findProgram } from '../programs/find-program.ts';
import { runWithSecret } from '../programs/secret-program.ts';

/** The rest of the run waits for it. */
const timeoutMs = 10_000;

export interface JobProgramEnd {
  readonly isThere: boolean;
  /** Why it did not do its work, e.g. because it is not there; null where it did. */
  readonly problem: string | null;
}

/** Runs a program of a CI system's agent. @param secrets what must not be seen in what it says */
export async function runJobProgram(
  ctx: Pick<Context, 'env' | 'cwd' | 'platform' | 'homeDirectory' | 'timeout'>,
  { program, args, prefix, variables }: CiProgram,
  { input, secrets }: { readonly input: Secret; readonly secrets: readonly Secret[] },
): Promise<JobProgramEnd> {
  let path: string;
  try {
    path = await findProgram(program, ctx);
  } catch (error) {
    if (error instanceof UsageError) return { isThere: false, problem: error.message };
    throw error;
  }
  const env = { ...neededOf(ctx.env, prefix), ...variables };
  const { problem } = await runWithSecret(ctx, { path, args, input, env, timeoutMs, secrets, signal: null });
  return { isThere: true, problem: problem === null ? null : `${program} ${problem}` };
}

const basics = new Set(['PATH', 'HOME', 'SYSTEMROOT', 'USERPROFILE']);

/** No credential of a provider is among them. */
function neededOf(env: Environment, prefix: string): Environment {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => name.startsWith(prefix) || basics.has(name.toUpperCase())),
  );
}

import type { Context, Environment } from '../context.ts';
import { UsageError } from '../errors.ts';
import type { CiMask } from '../model/ci-systems.ts';
import { Secret } from '../model/credential.ts';
import { findProgram } from '../programs/find-program.ts';
import { runWithSecret } from '../programs/secret-program.ts';

/** The credential waits for it. */
const timeoutMs = 10_000;

/** Why the program did not hide the lines, e.g. because it is not there; null where it did. */
export async function hideByProgram(
  ctx: Pick<Context, 'env' | 'cwd' | 'platform' | 'timeout'>,
  { program, args, inputOf, prefix, variables }: Extract<CiMask, { readonly kind: 'program' }>,
  lines: readonly string[],
): Promise<string | null> {
  let path: string;
  try {
    path = await findProgram(program, ctx);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  const { problem } = await runWithSecret(ctx, {
    path,
    args,
    input: new Secret(inputOf(lines)),
    env: { ...neededOf(ctx.env, prefix), ...variables },
    timeoutMs,
    secrets: lines.map((line) => new Secret(line)),
    signal: null,
  });
  return problem === null ? null : `${program} ${problem}`;
}

const basics = new Set(['PATH', 'HOME', 'SYSTEMROOT', 'USERPROFILE']);

/** No credential of a provider is among them. */
function neededOf(env: Environment, prefix: string): Environment {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => name.startsWith(prefix) || basics.has(name.toUpperCase())),
  );
}

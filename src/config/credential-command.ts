import type { Context } from '../context.ts';
import { AuthError } from '../errors.ts';
import { systemCode } from '../files/system-error.ts';
import { tildePath } from './directories.ts';
import { safeText } from '../model/text.ts';
import { runProgram } from '../programs/program.ts';

export interface CredentialCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/** More than any credential; a command that writes more is the wrong one. */
const maxBytes = 64 * 1024;

/**
 * Runs the user's own command, without a shell and in the home directory, and returns what it wrote to stdout.
 * @throws AuthError (`unauthenticated`) with the command's stderr, without what it wrote to stdout
 */
export async function runCredentialCommand(ctx: Context, command: CredentialCommand): Promise<string> {
  const end = await runProgram(ctx, {
    path: command.program,
    args: command.args,
    cwd: ctx.homeDirectory,
    env: ctx.env,
    // A command that asks for something fails now, and not after the time-out.
    input: '',
    keeps: { stdout: maxBytes, stderr: maxBytes },
    mustFit: true,
    timeoutMs: 30_000,
    signal: ctx.signal,
  });
  ctx.signal.throwIfAborted();
  if (end.problem === null) return end.stdout;
  const program = tildePath(command.program, ctx.homeDirectory);
  const problem = end.error === null ? end.problem : `cannot be run (${systemCode(end.error) ?? ''})`;
  const said = safeText(withoutLines(end.stderr, end.stdout), 200);
  throw new AuthError(
    'unauthenticated',
    `no credential: the command ${program} ${problem}${said === '' ? '' : `: ${said}`}`,
  );
}

/** Commands that trace themselves repeat the secret on stderr. */
function withoutLines(stderr: string, stdout: string): string {
  const lines = stdout.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').reduce((text, line) => text.replaceAll(line, '[secret]'), stderr);
}

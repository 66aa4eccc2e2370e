import { execFile, type ExecFileException } from 'node:child_process';

import type { Context } from '../context.ts';
import { AuthError } from '../errors.ts';
import { systemCode } from '../files/system-error.ts';
import { tildePath } from './directories.ts';
import { safeText } from '../model/text.ts';

export interface CredentialCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Default 30 s. */
  readonly timeoutMs?: number;
}

/** More than any credential; a command that writes more is the wrong one. */
const maxBytes = 64 * 1024;

/**
 * Runs the user's own command, without a shell and in the home directory, and returns what it wrote to stdout.
 * @throws AuthError (`unauthenticated`) with the command's stderr, without what it wrote to stdout
 */
export async function runCredentialCommand(ctx: Context, command: CredentialCommand): Promise<string> {
  ctx.signal.throwIfAborted();
  const outcome = await run(ctx, command);
  ctx.signal.throwIfAborted();
  if (outcome.problem === null) return outcome.stdout;
  const program = tildePath(command.program, ctx.homeDirectory);
  const said = safeText(withoutLines(outcome.stderr, outcome.stdout), 200);
  throw new AuthError(
    'unauthenticated',
    `no credential: the command ${program} ${outcome.problem}${said === '' ? '' : `: ${said}`}`,
  );
}

const defaultTimeoutMs = 30_000;

interface Outcome {
  /** As it reads after the command's name; null when it ended well. */
  readonly problem: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(ctx: Context, command: CredentialCommand): Promise<Outcome> {
  const timeout = command.timeoutMs ?? defaultTimeoutMs;
  const options = {
    cwd: ctx.homeDirectory,
    env: { ...ctx.env },
    shell: false,
    timeout,
    killSignal: 'SIGKILL',
    maxBuffer: maxBytes,
    signal: ctx.signal,
    windowsHide: true,
  } as const;
  return new Promise((resolve) => {
    try {
      const child = execFile(command.program, command.args, options, (error, stdout, stderr) => {
        const problem = error === null ? null : describeFailure(error, timeout);
        resolve({ problem, stdout, stderr });
      });
      // Nobody answers a command that asks: with stdin at its end it fails now, and not after the time-out.
      child.stdin?.end();
    } catch (error) {
      resolve({ problem: `cannot be run (${systemCode(error) ?? 'unknown error'})`, stdout: '', stderr: '' });
    }
  });
}

/** Never the error's own message: it repeats the arguments. */
function describeFailure(error: ExecFileException, timeoutMs: number): string {
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'wrote more than 64 KiB';
  if (error.killed === true) return `did not end within ${timeoutMs / 1000} s`;
  if (typeof error.code === 'number') return `failed with exit code ${error.code}`;
  if (typeof error.code === 'string') return `cannot be run (${error.code})`;
  return `was ended by ${error.signal ?? 'a signal'}`;
}

/** Commands that trace themselves repeat the secret on stderr. */
function withoutLines(stderr: string, stdout: string): string {
  const lines = stdout.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').reduce((text, line) => text.replaceAll(line, '[secret]'), stderr);
}

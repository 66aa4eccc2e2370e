import type { Context, Environment } from '../context.ts';
import { Secret } from '../model/credential.ts';
import { safeText } from '../model/text.ts';
import { firstProgram, type ProgramPlace } from './find-program.ts';
import { scrub } from './scrub.ts';
import { runProgram, type ProgramCall } from './program.ts';

export interface SecretCall extends Pick<ProgramCall, 'path' | 'args' | 'signal'> {
  /** What it reads from stdin; null is nothing. */
  readonly input: Secret | null;
  /** Whether it opens its input by a path, `/dev/stdin`. Default: it reads the descriptor it is given. */
  readonly readsPath?: boolean;
  readonly env: Environment;
  readonly timeoutMs: number;
  /** How many bytes of its stdout are kept. Default: it is discarded. */
  readonly keepsStdout?: number;
  /** What must not be seen in what it says on stderr. */
  readonly secrets: readonly Secret[];
}

export interface ProgramOutcome {
  /** As it reads after the program's name, e.g. `failed with exit code 4: not signed in`; null when it ended well. */
  readonly problem: string | null;
  /** Whether it read all of its input; null where there was none, or that cannot be told. */
  readonly hasReadAll: boolean | null;
  /** As much of what it wrote there as is kept. It may hold secrets: it is never printed. */
  readonly stdout: string;
  /** What it wrote there, 64 KiB at most, with `[secret]` for every secret; not safe to print as it is. */
  readonly stderr: string;
}

/** Runs a program with a secret, in the working directory and a process group of its own. @throws as `runProgram` */
export async function runWithSecret(
  ctx: Pick<Context, 'cwd' | 'platform' | 'timeout'>,
  { input, secrets, keepsStdout, readsPath, ...call }: SecretCall,
): Promise<ProgramOutcome> {
  const command = readsPath === true ? await throughPipe(call, { ...ctx, env: call.env }) : call;
  if (command === null) return { problem: noPath, hasReadAll: null, stdout: '', stderr: '' };
  const end = await runProgram(ctx, {
    ...call,
    ...command,
    cwd: ctx.cwd,
    input: input?.reveal() ?? '',
    keeps: { stdout: keepsStdout ?? null, stderr: 64 * 1024 },
    hasGroup: true,
    lastWordsMs: 1000,
  });
  const stderr = scrub(end.stderr, secrets, end.isCut);
  const said = end.problem === null ? '' : safeText(stderr, 300);
  const problem = said === '' ? end.problem : `${end.problem ?? ''}: ${said}`;
  return { problem, hasReadAll: null, stdout: end.stdout, stderr };
}

const noPath = 'cannot be given a credential here: it opens /dev/stdin, which needs /bin/sh and cat';

type Command = Pick<ProgramCall, 'path' | 'args'>;

/**
 * The command whose stdin is a pipe of the system's. Node's own pipes are sockets, which cannot be opened by a path (ENXIO,
 * man 4 fd, man 7 unix). Null where there is no shell that makes one, as on Windows.
 */
async function throughPipe({ path, args }: Command, place: ProgramPlace): Promise<Command | null> {
  const shell = place.platform === 'win32' ? null : await firstProgram(['/bin'], 'sh');
  const cat = await firstProgram(['/bin', '/usr/bin'], 'cat');
  if (shell === null || cat === null) return null;
  return { path: shell, args: ['-c', '"$0" | "$@"', cat, path, ...args] };
}

/** Shorter strings of a session are words such as `read`, not its token. */
const minTokenLength = 16;

/** Everything in a payload that a program must not repeat: the texts, and the strings within a session's JSON. */
export function secretsOf({ text, json }: { readonly text: Secret; readonly json: Secret }): readonly Secret[] {
  const within = stringsIn(text.reveal()).filter((value) => value.length >= minTokenLength);
  return [text, json, ...within.map((value) => new Secret(value))];
}

function stringsIn(json: string): readonly string[] {
  const found: string[] = [];
  try {
    JSON.parse(json, (_key, value: unknown) => {
      if (typeof value === 'string') found.push(value);
      return value;
    });
  } catch {
    return [];
  }
  return found;
}

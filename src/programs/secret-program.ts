import type { Context, Environment } from '../context.ts';
import { Secret } from '../model/credential.ts';
import { safeText } from '../model/text.ts';
import { systemCode } from '../files/system-error.ts';
import { runProgram, type ProgramCall, type ProgramEnd } from './program.ts';
import { scrub } from './scrub.ts';

export interface SecretCall extends Pick<ProgramCall, 'path' | 'args' | 'readsPath' | 'signal'> {
  /** What it reads from stdin; null is nothing. */
  readonly input: Secret | null;
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
  /** Whether it would have the same problem again. */
  readonly isFinal: boolean;
  /** Whether it read all of its input; null where there was none, or that cannot be told. */
  readonly hasReadAll: boolean | null;
  /** As much of what it wrote there as is kept. It may hold secrets: it is never printed. */
  readonly stdout: string;
  /** What it wrote there, 64 KiB at most, with `[secret]` for every secret; not safe to print as it is. */
  readonly stderr: string;
}

/**
 * Runs a program with a secret, in the working directory and a process group of its own. One that ends well without having
 * read all of it has a problem all the same. @throws as `runProgram`
 */
export async function runWithSecret(
  ctx: Pick<Context, 'cwd' | 'platform' | 'timeout'>,
  { input, secrets, keepsStdout, readsPath, ...call }: SecretCall,
): Promise<ProgramOutcome> {
  const end = await runProgram(ctx, {
    ...call,
    cwd: ctx.cwd,
    input: input?.reveal() ?? '',
    isWatched: input !== null,
    readsPath: input !== null && readsPath === true,
    keeps: { stdout: keepsStdout ?? null, stderr: 64 * 1024 },
    hasGroup: true,
    lastWordsMs: 1000,
  });
  const stderr = scrub(end.stderr, secrets, end.isCut);
  const problem = end.problem ?? (end.hasReadAll === false ? unread : null);
  const said = problem === null ? '' : shownText(stderr, secrets);
  return {
    problem: said === '' ? problem : `${problem ?? ''}: ${said}`,
    isFinal: isFinal(end),
    hasReadAll: end.hasReadAll,
    stdout: end.stdout,
    stderr,
  };
}

/** What may be shown of it: what a terminal does not show is gone before it is searched, and cannot keep a secret apart. */
function shownText(text: string, secrets: readonly Secret[]): string {
  return safeText(scrub(safeText(text).replaceAll(/[\u200C\u200D]/g, ''), secrets), 300);
}

const unread = 'ended without reading the whole credential';

/** What a shell says of a program that cannot be run, or was not found. */
const shellRefusals: ReadonlySet<number | null> = new Set([126, 127]);

/** What the system may have more of in a second. */
const scarce: ReadonlySet<string | null> = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ETXTBSY']);

function isFinal({ problem, exitCode, error, hasReadAll }: ProgramEnd): boolean {
  if (problem === null) return hasReadAll === false;
  return error === null ? shellRefusals.has(exitCode) : !scarce.has(systemCode(error));
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

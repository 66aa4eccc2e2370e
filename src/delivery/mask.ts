import type { Context } from '../context.ts';
import type { CiMask } from '../model/ci-systems.ts';
import { Secret } from '../model/credential.ts';
import { ciSystem, isReadByRunner } from '../model/run-environment.ts';
import type { Issued } from '../providers/issuance.ts';

type Masked = Pick<Issued, 'credential' | 'payload'>;

/** Has a credential hidden in the job's log from now on, where its CI system can do that. Never rejects. */
export type Masker = (issued: Masked) => Promise<void>;

export type MaskContext = Pick<Context, 'env' | 'stderr' | 'cwd' | 'platform' | 'homeDirectory' | 'timeout'>;

/**
 * There is to be one per command, whatever the number of credentials: what keeps it from its work is told once.
 * @param note tells the user one line on stderr
 */
export function openMasker(ctx: MaskContext, note: (text: string) => Promise<void>): Masker {
  const how = ciSystem(ctx.env)?.mask ?? null;
  let isTold = false;
  async function tell(why: string): Promise<void> {
    if (isTold) return;
    isTold = true;
    await note(`new credentials are not masked in this job's log: ${why}`);
  }
  return async (issued) => {
    if (how === null) return;
    try {
      const problem = await hide(ctx, how, linesOf(issued));
      if (problem !== null) await tell(problem);
    } catch {
      // Nothing keeps a credential from its places.
    }
  };
}

/** Why they are not hidden; null where the system was told to. */
async function hide(ctx: MaskContext, how: CiMask, lines: readonly string[]): Promise<string | null> {
  if (lines.length === 0) return null;
  if (how.kind === 'command') {
    await writeCommands(ctx, lines.map(how.of));
    return null;
  }
  const { runJobProgram } = await import('./job-program.ts');
  const secrets = lines.map((line) => new Secret(line));
  return (await runJobProgram(ctx, how, { input: new Secret(how.inputOf(lines)), secrets })).problem;
}

/** The mask of a shorter line would blank out words of the log, and hides too little of a secret to matter. */
const shortestLine = 4;

/** Each line by itself, because logs are masked line by line. */
function linesOf({ credential, payload }: Masked): readonly string[] {
  const lines = [credential.value, payload].flatMap((secret) => secret.reveal().split(/\r?\n/));
  return [...new Set(lines)].filter((line) => line.trim().length >= shortestLine);
}

async function writeCommands({ stderr }: MaskContext, commands: readonly string[]): Promise<void> {
  if (!isReadByRunner(stderr)) return;
  const text = commands.map((command) => `${command}\n`).join('');
  // A command is one at the beginning of its line only, and a terminal may be in the middle of one: then it shows the secret.
  await stderr.write(stderr.isTTY ? `\n${text}` : text);
}

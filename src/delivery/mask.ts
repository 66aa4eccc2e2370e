import type { Context } from '../context.ts';
import type { Issued } from '../providers/issuance.ts';

/**
 * Under GitHub Actions, has the runner hide the credential in the job's log from now on. The runner reads commands from
 * stderr, unless that is a file. Each line of a value is masked by itself, because logs are masked line by line.
 */
export async function mask(
  { env, stderr }: Pick<Context, 'env' | 'stderr'>,
  { credential, payload }: Pick<Issued, 'credential' | 'payload'>,
): Promise<void> {
  if (env['GITHUB_ACTIONS'] !== 'true' || stderr.isFile) return;
  const lines = [credential.value, payload].flatMap((secret) => secret.reveal().split(/\r?\n/));
  const masked = [...new Set(lines)].filter((line) => line !== '');
  const commands = masked.map((line) => `::add-mask::${escaped(line)}\n`).join('');
  // A command is one at the beginning of its line only, and a terminal may be in the middle of one: then it shows the secret.
  await stderr.write(stderr.isTTY ? `\n${commands}` : commands);
}

/** The runner's own escapes for the value of a command. */
function escaped(line: string): string {
  return line.replaceAll('%', '%25').replaceAll('\r', '%0D');
}

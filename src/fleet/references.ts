import type { Context } from '../context.ts';
import { largestText } from '../files/text-file.ts';
import { found, type Check } from '../session/check.ts';

/**
 * What `--id` names, each once; null where nothing is named. `-` stands for the lines of standard input, of which empty
 * ones are passed over.
 */
export async function readReferences(
  { stdin }: Pick<Context, 'stdin'>,
  ids: readonly string[] | undefined,
): Promise<Check<readonly string[] | null>> {
  if (ids === undefined) return found();
  if (ids.some((id) => id.trim() === '')) {
    return found('--id is empty: give the id or the exact name of an account');
  }
  const lines = ids.includes('-') ? await readLines(stdin) : { value: [], problems: [] };
  const given = ids.flatMap((id) => (id === '-' ? lines.value : [id.trim()]));
  return { value: [...new Set(given)], problems: lines.problems };
}

async function readLines(stdin: Context['stdin']): Promise<Check<readonly string[]>> {
  if (stdin.isTTY) {
    return { value: [], problems: ['--id - reads ids from standard input, which is a terminal'] };
  }
  const text = await stdin.text(largestText);
  if (text === null) {
    return { value: [], problems: ['--id -: standard input is longer than 1 MiB, or no text'] };
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return { value: lines.filter((line) => line !== ''), problems: [] };
}

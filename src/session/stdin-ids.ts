import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { largestText } from '../files/bounded-file.ts';
import type { Check } from './check.ts';

/** The one id that `--id -` reads. @throws UsageError where standard input does not hold one */
export async function readOneId(ctx: Pick<Context, 'stdin'>): Promise<string> {
  const { value, problems } = await readIds(ctx);
  if (problems.length > 0) throw new UsageError(problems);
  const [id, ...others] = value;
  if (id === undefined) throw new UsageError('--id - reads an id from standard input, which is empty');
  if (others.length === 0) return id;
  throw new UsageError(`--id - takes one id here, and standard input has ${value.length} lines`);
}

/** The lines of standard input, of which empty ones are passed over. */
export async function readIds({ stdin }: Pick<Context, 'stdin'>): Promise<Check<readonly string[]>> {
  if (stdin.isTTY) return { value: [], problems: ['--id - reads ids from standard input, which is a terminal'] };
  const { text, problem } = await stdin.text(largestText);
  if (text === null) return { value: [], problems: [`--id -: cannot read standard input: ${problem}`] };
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return { value: lines.filter((line) => line !== ''), problems: [] };
}

import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { largestText } from '../files/bounded-file.ts';
import { listOf } from '../model/text.ts';
import type { Check } from './check.ts';
import type { CommonFlags } from './flags.ts';

/** The flags by which a command reads standard input, whatever its others are. */
export interface StdinFlags {
  readonly id?: string | readonly string[] | undefined;
  readonly file?: string | undefined;
  readonly stdin?: true | undefined;
}

/**
 * The flags with the one id that `--id -` reads from standard input; a flag that takes several ids stays as it is.
 * @throws UsageError where two flags read standard input, or it does not hold one id
 */
export async function withStdinId<Flags extends StdinFlags>(
  ctx: Pick<Context, 'stdin'>,
  common: Pick<CommonFlags, 'queryFile'>,
  flags: Flags,
): Promise<Flags> {
  const readers = stdinReaders(common, flags);
  if (readers.length > 1) {
    throw new UsageError(`${listOf(readers)} each read standard input, which can be read once`, {
      hint: 'give all but one of them as a file or a value',
    });
  }
  if (flags.id !== '-') return flags;
  const { value, problems } = await readIds(ctx);
  if (problems.length > 0) throw new UsageError(problems);
  const [id, ...others] = value;
  if (id === undefined) throw new UsageError('--id - reads an id from standard input, which is empty');
  if (others.length > 0) {
    throw new UsageError(`--id - takes one id here, and standard input has ${value.length} lines`);
  }
  return { ...flags, id };
}

function stdinReaders({ queryFile }: Pick<CommonFlags, 'queryFile'>, flags: StdinFlags): readonly string[] {
  const { id, file, stdin } = flags;
  return [
    ...(isFromStdin(id) ? ['--id -'] : []),
    // That both are given is a problem of its own.
    ...(stdin === true ? ['--stdin'] : isFromStdin(file) ? ['-f -'] : []),
    ...(isFromStdin(queryFile) ? ['--query-file -'] : []),
  ];
}

function isFromStdin(value: string | readonly string[] | undefined): boolean {
  return value === '-' || (Array.isArray(value) && value.includes('-'));
}

/** The lines of standard input, of which empty ones are passed over. */
export async function readIds({ stdin }: Pick<Context, 'stdin'>): Promise<Check<readonly string[]>> {
  if (stdin.isTTY) return { value: [], problems: ['--id - reads ids from standard input, which is a terminal'] };
  const text = await stdin.text(largestText);
  if (text === null) return { value: [], problems: ['--id -: standard input is longer than 1 MiB, or no text'] };
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return { value: lines.filter((line) => line !== ''), problems: [] };
}

import { UsageError } from '../errors.ts';
import { isFlag, areRight, partsOf } from './command-line.ts';
import type { CommandShape } from './shape.ts';

/** The parser ends at these before it refuses anything, or more is said of what it refuses. */
const others = new Set(['-h', '--help', '--version', '--debug', '--']);

/** A word in which nothing has to be made safe. */
const plain = /^[\w.:/@%+,-]+$/;

/**
 * The error for a command line with a command or a flag that there is not, where it is certain that the parser says the same;
 * null for any other. The parser and its commands take longer to load than all the rest of such an error.
 */
export async function refusal(program: CommandShape, argv: readonly string[]): Promise<UsageError | null> {
  const text = refusalText(program, argv);
  if (text === null) return null;
  const { hintFor } = await import('./guess/guess.ts');
  return new UsageError(text, { hint: hintFor(argv, program) });
}

function refusalText(program: CommandShape, argv: readonly string[]): string | null {
  const { command, flags, operands } = partsOf(program, argv);
  const isNamedFirst = !argv.slice(0, command.path.length).some(isFlag);
  if (!isNamedFirst || argv.some((word) => others.has(word))) return null;
  if (command.commands.length > 0) {
    const [word = ''] = operands;
    return flags.length === 0 && plain.test(word) ? `unknown command '${word}'` : null;
  }
  const unknown = flags.filter(({ flag }) => flag === null);
  const known = flags.filter(({ flag }) => flag !== null);
  const [{ name } = { name: '' }] = unknown;
  // The parser reads common flags first, and takes for one what begins with a dash, even where it is a value.
  const isCertain =
    unknown.every((each) => /^--[\w-]+$/.test(each.name)) &&
    areRight(known, command) &&
    known.every(({ value }) => value?.startsWith('-') !== true);
  return name !== '' && isCertain ? `unknown option '${name}'` : null;
}

import { parseDuration } from '../model/duration.ts';
import { commandBelow, flagNamed, type CommandShape, type FlagShape } from './shape.ts';

/** A command line in its parts, as the parser reads it. */
export interface Parts {
  readonly command: CommandShape;
  /** In order. */
  readonly flags: readonly GivenFlag[];
  /** The words behind the command that are no flags. */
  readonly operands: readonly string[];
}

export interface GivenFlag {
  /** e.g. `--query` */
  readonly name: string;
  /** Null where neither the command nor the program has one of this name. */
  readonly flag: FlagShape | null;
  /** Null where it was given none. */
  readonly value: string | null;
}

/** Takes a command line apart. Words behind `--` are operands. */
export function partsOf(program: CommandShape, argv: readonly string[]): Parts {
  const flags: GivenFlag[] = [];
  const operands: string[] = [];
  let command = program;
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (word === '--') return { command, flags, operands: [...operands, ...argv.slice(index + 1)] };
    if (isFlag(word)) {
      const { name, value } = splitFlag(word);
      const flag = flagNamed([...command.flags, ...program.flags], name) ?? null;
      const isApart = flag !== null && flag.kind !== 'switch' && value === null;
      flags.push({ name, flag, value: isApart ? (argv[index + 1] ?? null) : value });
      if (isApart) index += 1;
      continue;
    }
    const next = operands.length === 0 ? commandBelow(command, word) : undefined;
    if (next === undefined) operands.push(word);
    else command = next;
  }
  return { command, flags, operands };
}

export function isFlag(word: string): boolean {
  return word.length > 1 && word.startsWith('-');
}

/** `--flag=value` and `-fvalue` in their parts. */
export function splitFlag(word: string): { readonly name: string; readonly value: string | null } {
  if (!word.startsWith('--')) return { name: word.slice(0, 2), value: word.length > 2 ? word.slice(2) : null };
  const [name = ''] = word.split('=', 1);
  return { name, value: name === word ? null : word.slice(name.length + 1) };
}

/** Whether the parser takes these words for a command, with all that it demands. */
export function isAccepted(program: CommandShape, argv: readonly string[]): boolean {
  const { command, flags, operands } = partsOf(program, argv);
  return command.commands.length === 0 && areRight(flags, command) && takesOperands(command, operands);
}

/** Whether the command takes the flags, each flag its value, and none is given again that may be given once. */
export function areRight(given: readonly GivenFlag[], command: CommandShape): boolean {
  const single = given.flatMap(({ flag }) =>
    flag === null || flag.kind === 'switch' || flag.isRepeatable ? [] : [flag],
  );
  return new Set(single).size === single.length && given.every((each) => isRight(each, command));
}

function isRight({ flag, value }: GivenFlag, { flags, commonFlags }: CommandShape): boolean {
  if (flag === null || !(flags.includes(flag) || commonFlags.includes(flag.long))) return false;
  if (flag.kind === 'switch' || value === null) return flag.kind === 'switch' && value === null;
  return flag.kind === 'duration' ? parseDuration(value) !== null : isChoice(flag, value);
}

function isChoice({ choices }: Pick<FlagShape, 'choices'>, value: string): boolean {
  return choices.length === 0 || choices.includes(value);
}

function takesOperands({ arguments: wanted }: CommandShape, operands: readonly string[]): boolean {
  const least = wanted.filter(({ name }) => name.startsWith('<')).length;
  const most = wanted.some(({ name }) => name.includes('...')) ? Infinity : wanted.length;
  const areChoices = operands.every((word, index) => isChoice(wanted[index] ?? { choices: [] }, word));
  return operands.length >= least && operands.length <= most && areChoices;
}

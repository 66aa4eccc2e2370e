import { sactl, type CommandLine, type Hint } from '../../model/hint.ts';
import { isAccepted, isFlag } from '../command-line.ts';
import { isTopic } from '../help/topic-names.ts';
import { commandBelow, deepestCommand, flagNamed, type CommandShape, type FlagShape } from '../shape.ts';
import { meantCommands, providerOf, type MeantCommand } from './command.ts';
import { phrases } from './synonyms.ts';
import { guessOf, meantWords, takesValue } from './flags.ts';

/** What helps where the parser refused `argv`: the whole command that is meant, or where to look. */
export function hintFor(argv: readonly string[], program: CommandShape): Hint {
  return guess(argv, program) ?? helpOn(argv[0] === 'help' ? program : deepestCommand(program, argv));
}

/**
 * The command that `argv` means, which the parser refused: in the words of other programs, in another order, or misspelt.
 * Only what the parser takes is offered; null where there is nothing like it.
 */
function guess(argv: readonly string[], program: CommandShape): Hint | null {
  if (argv[0] === 'help') return guessHelp(argv.slice(1), program);
  const whole = phrases.find(({ typed: lines }) => lines.includes(argv.join(' ')));
  if (whole !== undefined) return hintOf(sactl`${whole.meant.split(' ')}`, whole.why);
  const positions = leadingWords(argv, program.flags);
  const typed = positions.map((position) => argv[position] ?? '');
  const exact = leafAt(program, typed);
  const meantOnes = exact === null ? commandsOf(typed, program) : [{ words: typed.slice(0, exact.taken), ...exact }];
  for (const meant of meantOnes) {
    const taken = new Set(positions.slice(0, meant.taken));
    const rest = argv.filter((_, position) => !taken.has(position));
    const hint = guessRest(meant, { rest, isExact: exact !== null, program });
    if (hint !== null) return hint;
  }
  return null;
}

/** Help on what is called otherwise here. */
function guessHelp(words: readonly string[], program: CommandShape): Hint | null {
  for (const { words: meant, why } of meantCommands(words, program)) {
    const named = meant[0] === 'help' ? meant.slice(1) : meant.filter((word) => !isFlag(word));
    if (hasHelp(program, named)) return hintOf(sactl`help ${named}`, why);
  }
  return null;
}

function hasHelp(program: CommandShape, words: readonly string[]): boolean {
  return isTopic(words.join(' ')) || deepestCommand(program, words).path.length === words.length;
}

function guessRest(
  { words: command, why, operands = [] }: MeantCommand,
  options: {
    readonly rest: readonly string[];
    /** Whether the command was typed as it is. */
    readonly isExact: boolean;
    readonly program: CommandShape;
  },
): Hint | null {
  const { rest, isExact, program } = options;
  const firstFlag = command.findIndex(isFlag);
  const path = firstFlag < 0 ? command : command.slice(0, firstFlag);
  if (path[0] === 'help' || path.length === 0) return hintOf(sactl`${command}`, why);
  const found = leafAt(program, path)?.command;
  if (found === undefined) return null;
  const said = meantWords(found, program, { rest, belong: operands });
  if (said.instead !== null) {
    return [`${said.why}: `, said.instead.length === 0 ? helpOn(found) : sactl`${said.instead}`];
  }
  if (isExact && said.words.join(' ') === rest.join(' ')) return null;
  const argv = [...command, ...said.words];
  return isAccepted(program, argv) ? hintOf(sactl`${argv}`, why ?? said.why) : null;
}

function helpOn({ path }: CommandShape): CommandLine {
  return sactl`${path} --help`;
}

function hintOf(command: CommandLine, why: string | null = null): Hint {
  return why === null ? ['did you mean ', command, '?'] : [`${why}: `, command];
}

/** Where the first word names a provider, the commands of the words behind it, for that provider. */
function commandsOf(typed: readonly string[], program: CommandShape): readonly MeantCommand[] {
  const provider = providerOf(typed[0] ?? '');
  if (provider === null) return meantCommands(typed, program);
  return meantCommands(typed.slice(1), program).map(({ words, taken, why, operands }) => ({
    words: [...words, '--provider', provider],
    taken: taken + 1,
    why,
    operands,
  }));
}

/** Where the words are that come before the first flag of which nothing is known. */
function leadingWords(argv: readonly string[], common: readonly FlagShape[]): readonly number[] {
  const positions: number[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (!isFlag(word)) {
      positions.push(index);
      continue;
    }
    const known = flagNamed(common, word);
    const meant = known === undefined ? guessOf(word, common) : null;
    if (word === '--' || (known === undefined && meant === null && !word.includes('='))) break;
    if (takesValue(word, meant, common)) index += 1;
  }
  return positions;
}

/** The command without others below it that the first words name as they are, and how many of them name it. */
function leafAt(
  program: CommandShape,
  words: readonly string[],
): { readonly command: CommandShape; readonly taken: number } | null {
  let command = program;
  let taken = 0;
  for (const word of words) {
    const next = commandBelow(command, word);
    if (next === undefined) break;
    command = next;
    taken += 1;
  }
  return command.commands.length > 0 ? null : { command, taken };
}

import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings';

import { sactl, type CommandLine, type Hint } from '../../model/hint.ts';
import { findSubcommand, helpCommand } from '../tree.ts';
import { meantCommands, providerOf, type MeantCommand } from './command.ts';
import { phrases } from './synonyms.ts';
import { guessOf, isFlag, meantWords, optionOf, takesValue } from './flags.ts';

/** What a guess is tried with. */
export interface Parser {
  /** The command tree that these words need. */
  readonly treeFor: (argv: readonly string[]) => Promise<CommandUnknownOpts>;
  /** Whether a tree, which is of no use afterwards, takes these words for a command. */
  readonly takes: (tree: CommandUnknownOpts, argv: readonly string[]) => Promise<boolean>;
}

/**
 * The command that `argv` means, which the parser refused: in the words of other programs, in another order, or misspelt.
 * Only what the parser takes is offered; null where there is nothing like it. `tree` is what refused it: making another
 * costs as much time as all the rest.
 */
export async function guess(argv: readonly string[], tree: CommandUnknownOpts, parser: Parser): Promise<Hint | null> {
  if (argv[0] === 'help') return guessHelp(argv.slice(1), parser);
  const whole = phrases.find(({ typed: lines }) => lines.includes(argv.join(' ')));
  if (whole !== undefined) return hintOf(sactl`${whole.meant.split(' ')}`, whole.why);
  const positions = leadingWords(argv, tree.options);
  const typed = positions.map((position) => argv[position] ?? '');
  const exact = exactCommand(tree, typed);
  for (const meant of exact === null ? commandsOf(typed) : [exact]) {
    const taken = new Set(positions.slice(0, meant.taken));
    const rest = argv.filter((_, position) => !taken.has(position));
    const hint = await guessRest(meant, { rest, known: exact?.command ?? null, parser });
    if (hint !== null) return hint;
  }
  return null;
}

/** Help on what is called otherwise here. */
async function guessHelp(words: readonly string[], { treeFor, takes }: Parser): Promise<Hint | null> {
  for (const { words: meant, why } of meantCommands(words)) {
    const argv = meant[0] === 'help' ? meant : ['help', ...meant.filter((word) => !isFlag(word))];
    if (await takes(await treeFor(argv), argv)) return hintOf(sactl`${argv}`, why);
  }
  return null;
}

async function guessRest(
  { words: command, why, operands = [] }: MeantCommand,
  options: {
    readonly rest: readonly string[];
    /** The command, where it was typed as it is. */
    readonly known: CommandUnknownOpts | null;
    readonly parser: Parser;
  },
): Promise<Hint | null> {
  const { rest, known, parser } = options;
  const firstFlag = command.findIndex(isFlag);
  const path = firstFlag < 0 ? command : command.slice(0, firstFlag);
  if (path[0] === 'help' || path.length === 0) return hintOf(sactl`${command}`, why);
  const tree = known === null ? await parser.treeFor(path) : null;
  const found = known ?? commandIn(tree, path);
  if (found === null) return null;
  const meant = meantWords(found, rest, operands);
  if (meant.instead !== null) {
    return [`${meant.why}: `, meant.instead.length === 0 ? helpCommand(found) : sactl`${meant.instead}`];
  }
  if (known !== null && meant.words.join(' ') === rest.join(' ')) return null;
  const argv = [...command, ...meant.words];
  const isTaken = await parser.takes(tree ?? (await parser.treeFor(path)), argv);
  return isTaken ? hintOf(sactl`${argv}`, why ?? meant.why) : null;
}

function commandIn(tree: CommandUnknownOpts | null, path: readonly string[]): CommandUnknownOpts | null {
  return tree === null ? null : (exactCommand(tree, path)?.command ?? null);
}

function hintOf(command: CommandLine, why: string | null = null): Hint {
  return why === null ? ['did you mean ', command, '?'] : [`${why}: `, command];
}

/** Where the first word names a provider, the commands of the words behind it, for that provider. */
function commandsOf(typed: readonly string[]): readonly MeantCommand[] {
  const provider = providerOf(typed[0] ?? '');
  if (provider === null) return meantCommands(typed);
  return meantCommands(typed.slice(1)).map(({ words, taken, why, operands }) => ({
    words: [...words, '--provider', provider],
    taken: taken + 1,
    why,
    operands,
  }));
}

/** Where the words are that come before the first flag of which nothing is known. */
function leadingWords(argv: readonly string[], common: readonly Option[]): readonly number[] {
  const positions: number[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (!isFlag(word)) {
      positions.push(index);
      continue;
    }
    const isKnown = optionOf(common, word) !== undefined || guessOf(word, common) !== null || word.includes('=');
    if (!isKnown || word === '--') break;
    if (takesValue(word, guessOf(word, common), common)) index += 1;
  }
  return positions;
}

/** The command that the first words name as they are. */
function exactCommand(
  tree: CommandUnknownOpts,
  typed: readonly string[],
): (MeantCommand & { readonly command: CommandUnknownOpts }) | null {
  let command = tree;
  let taken = 0;
  for (const word of typed) {
    const next = findSubcommand(command, word);
    if (next === undefined) break;
    command = next;
    taken += 1;
  }
  return taken === 0 || command.commands.length > 0 ? null : { command, words: typed.slice(0, taken), taken };
}

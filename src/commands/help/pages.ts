import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { isTopic } from './topic-names.ts';

/** The help of a command and of those below it. */
export interface HelpPage {
  /** Its name, then its aliases. */
  readonly names: readonly string[];
  /** In lines of any length, for `fitted`. */
  readonly text: string;
  readonly commands: readonly HelpPage[];
}

/** The file beside the built program that holds the page of the program, as JSON. */
export const pagesFile = 'help.json';

/** Reads a tree with every verb in it; its commands then write their help nowhere else. */
export function pageOf(command: CommandUnknownOpts): HelpPage {
  return {
    names: [command.name(), ...command.aliases()],
    text: helpParts(command).join(''),
    commands: command.commands.map(pageOf),
  };
}

/** What commander makes of a command, then each text that was added to it. */
export function helpParts(command: CommandUnknownOpts): readonly string[] {
  const parts: string[] = [];
  command.configureOutput({ writeOut: (text) => parts.push(text) }).outputHelp();
  return parts;
}

/**
 * The words of the command whose help is all that a command line asks for; null where it asks for anything else, such as a
 * topic: `help config` is one, and `config --help` is of the command.
 */
export function helpWords(argv: readonly string[]): readonly string[] | null {
  const [first, ...rest] = argv;
  const isFlagged = argv.at(-1) === '--help' || argv.at(-1) === '-h';
  const words = isFlagged ? argv.slice(0, -1) : rest;
  const isHelp = isFlagged || first === undefined || (first === 'help' && !isTopic(rest.join(' ')));
  return isHelp && words.every((word) => !word.startsWith('-')) ? words : null;
}

/** The page of the command that these words name; null where they name none. */
export function findPage(page: HelpPage, words: readonly string[]): HelpPage | null {
  const [word, ...rest] = words;
  if (word === undefined) return page;
  const next = page.commands.find(({ names }) => names.includes(word));
  return next === undefined ? null : findPage(next, rest);
}

import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings';

import { wholeTree } from '../../src/program.ts';
import { readBlocks, type HelpBlock } from './help-blocks.ts';

/** A command as plain data: all that its help says. */
export interface CommandDoc {
  /** Without the program's name, e.g. `['serviceaccounts', 'list']`; empty for the program itself. */
  readonly path: readonly string[];
  readonly aliases: readonly string[];
  /** A few words for a list of commands. */
  readonly summary: string;
  readonly description: string;
  readonly arguments: readonly ArgumentDoc[];
  /** Its own flags; those of the program are the common ones. */
  readonly flags: readonly FlagDoc[];
  /** The common flags that it honours, e.g. `--json`. */
  readonly commonFlags: readonly string[];
  /** Whole command lines. */
  readonly examples: readonly string[];
  /** What its help says beyond all that. */
  readonly notes: readonly HelpBlock[];
  readonly commands: readonly CommandDoc[];
}

export interface ArgumentDoc {
  /** e.g. `[words...]` */
  readonly name: string;
  readonly description: string;
  readonly choices: readonly string[];
}

export interface FlagDoc {
  /** e.g. `-q` */
  readonly short: string | null;
  /** e.g. `--query` */
  readonly long: string;
  /** What stands for its value, e.g. `<filter>`. */
  readonly value: string | null;
  readonly description: string;
  readonly choices: readonly string[];
  /** e.g. `30s` */
  readonly default: string | null;
}

/** The program with every command, as the command line has it. */
export async function readProgram(): Promise<CommandDoc> {
  return readCommand(await wholeTree());
}

function readCommand(command: CommandUnknownOpts): CommandDoc {
  const { examples, notes } = readHelpAfterwards(command);
  return {
    path: pathOf(command),
    aliases: command.aliases(),
    summary: command.summary(),
    description: command.description(),
    arguments: command.registeredArguments.map(readArgument),
    flags: ownOptions(command).map(readFlag),
    commonFlags: command.createHelp().visibleGlobalOptions(command).map(longName),
    examples,
    notes,
    commands: command.commands.map(readCommand),
  };
}

function pathOf(command: CommandUnknownOpts): readonly string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}

/** The help that commander does not make of its own: examples, and what some commands say beyond them. */
function readHelpAfterwards(command: CommandUnknownOpts): Pick<CommandDoc, 'examples' | 'notes'> {
  const written: string[] = [];
  command.configureOutput({ writeOut: (text) => written.push(text) }).outputHelp();
  const blocks = readBlocks(written.slice(1).join('\n'));
  const title = blocks.findIndex((block) => block.kind === 'title' && block.text === 'Examples');
  const examples = blocks[title + 1];
  if (title === -1 || examples?.kind !== 'code') return { examples: [], notes: blocks };
  return {
    examples: examples.lines.map((line) => line.replace(/^\$ /, '')),
    notes: blocks.toSpliced(title, 2),
  };
}

/** Every command has `--help`, which is told of once, among the program's. */
function ownOptions(command: CommandUnknownOpts): readonly Option[] {
  const options = command.createHelp().visibleOptions(command);
  return command.parent === null ? options : options.filter((option) => command.options.includes(option));
}

function readFlag(option: Option): FlagDoc {
  const [, description = '', fallback = null] = /^([^]*?)(?: \(default: (.+)\))?$/.exec(option.description) ?? [];
  return {
    short: option.short ?? null,
    long: longName(option),
    value: /[<[].*$/.exec(option.flags)?.[0] ?? null,
    description,
    choices: option.argChoices ?? [],
    default: fallback,
  };
}

function longName(option: Option): string {
  return option.long ?? option.flags;
}

function readArgument(argument: CommandUnknownOpts['registeredArguments'][number]): ArgumentDoc {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return {
    name: argument.required ? `<${name}>` : `[${name}]`,
    description: argument.description,
    choices: argument.argChoices ?? [],
  };
}

/** The commands that can be run, in the order of the help. */
export function leaves(command: CommandDoc): readonly CommandDoc[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

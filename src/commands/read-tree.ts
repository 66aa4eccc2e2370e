import { Help, type CommandUnknownOpts, type Option } from '@commander-js/extra-typings';

import { flagTitle } from './help-layout.ts';
import { helpParts } from './help/pages.ts';
import type { ArgumentShape, CommandShape, FlagShape } from './shape.ts';

/** A command as plain data, for completion and the manual: all that its help says. */
export interface CommandNode extends CommandShape {
  /** A few words for a list of commands. */
  readonly summary: string;
  readonly description: string;
  readonly arguments: readonly ArgumentNode[];
  readonly flags: readonly FlagNode[];
  /** What it prints with `--json`, as its verb declares it. */
  readonly prints: readonly string[];
  /** What its help says after the flags: examples and notes. */
  readonly after: string;
  readonly commands: readonly CommandNode[];
}

export interface ArgumentNode extends ArgumentShape {
  readonly description: string;
}

export interface FlagNode extends FlagShape {
  /** What stands for its value, e.g. `<filter>`. */
  readonly value: string | null;
  readonly description: string;
  /** The title that it stands under in the help of its command; null where it has none. */
  readonly group: string | null;
}

/** Whether an option may be given again. */
export type IsRepeatable = (option: Option) => boolean;

/** Reads a tree with every verb in it; its commands then write their help nowhere else. */
export function readTree(command: CommandUnknownOpts, isRepeatable: IsRepeatable): CommandNode {
  const help = command.createHelp();
  const visible = new Help().visibleOptions(command);
  const [, ...added] = helpParts(command);
  const after = added.join('\n');
  const own = command.parent === null ? visible : visible.filter((option) => command.options.includes(option));
  return {
    path: pathOf(command),
    aliases: command.aliases(),
    summary: command.summary(),
    description: command.description(),
    arguments: command.registeredArguments.map(readArgument),
    flags: own.map((option) => readFlag(command, option, isRepeatable(option))),
    commonFlags: help.visibleGlobalOptions(command).map(longName),
    prints: printsIn(after),
    after,
    commands: command.commands.map((child) => readTree(child, isRepeatable)),
  };
}

function pathOf(command: CommandUnknownOpts): readonly string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}

/** Read from the help, since the parser keeps nothing else of a verb. */
function printsIn(after: string): readonly string[] {
  const [sentence = ''] = /^JSON: [^.]*/m.exec(after) ?? [];
  return [...sentence.matchAll(/(an array of )?"sactl schema ([\w-]+)"/g)].map(([, array, name = '']) =>
    array === undefined ? name : `${name}[]`,
  );
}

function readFlag(command: CommandUnknownOpts, option: Option, isRepeatable: boolean): FlagNode {
  return {
    short: option.short ?? null,
    long: longName(option),
    value: /[<[].*$/.exec(option.flags)?.[0] ?? null,
    description: option.description,
    choices: option.argChoices ?? [],
    isRepeatable,
    kind: kindOf(option, isRepeatable),
    group: command.parent === null ? null : flagTitle(command.name(), option.attributeName()),
  };
}

/** Only durations and lists are parsed. */
function kindOf({ required, argChoices, parseArg }: Option, isRepeatable: boolean): FlagNode['kind'] {
  if (!required) return 'switch';
  if (argChoices !== undefined) return 'choice';
  return parseArg === undefined || isRepeatable ? 'text' : 'duration';
}

function longName(option: Option): string {
  return option.long ?? option.flags;
}

function readArgument(argument: CommandUnknownOpts['registeredArguments'][number]): ArgumentNode {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return {
    name: argument.required ? `<${name}>` : `[${name}]`,
    description: argument.description,
    choices: argument.argChoices ?? [],
  };
}

/** The command itself and all below it, from the top down. */
export function allCommands(command: CommandNode): readonly CommandNode[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings';

import { targetForms } from '../../delivery/targets/kinds.ts';
import { topics } from '../help/topics.ts';
import { listColumns } from '../../fleet/selection.ts';

/** The command tree as far as completion needs it: plain data that the script of each shell is written from. */
export interface Outline {
  readonly commands: readonly OutlinedCommand[];
  /** Sets of common flags, which many commands share. */
  readonly shared: readonly (readonly Named[])[];
  /** What may follow each flag that takes a value, by its long name. */
  readonly values: ReadonlyMap<string, Values>;
  /** Long names of flags that may be given again. */
  readonly repeatable: readonly string[];
  /** Short names and the long ones they stand for. */
  readonly short: ReadonlyMap<string, string>;
}

export interface OutlinedCommand {
  /** e.g. `serviceaccounts list`; empty for the program itself. */
  readonly path: string;
  readonly words: readonly Word[];
  readonly flags: readonly Named[];
  /** Which set of `shared` it honours; null is none. */
  readonly shared: number | null;
}

/** What can be typed, by several names, and what it is. */
export interface Named {
  /** e.g. `--query` and `-q`, or a command and its aliases. */
  readonly names: readonly string[];
  readonly description: string;
}

/** A word that may follow a command. */
export interface Word extends Named {
  /** The path of the command it leads to; null is none that takes more. */
  readonly leadsTo: string | null;
}

/** Whether an option may be given again. */
export type IsRepeatable = (option: Option) => boolean;

/** @throws Error when a flag does not mean the same in every command, which the scripts count on */
export function outlineOf(root: CommandUnknownOpts, isRepeatable: IsRepeatable): Outline {
  const shared: Named[][] = [];
  const all = [...branches(root)];
  const commands = all.map((command): OutlinedCommand => {
    const common = commonFlags(root, command).map(flagOf);
    return {
      path: pathOf(command),
      words: wordsOf(command),
      flags: ownFlags(root, command).map(flagOf),
      shared: common.length === 0 ? null : indexIn(shared, common),
    };
  });
  const options = [...root.options, ...all.flatMap((command) => ownFlags(root, command))];
  return {
    commands: withHelp(commands),
    shared,
    values: valuesByFlag(options),
    repeatable: [...new Set(options.filter(isRepeatable).map(longName))],
    short: new Map(options.flatMap((option) => shortName(option))),
  };
}

function* branches(command: CommandUnknownOpts): Generator<CommandUnknownOpts> {
  yield command;
  for (const child of command.commands) yield* branches(child);
}

function pathOf(command: CommandUnknownOpts): string {
  return command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim();
}

function wordsOf(command: CommandUnknownOpts): Word[] {
  const verbs = command.commands.map((child) => ({
    names: [child.name(), ...child.aliases()],
    description: child.summary(),
    leadsTo: pathOf(child),
  }));
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  return [...verbs, ...choices.map((name) => ({ names: [name], description: '', leadsTo: null }))];
}

/** What its own help shows, without the common ones. */
function ownFlags(root: CommandUnknownOpts, command: CommandUnknownOpts): readonly Option[] {
  const visible = command.createHelp().visibleOptions(command);
  return visible.filter((option) => !root.options.includes(option));
}

/** The common flags that a verb honours; before the verb, any may stand. */
function commonFlags(root: CommandUnknownOpts, command: CommandUnknownOpts): readonly Option[] {
  if (command.commands.length > 0) return root.options.filter(({ hidden }) => !hidden);
  return command.createHelp().visibleGlobalOptions(command);
}

function flagOf(option: Option): Named {
  const names = [option.long, option.short].filter((name) => name !== undefined);
  return { names, description: option.description };
}

function longName(option: Option): string {
  return option.long ?? option.flags;
}

function shortName(option: Option): readonly [short: string, long: string][] {
  return option.short === undefined ? [] : [[option.short, longName(option)]];
}

function indexIn(sets: Named[][], flags: Named[]): number {
  const key = JSON.stringify(flags);
  const index = sets.findIndex((set) => JSON.stringify(set) === key);
  return index < 0 ? sets.push(flags) - 1 : index;
}

function valuesByFlag(options: readonly Option[]): ReadonlyMap<string, Values> {
  const kinds = new Map<string, Values | null>();
  for (const option of options) {
    const name = longName(option);
    const values = option.required ? valuesOf(option) : null;
    const other = kinds.get(name);
    if (other !== undefined && JSON.stringify(other) !== JSON.stringify(values)) {
      throw new Error(`${name} takes different values in different commands`);
    }
    kinds.set(name, values);
  }
  return new Map([...kinds].flatMap(([name, values]) => (values === null ? [] : [[name, values]])));
}

/** What may stand after a flag, as far as it can be known without asking anybody. */
export type Values =
  /** One of these; in a list, several with commas between them; to sort by, with a dash before it for descending. */
  | { readonly kind: 'choices' | 'list' | 'sort'; readonly choices: readonly string[] }
  | { readonly kind: 'files' }
  /** The names in the user's own configuration file. */
  | { readonly kind: 'profiles' }
  /** A kind of target, and a file after those that are files. */
  | { readonly kind: 'targets' }
  | { readonly kind: 'anything' };

const columns = listColumns.map(({ name }) => name);

const known: ReadonlyMap<string, Values> = new Map<string, Values>([
  ['--profile', { kind: 'profiles' }],
  ['--to', { kind: 'targets' }],
  ['--columns', { kind: 'list', choices: columns }],
  ['--sort', { kind: 'sort', choices: columns }],
]);

/** What the value of an option may be. */
function valuesOf({ long, flags, argChoices }: Option): Values {
  if (argChoices !== undefined) return { kind: 'choices', choices: argChoices };
  const values = known.get(long ?? flags);
  if (values !== undefined) return values;
  return /<(?:path|file)\b/.test(flags) ? { kind: 'files' } : { kind: 'anything' };
}

/** What may be typed for it, with what it is where that is known. */
export function choicesOf(values: Values): readonly Named[] {
  if (values.kind === 'targets') return targetWords;
  if (!('choices' in values)) return [];
  return values.choices.map((name) => ({ names: [name], description: '' }));
}

/** What `--to` may begin with, e.g. `file:`. */
const targetWords = targetForms().map(({ form, meaning }) => ({
  names: [form.includes(':') ? form.slice(0, form.indexOf(':') + 1) : form],
  description: meaning,
}));

/** `help` takes the words of every command, and its topics; it leads to no flags. */
function withHelp(commands: readonly OutlinedCommand[]): OutlinedCommand[] {
  const groups = commands.filter(({ words }) => words.some(({ leadsTo }) => leadsTo !== null));
  const paths = new Set(groups.map(({ path }) => path));
  const topicWords = Object.keys(topics).map((name) => ({
    names: [name],
    description: 'a topic',
    leadsTo: null,
  }));
  const help = groups.map(({ path, words }): OutlinedCommand => ({
    path: `help ${path}`.trim(),
    words: [
      ...words.map((word) => ({
        ...word,
        leadsTo: paths.has(word.leadsTo ?? '?') ? `help ${word.leadsTo}` : null,
      })),
      ...(path === '' ? topicWords : []),
    ],
    flags: [],
    shared: null,
  }));
  return [...commands.filter(({ path }) => path !== 'help'), ...help];
}

import { targetForms } from '../../delivery/targets/kinds.ts';
import { allCommands, type CommandNode, type FlagNode } from '../read-tree.ts';
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

/** @throws Error when a flag does not mean the same in every command, which the scripts count on */
export function outlineOf(program: CommandNode): Outline {
  const common = program.flags.filter(({ long }) => long !== '--help');
  const help = program.flags.filter(({ long }) => long === '--help');
  /** What its own help shows, without the common ones. */
  function ownFlags(command: CommandNode): readonly FlagNode[] {
    return command === program ? help : [...command.flags, ...help];
  }
  const shared: (readonly Named[])[] = [];
  const all = allCommands(program);
  const commands = all.map((command): OutlinedCommand => {
    // Before the verb, any common flag may stand.
    const isGroup = command.commands.length > 0;
    const honoured = common.filter(({ long }) => isGroup || command.commonFlags.includes(long));
    return {
      path: command.path.join(' '),
      words: wordsOf(command),
      flags: ownFlags(command).map(flagOf),
      shared: honoured.length === 0 ? null : indexIn(shared, honoured.map(flagOf)),
    };
  });
  const flags = [...common, ...all.flatMap(ownFlags)];
  return {
    commands: withHelp(commands),
    shared,
    values: valuesByFlag(flags),
    repeatable: [...new Set(flags.filter(({ isRepeatable }) => isRepeatable).map(({ long }) => long))],
    short: new Map(flags.flatMap(({ short, long }) => (short === null ? [] : [[short, long]]))),
  };
}

function wordsOf({ commands, arguments: operands }: CommandNode): Word[] {
  const verbs = commands.map(({ path, aliases, summary }) => ({
    names: [path.at(-1) ?? '', ...aliases],
    description: summary,
    leadsTo: path.join(' '),
  }));
  const choices = operands.flatMap((operand) => operand.choices);
  return [...verbs, ...choices.map((name) => ({ names: [name], description: '', leadsTo: null }))];
}

function flagOf({ long, short, description }: FlagNode): Named {
  return { names: short === null ? [long] : [long, short], description };
}

/** Where this set of flags is among those there are, added where it is new. */
function indexIn(sets: (readonly Named[])[], flags: readonly Named[]): number {
  const key = JSON.stringify(flags);
  const index = sets.findIndex((set) => JSON.stringify(set) === key);
  return index < 0 ? sets.push(flags) - 1 : index;
}

function valuesByFlag(flags: readonly FlagNode[]): ReadonlyMap<string, Values> {
  const kinds = new Map<string, Values | null>();
  for (const flag of flags) {
    const values = flag.value?.startsWith('<') === true ? valuesOf(flag) : null;
    const other = kinds.get(flag.long);
    if (other !== undefined && JSON.stringify(other) !== JSON.stringify(values)) {
      throw new Error(`${flag.long} takes different values in different commands`);
    }
    kinds.set(flag.long, values);
  }
  return new Map([...kinds].flatMap(([name, values]) => (values === null ? [] : [[name, values]])));
}

/** Where the words of a command lead: `<path>/<word>` for each name of a word, and the path it leads to. */
export function stepsOf({ path, words }: OutlinedCommand): readonly { from: readonly string[]; to: string }[] {
  return words.flatMap(({ names, leadsTo }) =>
    leadsTo === null ? [] : [{ from: names.map((name) => `${path}/${name}`), to: leadsTo }],
  );
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

/** What the value of a flag may be. */
function valuesOf({ long, value, choices }: FlagNode): Values {
  if (choices.length > 0) return { kind: 'choices', choices };
  return known.get(long) ?? (/<(?:path|file)\b/.test(value ?? '') ? { kind: 'files' } : { kind: 'anything' });
}

/** What may be typed for it, with what it is where that is known. */
export function choicesOf(values: Values): readonly Named[] {
  if (values.kind === 'targets') return targetWords;
  if (!('choices' in values)) return [];
  return values.choices.map((name) => ({ names: [name], description: '' }));
}

/** What `--to` may begin with, e.g. `file:`. */
const targetWords = targetForms().map(({ word, kind, meaning }) => ({
  names: [kind.body === null ? word : `${word}:`],
  description: meaning,
}));

/** What a path follows in `--to`, after a colon; with a slot or without. */
export const pathWords = targetForms().filter(({ kind }) => kind.isPath);

/** As a regular expression, e.g. `file|file\\+json`. */
export const pathPattern = pathWords.map(({ word }) => word.replace('+', String.raw`\+`)).join('|');

/** `help` takes the words of every command, and its topics; it leads to no flags. */
function withHelp(commands: readonly OutlinedCommand[]): OutlinedCommand[] {
  const groups = commands.filter(({ words }) => words.some(({ leadsTo }) => leadsTo !== null));
  const paths = new Set(groups.map(({ path }) => path));
  const topicWords = Object.keys(topics).map((name) => ({ names: [name], description: 'a topic', leadsTo: null }));
  const help = groups.map(({ path, words }): OutlinedCommand => ({
    path: `help ${path}`.trim(),
    words: [
      ...words.map((word) => ({ ...word, leadsTo: paths.has(word.leadsTo ?? '?') ? `help ${word.leadsTo}` : null })),
      ...(path === '' ? topicWords : []),
    ],
    flags: [],
    shared: null,
  }));
  return [...commands.filter(({ path }) => path !== 'help'), ...help];
}

/** A command as far as a command line is held against it; those below it are whole, too. */
export interface CommandShape {
  /** Without the program's name, e.g. `['serviceaccounts', 'list']`; empty for the program itself. */
  readonly path: readonly string[];
  readonly aliases: readonly string[];
  readonly arguments: readonly ArgumentShape[];
  /** Its own flags. Those of the program are the common ones, and `--help`, which every command has. */
  readonly flags: readonly FlagShape[];
  /** Long names of the common flags that it honours. */
  readonly commonFlags: readonly string[];
  readonly commands: readonly CommandShape[];
}

export interface ArgumentShape {
  /** e.g. `[words...]` */
  readonly name: string;
  readonly choices: readonly string[];
}

export interface FlagShape {
  /** e.g. `-q` */
  readonly short: string | null;
  /** e.g. `--query` */
  readonly long: string;
  /** A `switch` takes no value. */
  readonly kind: 'switch' | 'choice' | 'duration' | 'text';
  readonly choices: readonly string[];
  readonly isRepeatable: boolean;
}

/** The file beside the built program that holds the shape of the program, as JSON. */
export const shapeFile = 'commands.json';

const keys = 'path aliases arguments name choices flags short long kind isRepeatable commonFlags commands';

/** The text of that file: nothing of what is only shown. */
export function shapeText(program: CommandShape): string {
  return JSON.stringify(program, keys.split(' '));
}

/** A tree in the text of a file that the build wrote; null where it was damaged, because the program can do without it. */
export function readBuilt<Tree extends { readonly commands: readonly Tree[] }>(text: string): Tree | null {
  try {
    const tree: Tree | null = JSON.parse(text);
    return Array.isArray(tree?.commands) ? tree : null;
  } catch {
    return null;
  }
}

/** The command below `parent` with this name or alias. */
export function commandBelow(parent: CommandShape, word: string): CommandShape | undefined {
  return parent.commands.find(({ path, aliases }) => path.at(-1) === word || aliases.includes(word));
}

/** The last command that a word of `argv` names. */
export function deepestCommand(program: CommandShape, argv: readonly string[]): CommandShape {
  return argv.reduce((command, word) => commandBelow(command, word) ?? command, program);
}

/** The flags that a command takes: its own and the common ones that it honours. */
export function takenFlags(command: CommandShape, program: CommandShape): readonly FlagShape[] {
  return [...command.flags, ...program.flags.filter(({ long }) => command.commonFlags.includes(long))];
}

/** The flag with this long or short name. */
export function flagNamed<Flag extends FlagShape>(flags: readonly Flag[], name: string | undefined): Flag | undefined {
  return flags.find(({ long, short }) => long === name || short === name);
}

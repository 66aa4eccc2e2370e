import type { CommandNode, FlagNode } from '../read-tree.ts';

/** A command of the program, or the program itself, as `--help --json` prints it (docs/design.md 1). */
export interface CommandDocument {
  readonly name: string;
  /** What is typed behind `sactl`; empty for the program. */
  readonly path: readonly string[];
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly arguments: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly repeatable: boolean;
    readonly description: string;
    readonly choices: readonly string[] | null;
  }[];
  /** Of the program: the common flags. */
  readonly flags: readonly FlagDocument[];
  /** Names of the common flags that it takes. */
  readonly commonFlags: readonly string[];
  /** Names of the schemas of what it prints with `--json`; `[]` behind one says that it is an array. */
  readonly prints: readonly string[];
  /** Whole command lines. */
  readonly examples: readonly string[];
  readonly commands: readonly CommandDocument[];
}

interface FlagDocument {
  /** e.g. `--id` */
  readonly name: string;
  readonly short: string | null;
  readonly kind: FlagNode['kind'];
  /** What stands for its value in the help, e.g. `<id>`; null for a switch. */
  readonly value: string | null;
  readonly description: string;
  readonly choices: readonly string[] | null;
  readonly default: string | null;
  readonly repeatable: boolean;
  /** The title that it stands under in the help. */
  readonly group: string | null;
}

export function commandDocument(node: CommandNode): CommandDocument {
  const { path, aliases, summary, description, commonFlags, prints } = node;
  return {
    name: path.at(-1) ?? 'sactl',
    path,
    aliases,
    summary,
    description,
    arguments: node.arguments.map(({ name, description: text, choices }) => ({
      name: name.replaceAll(/[<>[\].]/g, ''),
      required: name.startsWith('<'),
      repeatable: name.includes('...'),
      description: text,
      choices: choices.length === 0 ? null : choices,
    })),
    flags: node.flags.map(flagDocument),
    commonFlags,
    prints,
    examples: examplesIn(node.after),
    commands: node.commands.map(commandDocument),
  };
}

function flagDocument({ long, short, kind, value, description, choices, isRepeatable, group }: FlagNode): FlagDocument {
  const [, text = '', fallback = null] = /^([^]*?)(?: \(default(?:: (.+))?\))?$/.exec(description) ?? [];
  return {
    name: long,
    short,
    kind,
    value,
    description: text,
    choices: choices.length === 0 ? null : choices,
    default: fallback,
    repeatable: isRepeatable,
    group,
  };
}

function examplesIn(after: string): readonly string[] {
  const [, lines = ''] = /(?:^|\n)Examples:\n((?: {2}\$ .*\n?)*)/.exec(after) ?? [];
  return [...lines.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line = '']) => line);
}

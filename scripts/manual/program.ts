import { isRepeatable } from '../../src/commands/completion/index.ts';
import { isTopic, type TopicName } from '../../src/commands/help/topic-names.ts';
import { topics } from '../../src/commands/help/topics.ts';
import { flagTitles } from '../../src/commands/help-layout.ts';
import { readTree, type CommandNode, type FlagNode } from '../../src/commands/read-tree.ts';
import { wholeTree } from '../../src/program.ts';
import { listed, literal, marksOf, plain, readBlocks, type HelpBlock, type Mark, type Words } from './help-text.ts';

/** The program with every command, as the command line has it. */
export async function readProgram(): Promise<CommandNode> {
  return readTree(await wholeTree(), isRepeatable);
}

/** The commands that can be run, in the order of the help. */
export function leaves(command: CommandNode): readonly CommandNode[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

/** A piece of the manual. */
export type Block =
  | { readonly kind: 'title'; readonly words: Words }
  | { readonly kind: 'text'; readonly words: Words }
  /** Terms and what they are, below a head. */
  | { readonly kind: 'rows'; readonly head: readonly [string, string]; readonly rows: readonly Row[] }
  | { readonly kind: 'code'; readonly lines: readonly string[] };

interface Row {
  readonly term: Words;
  readonly meaning: Words;
}

/** `term` says what rows begin with. */
export function blockOf(block: HelpBlock, term: string): Block {
  if (block.kind === 'code') return block;
  if (block.kind !== 'rows') return { kind: block.kind, words: marksOf(block.text) };
  const rows = block.rows.map((row) => ({
    term: [{ kind: 'syntax', text: row.term } as const],
    meaning: marksOf(row.meaning),
  }));
  return { kind: 'rows', head: [term, 'what it is'], rows };
}

/** The whole command lines that a command's help shows, and what it says beyond them. */
export function helpAfter({ after }: CommandNode): {
  readonly examples: readonly string[];
  readonly notes: readonly HelpBlock[];
} {
  const blocks = readBlocks(after);
  const title = blocks.findIndex((block) => block.kind === 'title' && block.text === 'Examples');
  const examples = blocks[title + 1];
  if (title === -1 || examples?.kind !== 'code') return { examples: [], notes: blocks };
  return { examples: examples.lines.map((line) => line.replace(/^\$ /, '')), notes: blocks.toSpliced(title, 2) };
}

/** Its own flags by what they do; none for a command without any. */
export function flagsOf({ flags }: CommandNode): readonly Block[] {
  return flagTitles.flatMap((title): readonly Block[] => {
    const rows = flags.filter(({ group }) => group === title).map(flagRow);
    const table: Block = { kind: 'rows', head: ['flag', 'what it does'], rows };
    if (rows.length === 0) return [];
    return title === null ? [table] : [{ kind: 'title', words: [plain(title)] }, table];
  });
}

function flagRow(flag: FlagNode): Row {
  const long: Mark = { kind: 'syntax', text: flag.value === null ? flag.long : `${flag.long} ${flag.value}` };
  return { term: flag.short === null ? [long] : [literal(flag.short), plain(', '), long], meaning: meaningOf(flag) };
}

/** Its arguments; none for a command without any. */
export function argumentsOf(command: CommandNode): readonly Block[] {
  const rows = command.arguments.map((argument) => ({
    term: [{ kind: 'operand', text: argument.name } as const],
    meaning: meaningOf(argument),
  }));
  return rows.length === 0 ? [] : [{ kind: 'rows', head: ['argument', 'what it is'], rows }];
}

/** What a flag or an argument is, what it can be, and what it is when it is not given. */
function meaningOf({ description, choices }: Pick<FlagNode, 'description' | 'choices'>): Words {
  const [, text = '', fallback] = /^([^]*?)(?: \(default: (.+)\))?$/.exec(description) ?? [];
  return [
    ...marksOf(text),
    ...(choices.length === 0 ? [] : [plain(': '), ...listed(choices.map((choice) => [literal(choice)]))]),
    ...(fallback === undefined ? [] : [plain(' (default: '), literal(fallback), plain(')')]),
  ];
}

/** Which common flags a command honours, in the shortest way. */
export interface CommonFlags {
  readonly kind: 'all' | 'except' | 'only';
  readonly flags: readonly string[];
}

/** Null for what takes no common flags, as `sactl help` does. */
export function commonFlagsOf(program: CommandNode, { commonFlags }: CommandNode): CommonFlags | null {
  const honoured = commonFlags.filter((flag) => flag !== '--version');
  if (honoured.length === 0) return null;
  const all = program.flags.map(({ long }) => long);
  const refused = all.filter((flag) => !commonFlags.includes(flag) && flag !== '--help');
  if (refused.length === 0) return { kind: 'all', flags: [] };
  return refused.length < honoured.length ? { kind: 'except', flags: refused } : { kind: 'only', flags: honoured };
}

/** The heading of a topic of the help. */
export function topicTitle(name: TopicName): string {
  return topics[name].title.replace(/ \(.*\)$/, '');
}

/** What a topic of the help says; `term` says what its rows begin with. */
export function topicBlocks(name: TopicName, term: string): readonly Block[] {
  return topics[name].blocks.map((block) => blockOf(block, term));
}

/** What words in quotes name: a command or a topic of the help. */
export type Reference =
  | { readonly kind: 'command'; readonly path: readonly string[] }
  | { readonly kind: 'topic'; readonly name: TopicName };

/** Reads words of a help text such as `sactl recover list --help`, `sactl help targets` or `accessrules list`. */
export function findReference(program: CommandNode, quoted: string): Reference | null {
  const words = quoted.replace(/^sactl /, '').split(' ');
  const [first, second = ''] = words;
  if (first === 'help' && isTopic(second)) return { kind: 'topic', name: second };
  const path = words.filter((word) => !word.startsWith('-'));
  const command = path.length === 0 ? null : findCommand(program, path);
  return command === null ? null : { kind: 'command', path: command.path };
}

/** The command with these names or aliases. */
export function findCommand(program: CommandNode, [word, ...rest]: readonly string[]): CommandNode | null {
  if (word === undefined) return program;
  const child = program.commands.find(({ path, aliases }) => path.at(-1) === word || aliases.includes(word));
  return child === undefined ? null : findCommand(child, rest);
}

/** The nouns and lone verbs that the help of a command speaks of, besides its own. */
export function mentionsIn(program: CommandNode, command: CommandNode): readonly string[] {
  const quoted = textsOf(command)
    .flatMap(marksOf)
    .filter(({ kind }) => kind === 'quoted');
  const names = quoted.flatMap(({ text }) => {
    const reference = findReference(program, text);
    return reference?.kind === 'command' ? reference.path.slice(0, 1) : [];
  });
  return [...new Set(names)].filter((name) => name !== command.path[0]).toSorted();
}

function textsOf({ description, flags, commands }: CommandNode): readonly string[] {
  return [description, ...flags.map((flag) => flag.description), ...commands.flatMap(textsOf)];
}

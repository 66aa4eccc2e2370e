import { topics as helpTopics, type TopicPart } from '../../src/commands/help/topics.ts';
import type { CommandDoc } from './command-tree.ts';
import type { HelpBlock } from './help-blocks.ts';

export type TopicName = keyof typeof helpTopics;

/** What `sactl help <name>` shows, without its heading. */
export const topics: Readonly<Record<TopicName, readonly HelpBlock[]>> = {
  'exit-codes': helpTopics['exit-codes'].parts.flatMap(blocksOf),
  targets: helpTopics.targets.parts.flatMap(blocksOf),
  environment: helpTopics.environment.parts.flatMap(blocksOf),
};

function blocksOf({ title, rows, text }: TopicPart): HelpBlock[] {
  const entries = Object.entries(rows ?? {}).map(([term, meaning]) => ({ term, meaning }));
  return [
    ...(title === undefined ? [] : [{ kind: 'title', text: title } as const]),
    ...(rows === undefined ? [] : [{ kind: 'rows', rows: entries } as const]),
    ...(text === undefined ? [] : [{ kind: 'text', text } as const]),
  ];
}

/** The headings of the topics in the reference. */
export const topicTitles: Readonly<Record<TopicName, string>> = {
  targets: 'Targets',
  'exit-codes': 'Exit codes',
  environment: 'Environment variables',
};

/** What words in quotes name: a command, a topic of the help, or neither. */
export type Reference =
  | { readonly kind: 'command'; readonly path: readonly string[] }
  | { readonly kind: 'topic'; readonly name: TopicName };

/** Reads words of a help text such as `sactl recover list --help`, `sactl help targets` or `accessrules list`. */
export function findReference(program: CommandDoc, quoted: string): Reference | null {
  const words = quoted.replace(/^sactl /, '').split(' ');
  const [first, second] = words;
  if (first === 'help' && isTopic(second)) return { kind: 'topic', name: second };
  const path = words.filter((word) => !word.startsWith('-'));
  const command = path.length === 0 ? null : findCommand(program, path);
  return command === null ? null : { kind: 'command', path: command.path };
}

/** The command with these names or aliases. */
export function findCommand(program: CommandDoc, [word, ...rest]: readonly string[]): CommandDoc | null {
  if (word === undefined) return program;
  const child = program.commands.find(({ path, aliases }) => path.at(-1) === word || aliases.includes(word));
  return child === undefined ? null : findCommand(child, rest);
}

function isTopic(word: string | undefined): word is TopicName {
  return word !== undefined && Object.hasOwn(topics, word);
}

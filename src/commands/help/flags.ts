import { commonFlags, flagGroups } from '../../session/flags.ts';
import type { Flag } from '../../session/flag.ts';
import type { HelpBlock, Topic } from './topic.ts';

type FlagName = keyof typeof commonFlags;

/** The common flags by what they are about. */
const parts: readonly { readonly title: string; readonly names: readonly FlagName[] }[] = [
  { title: 'Which connection', names: [...flagGroups.connection, ...flagGroups.organization] },
  { title: 'What is printed', names: [...flagGroups.output, ...flagGroups.raw, 'color', 'quiet', 'debug'] },
  { title: 'Before a change', names: [...flagGroups.change, ...flagGroups.turn, 'input'] },
];

/** What most commands take; those that a command lacks are refused by it. */
export const flags: Topic = {
  title: 'Common flags',
  blocks: [
    {
      kind: 'text',
      text: 'They stand before or after the command. The help of each command names those that it takes.',
    },
    ...parts.flatMap(({ title, names }): readonly HelpBlock[] => [
      { kind: 'title', text: title },
      { kind: 'rows', rows: names.map((name) => rowOf(commonFlags[name])) },
    ]),
    {
      kind: 'rows',
      rows: [
        { term: '-h, --help', meaning: 'show help on the command; with --json as JSON' },
        { term: '--version', meaning: 'print the version' },
      ],
    },
  ],
};

function rowOf({ flags: term, help, choices }: Flag & { readonly choices?: readonly string[] }) {
  return { term, meaning: choices === undefined ? help : `${help}: ${choices.join(', ')}` };
}

import type { CommandNode } from '../../src/commands/read-tree.ts';
import { marksOf, shellLines } from './help-text.ts';
import { code, codeBlock, linkTo, markdown, prose, table } from './markdown.ts';
import {
  argumentsOf,
  blockOf,
  commonFlagsOf,
  flagsOf,
  helpAfter,
  leaves,
  topicBlocks,
  topicTitle,
  type Block,
} from './program.ts';
import { files, overview } from './program-text.ts';

/** The topics of the help, in the order of the page, and what their rows begin with. */
const topics = [
  ['setup', 'command or variable'],
  ['config', 'key'],
  ['targets', 'target'],
  ['exit-codes', 'code'],
  ['environment', 'variable'],
] as const;

/** `docs/reference.md`: all that the help says, on one page with links. */
export function reference(program: CommandNode): string {
  function written(blocks: readonly Block[]): readonly string[] {
    return blocks.map((block) => markdown(program, block));
  }
  const parts = [
    '<!-- Made from the command tree by "npm run readme"; edit src/commands instead. -->',
    '# Command reference',
    ...overview.map((text) => prose(program, marksOf(text))),
    ...contents(program),
    '## Common flags',
    'Each command says which of these it honours.',
    ...written(flagsOf(program)),
    ...program.commands.flatMap((command) => chapter(program, command)),
    ...topics.flatMap(([name, term]) => [
      `## ${topicTitle(name)}`,
      `${code(`sactl help ${name}`)} shows these in the terminal.`,
      ...written(topicBlocks(name, term)),
    ]),
    '## Files',
    ...written([blockOf({ kind: 'rows', rows: files }, 'file')]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function contents({ commands }: CommandNode): readonly string[] {
  const rows = commands.map((command) => {
    const name = command.path.join(' ');
    const verbs = command.commands.length === 0 ? [] : leaves(command);
    const links = verbs.map(({ path }) => linkTo(path.join(' '), code(path.slice(1).join(' '))));
    return [linkTo(name, code(name)), command.summary, links.join(', ')];
  });
  const others = ['Common flags', ...topics.map(([name]) => topicTitle(name)), 'Files'];
  return [table(['command', 'what it is about', 'verbs'], rows), others.map((title) => linkTo(title)).join(' · ')];
}

/** A noun with all its verbs, or a verb that stands alone. */
function chapter(program: CommandNode, command: CommandNode): readonly string[] {
  if (command.commands.length === 0) return verb(program, command, '##');
  const aliases = command.aliases.map(code).join(' or ');
  return [
    `## ${command.path.join(' ')}`,
    `${prose(program, marksOf(command.description))}${aliases === '' ? '' : ` Also written ${aliases}.`}`,
    ...leaves(command).flatMap((child) => verb(program, child, '###')),
  ];
}

function verb(program: CommandNode, command: CommandNode, level: '##' | '###'): readonly string[] {
  const { examples, notes } = helpAfter(command);
  const lines = examples.flatMap((example) => shellLines(example, 100));
  return [
    `${level} ${command.path.join(' ')}`,
    prose(program, marksOf(command.description)),
    ...[...argumentsOf(command), ...flagsOf(command)].map((block) => markdown(program, block)),
    ...commonFlags(program, command),
    ...(lines.length === 0 ? [] : [codeBlock('sh', lines)]),
    ...notes.map((block) => markdown(program, blockOf(block, 'name'))),
  ];
}

function commonFlags(program: CommandNode, command: CommandNode): readonly string[] {
  const common = commonFlagsOf(program, command);
  if (common === null) return [];
  const names = common.flags.map(code).join(', ');
  const which = { all: 'all', except: `all but ${names}`, only: names }[common.kind];
  return [`${linkTo('Common flags')}: ${which}.`];
}

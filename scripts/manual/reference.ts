import { leaves, type CommandDoc } from './command-tree.ts';
import { anchorOf, code, link, table } from './markdown.ts';
import { prose } from './markdown-words.ts';
import { files, overview } from './program-text.ts';
import { chapter, flagTable, nameOf, rowTable, blockText } from './reference-parts.ts';
import { topics, topicTitles, type TopicName } from './references.ts';

/** `docs/reference.md`: all that the help says, on one page with links. */
export function reference(program: CommandDoc): string {
  const parts = [
    '<!-- Made from the command tree by "npm run readme"; edit src/commands instead. -->',
    '# Command reference',
    ...overview.map((text) => prose(program, text)),
    ...contents(program),
    '## Common flags',
    'Each command says which of these it honours.',
    flagTable(program, program),
    ...program.commands.flatMap((command) => chapter(program, command)),
    ...topic(program, 'targets', 'target'),
    ...topic(program, 'exit-codes', 'code'),
    ...topic(program, 'environment', 'variable'),
    '## Files',
    rowTable(program, files, 'file'),
  ];
  return `${parts.join('\n\n')}\n`;
}

function contents({ commands }: CommandDoc): readonly string[] {
  const rows = commands.map((command) => {
    const verbs = command.commands.length === 0 ? [] : leaves(command);
    return [
      linkTo(command, nameOf(command)),
      command.summary,
      verbs.map((verb) => linkTo(verb, verb.path.slice(1).join(' '))).join(', '),
    ];
  });
  const others = ['Common flags', ...Object.values(topicTitles), 'Files'];
  return [
    table(['command', 'what it is about', 'verbs'], rows),
    others.map((title) => link(title, anchorOf(title))).join(' · '),
  ];
}

function linkTo(command: CommandDoc, text: string): string {
  return link(code(text), anchorOf(nameOf(command)));
}

function topic(program: CommandDoc, name: TopicName, term: string): readonly string[] {
  return [
    `## ${topicTitles[name]}`,
    `${code(`sactl help ${name}`)} shows these in the terminal.`,
    ...topics[name].map((block) => blockText(program, block, term)),
  ];
}

import { leaves, type CommandDoc } from './command-tree.ts';
import { commonFlagsOf } from './common-flags.ts';
import type { HelpBlock, HelpRow } from './help-blocks.ts';
import { code, codeBlock, table } from './markdown.ts';
import { commonFlagsSentence, flagCell, meaningCell, prose } from './markdown-words.ts';
import { shellLines } from './shell-lines.ts';

/** e.g. `serviceaccounts list` */
export function nameOf({ path }: CommandDoc): string {
  return path.join(' ');
}

/** A noun with all its verbs, or a verb that stands alone. */
export function chapter(program: CommandDoc, command: CommandDoc): readonly string[] {
  if (command.commands.length === 0) return verb(program, command, '##');
  const aliases = command.aliases.map(code).join(' or ');
  return [
    `## ${nameOf(command)}`,
    `${prose(program, command.description)}${aliases === '' ? '' : ` Also written ${aliases}.`}`,
    ...leaves(command).flatMap((child) => verb(program, child, '###')),
  ];
}

function verb(program: CommandDoc, command: CommandDoc, level: '##' | '###'): readonly string[] {
  const common = commonFlagsOf(program, command);
  return [
    `${level} ${nameOf(command)}`,
    prose(program, command.description),
    ...(command.arguments.length === 0 ? [] : [argumentTable(program, command)]),
    ...(command.flags.length === 0 ? [] : [flagTable(program, command)]),
    ...(common === null ? [] : [commonFlagsSentence(common)]),
    ...(command.examples.length === 0 ? [] : [exampleBlock(command.examples)]),
    ...command.notes.map((block) => blockText(program, block, 'name')),
  ];
}

function argumentTable(program: CommandDoc, command: CommandDoc): string {
  return table(
    ['argument', 'what it is'],
    command.arguments.map((each) => [code(each.name), meaningCell(program, each)]),
  );
}

/** The flags of a command of its own. */
export function flagTable(program: CommandDoc, { flags }: CommandDoc): string {
  return table(
    ['flag', 'what it does'],
    flags.map((flag) => [flagCell(flag), meaningCell(program, flag)]),
  );
}

/** A piece of a help text; `term` says what its rows begin with. */
export function blockText(program: CommandDoc, block: HelpBlock, term: string): string {
  if (block.kind === 'title') return `**${prose(program, block.text)}**`;
  if (block.kind === 'text') return prose(program, block.text);
  return block.kind === 'rows' ? rowTable(program, block.rows, term) : codeBlock('console', block.lines);
}

export function rowTable(program: CommandDoc, rows: readonly HelpRow[], term: string): string {
  return table(
    [term, 'what it is'],
    rows.map((row) => [row.term.split(', ').map(code).join(', '), prose(program, row.meaning)]),
  );
}

function exampleBlock(examples: readonly string[]): string {
  return codeBlock(
    'sh',
    examples.flatMap((example) => shellLines(example, 100)),
  );
}

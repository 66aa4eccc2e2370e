import type { CommandDoc } from './command-tree.ts';
import { commonFlagsOf } from './common-flags.ts';
import type { HelpBlock, HelpRow } from './help-blocks.ts';
import { commonFlagsSentence, meaning, flagTerm, prose, syntax, usage } from './man-words.ts';
import { bold, comment, heading, item, line, paragraph, section, stacked, verbatim, type Roff } from './roff.ts';
import { shellLines } from './shell-lines.ts';

/** What is the same in every page. */
export interface Edition {
  /** e.g. `0.1.0` */
  readonly version: string;
  /** e.g. `2026-11-22`; empty for a version that is not released. */
  readonly date: string;
}

/** A page's file below `man/`, without the section. */
export function pageName({ path }: CommandDoc): string {
  return ['sactl', ...path].join('-');
}

export function opening(command: CommandDoc, title: string, { version, date }: Edition): Roff {
  const name = pageName(command);
  return [
    ...comment('Made from the command tree by "npm run readme"; edit src/commands instead.'),
    ...heading({ name, date, source: `sactl ${version}`, manual: 'sactl manual' }),
    ...section('NAME'),
    line([`${name} - ${title.charAt(0).toLowerCase()}${title.slice(1).replace(/\.$/, '')}`]),
  ];
}

export function synopsis(commands: readonly CommandDoc[]): Roff {
  return [...section('SYNOPSIS'), ...stacked(commands.map(usage))];
}

export function flagItems(program: CommandDoc, command: CommandDoc): Roff {
  const common = commonFlagsOf(program, command);
  return [
    ...command.flags.flatMap((flag) => item(flagTerm(flag), meaning(flag))),
    ...(common === null ? [] : paragraph(commonFlagsSentence(common))),
  ];
}

/** A piece of a help text; `titled` makes headings of the kind that its place asks for. */
export function blockLines(block: HelpBlock, titled: (title: string) => Roff): Roff {
  if (block.kind === 'title') return titled(block.text);
  if (block.kind === 'text') return paragraph(prose(block.text));
  return block.kind === 'rows' ? rowItems(block.rows) : verbatim(block.lines);
}

export function rowItems(rows: readonly HelpRow[]): Roff {
  return rows.flatMap((row) => item(syntax(row.term), prose(row.meaning)));
}

/** What is left of 80 columns beside the indentation. */
const exampleWidth = 71;

export function exampleLines(examples: readonly string[]): Roff {
  return verbatim(
    examples.flatMap((example) =>
      shellLines(example, exampleWidth - 2).map((text, index) => `${index === 0 ? '$ ' : '  '}${text}`),
    ),
  );
}

/** e.g. `sactl(1), sactl-recover(1)` */
export function pageNames(names: readonly string[]): string {
  return line(names.flatMap((name, index) => [...(index === 0 ? [] : [', ']), bold(name), '(1)']));
}

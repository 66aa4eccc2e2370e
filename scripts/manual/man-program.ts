import type { CommandDoc } from './command-tree.ts';
import type { HelpBlock } from './help-blocks.ts';
import {
  exampleLines,
  flagItems,
  opening,
  pageName,
  pageNames,
  rowItems,
  blockLines,
  synopsis,
  type Edition,
} from './man-parts.ts';
import { prose, usage } from './man-words.ts';
import { files, overview } from './program-text.ts';
import { topics } from './references.ts';
import { bold, item, paragraph, section, subsection, type Roff } from './roff.ts';

/** `sactl(1)`: what holds for every command, and where each has its page. */
export function programPage(program: CommandDoc, commands: readonly CommandDoc[], edition: Edition): Roff {
  const others = program.commands.filter((command) => !commands.includes(command));
  return [
    ...opening(program, program.description, edition),
    ...synopsis([program]),
    ...section('DESCRIPTION'),
    ...overview.flatMap((text) => paragraph(prose(text))),
    ...section('COMMANDS'),
    ...commands.flatMap(commandItem),
    ...others.flatMap((command) => item(usage(command), prose(command.description))),
    ...section('COMMON FLAGS'),
    ...flagItems(program, program),
    ...section('TARGETS'),
    ...topics.targets.flatMap(topicLines),
    ...section('EXIT STATUS'),
    ...topics['exit-codes'].flatMap(topicLines),
    ...section('ENVIRONMENT'),
    ...topics.environment.flatMap(topicLines),
    ...section('FILES'),
    ...rowItems(files),
    ...section('EXAMPLES'),
    ...exampleLines(program.examples),
    ...section('SEE ALSO'),
    pageNames([...commands.map(pageName), 'jq']),
  ];
}

function topicLines(block: HelpBlock): Roff {
  return blockLines(block, subsection);
}

function commandItem(command: CommandDoc): Roff {
  const also = command.aliases.length === 0 ? '' : ` Also ${command.aliases.join(' or ')}.`;
  return item([bold(pageName(command)), '(1)'], [`${command.summary}.${also}`]);
}

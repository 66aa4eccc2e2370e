import { leaves, type CommandDoc } from './command-tree.ts';
import type { HelpBlock } from './help-blocks.ts';
import { blockLines, exampleLines, flagItems, opening, pageNames, synopsis, type Edition } from './man-parts.ts';
import { meaning, prose } from './man-words.ts';
import { mentions } from './mentions.ts';
import { bold, item, paragraph, section, subsection, type Roff, type Words } from './roff.ts';

/** The page of a noun with all its verbs, or of a verb that stands alone. */
export function commandPage(program: CommandDoc, command: CommandDoc, edition: Edition): Roff {
  const { summary, commands } = command;
  return [
    ...opening(command, summary, edition),
    ...synopsis(leaves(command)),
    ...(commands.length === 0 ? verbPage(program, command) : nounPage(program, command)),
    ...section('SEE ALSO'),
    pageNames(['sactl', ...mentions(program, command).map((name) => `sactl-${name}`)]),
  ];
}

function nounPage(program: CommandDoc, command: CommandDoc): Roff {
  return [
    ...section('DESCRIPTION'),
    ...paragraph([...prose(command.description), ...aliasSentence(command)]),
    ...paragraph(general),
    ...section('COMMANDS'),
    ...leaves(command).flatMap((verb) => verbLines(program, verb)),
  ];
}

function verbLines(program: CommandDoc, verb: CommandDoc): Roff {
  return [
    ...subsection(`sactl ${verb.path.join(' ')}`),
    ...paragraph(prose(verb.description)),
    ...flagItems(program, verb),
    ...paragraph(['Examples:']),
    ...exampleLines(verb.examples),
    ...verb.notes.flatMap(noteLines),
  ];
}

function verbPage(program: CommandDoc, command: CommandDoc): Roff {
  return [
    ...section('DESCRIPTION'),
    ...paragraph(prose(command.description)),
    ...argumentLines(command),
    ...section('FLAGS'),
    ...flagItems(program, command),
    ...paragraph(general),
    ...section('EXAMPLES'),
    ...exampleLines(command.examples),
    ...(command.notes.length === 0 ? [] : section('NOTES')),
    ...command.notes.flatMap(noteLines),
  ];
}

const general: Words = ['The common flags, exit codes, variables and files are in ', bold('sactl'), '(1).'];

function noteLines(block: HelpBlock): Roff {
  return blockLines(block, (title) => paragraph([...prose(title), ':']));
}

function argumentLines({ arguments: operands }: CommandDoc): Roff {
  if (operands.length === 0) return [];
  return [...section('ARGUMENTS'), ...operands.flatMap((operand) => item([operand.name], meaning(operand)))];
}

function aliasSentence({ path, aliases }: CommandDoc): Words {
  if (aliases.length === 0) return [];
  return [` ${path.join(' ')} can also be written ${aliases.join(' or ')}.`];
}

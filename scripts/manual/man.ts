import type { CommandNode } from '../../src/commands/read-tree.ts';
import type { TopicName } from '../../src/commands/help/topic-names.ts';
import { listed, literal, marksOf, plain, shellLines, type Words } from './help-text.ts';
import { argumentsOf, blockOf, commonFlagsOf, flagsOf, helpAfter, leaves, mentionsIn, topicBlocks } from './program.ts';
import { files, overview } from './program-text.ts';
import { heading, item, line, page, paragraph, roff, section, subsection, type Roff } from './roff.ts';

/** What is the same in every page. */
export interface Edition {
  /** e.g. `0.1.0` */
  readonly version: string;
  /** e.g. `2026-11-22`; empty for a version that is not released. */
  readonly date: string;
}

/**
 * Every page of the manual, by its file name: one for the program, and one for each noun or verb directly below it.
 * `help` is in the program's own page.
 */
export function manPages(program: CommandNode, edition: Edition): ReadonlyMap<string, string> {
  const commands = program.commands.filter(({ path }) => path[0] !== 'help');
  const pages = [program, ...commands].map((command): readonly [string, string] => {
    const body = command === program ? programPage(program, commands) : commandPage(program, command);
    return [`${pageName(command)}.1`, page([...opening(command, edition), ...body])];
  });
  return new Map(pages);
}

/** A page's file below `man/`, without the section. */
function pageName({ path }: CommandNode): string {
  return ['sactl', ...path].join('-');
}

function opening(command: CommandNode, { version, date }: Edition): Roff {
  const name = pageName(command);
  const isProgram = command.path.length === 0;
  const title = isProgram ? command.description : command.summary;
  const usages = (isProgram ? [command] : leaves(command)).map((each) => line(usage(each)));
  return [
    '.\\" Made from the command tree by "npm run readme"; edit src/commands instead.',
    ...heading({ name, date, source: `sactl ${version}`, manual: 'sactl manual' }),
    ...section('NAME'),
    line([plain(`${name} - ${title.charAt(0).toLowerCase()}${title.slice(1).replace(/\.$/, '')}`)]),
    ...section('SYNOPSIS'),
    ...usages.flatMap((text, index) => (index === 0 ? [text] : ['.br', text])),
    ...section('DESCRIPTION'),
  ];
}

/** `sactl(1)`: what holds for every command, and where each has its page. */
function programPage(program: CommandNode, commands: readonly CommandNode[]): Roff {
  const others = program.commands.filter((command) => !commands.includes(command));
  return [
    ...overview.flatMap((text) => paragraph(marksOf(text))),
    ...section('COMMANDS'),
    ...commands.flatMap(commandItem),
    ...others.flatMap((command) => item(usage(command), marksOf(command.description))),
    ...section('COMMON FLAGS'),
    ...flagLines(program, program),
    ...section('SETTING UP'),
    ...topicLines('setup'),
    ...section('TARGETS'),
    ...topicLines('targets'),
    ...section('EXIT STATUS'),
    ...topicLines('exit-codes'),
    ...section('ENVIRONMENT'),
    ...topicLines('environment'),
    ...section('FILES'),
    ...roff(blockOf({ kind: 'rows', rows: files }, 'file')),
    ...section('EXAMPLES'),
    ...exampleLines(helpAfter(program).examples),
    ...seeAlso([...commands.map(pageName), 'jq']),
  ];
}

function topicLines(name: TopicName): Roff {
  return topicBlocks(name, 'name').flatMap((block) =>
    block.kind === 'title' ? subsection(block.words.map(({ text }) => text).join('')) : roff(block),
  );
}

function commandItem(command: CommandNode): Roff {
  const also = command.aliases.length === 0 ? '' : ` Also ${command.aliases.join(' or ')}.`;
  return item([literal(pageName(command)), plain('(1)')], [plain(`${command.summary}.${also}`)]);
}

/** The page of a noun with all its verbs, or of a verb that stands alone. */
function commandPage(program: CommandNode, command: CommandNode): Roff {
  const { path, aliases } = command;
  const also = aliases.length === 0 ? '' : ` ${path.join(' ')} can also be written ${aliases.join(' or ')}.`;
  const general = [plain('The common flags, exit codes, variables and files are in '), literal('sactl'), plain('(1).')];
  const { examples, notes } = helpAfter(command);
  const operands = argumentsOf(command);
  const body =
    command.commands.length > 0
      ? [...paragraph(general), ...section('COMMANDS'), ...leaves(command).flatMap((verb) => verbLines(program, verb))]
      : [
          ...(operands.length === 0 ? [] : section('ARGUMENTS')),
          ...operands.flatMap(roff),
          ...section('FLAGS'),
          ...flagLines(program, command),
          ...paragraph(general),
          ...section('EXAMPLES'),
          ...exampleLines(examples),
          ...(notes.length === 0 ? [] : section('NOTES')),
          ...notes.flatMap((block) => roff(blockOf(block, 'name'))),
        ];
  return [
    ...paragraph([...marksOf(command.description), plain(also)]),
    ...body,
    ...seeAlso(['sactl', ...mentionsIn(program, command).map((name) => `sactl-${name}`)]),
  ];
}

function verbLines(program: CommandNode, verb: CommandNode): Roff {
  const { examples, notes } = helpAfter(verb);
  return [
    ...subsection(`sactl ${verb.path.join(' ')}`),
    ...paragraph(marksOf(verb.description)),
    ...flagLines(program, verb),
    ...paragraph([plain('Examples:')]),
    ...exampleLines(examples),
    ...notes.flatMap((block) => roff(blockOf(block, 'name'))),
  ];
}

/** e.g. `sactl(1), sactl-recover(1)` */
function seeAlso(names: readonly string[]): Roff {
  return [...section('SEE ALSO'), line(listed(names.map((name) => [literal(name), plain('(1)')])))];
}

function flagLines(program: CommandNode, command: CommandNode): Roff {
  const own = flagsOf(command).flatMap(roff);
  const common = commonFlagsOf(program, command);
  if (common === null) return own;
  const names = listed(common.flags.map((flag) => [literal(flag)]));
  const which = { all: 'all common flags', except: 'all common flags but ', only: 'the common flags ' }[common.kind];
  return [...own, ...paragraph([plain(`Honours ${which}`), ...names, plain('.')])];
}

/** What is left of 80 columns beside the indentation and the prompt. */
const exampleWidth = 69;

function exampleLines(examples: readonly string[]): Roff {
  const lines = examples.flatMap((example) =>
    shellLines(example, exampleWidth).map((text, index) => `${index === 0 ? '$' : ' '} ${text}`),
  );
  return roff({ kind: 'code', lines });
}

/** e.g. `sactl serviceaccounts list [flags]` */
function usage({ path, flags, commands, arguments: operands }: CommandNode): Words {
  const isGroup = commands.length > 0;
  return [
    literal(['sactl', ...path].join(' ')),
    ...(flags.length > 0 || isGroup ? [plain(' ['), { kind: 'placeholder', text: 'flags' } as const, plain(']')] : []),
    ...(isGroup ? [plain(' '), { kind: 'placeholder', text: 'command' } as const] : []),
    ...operands.map(({ name }) => plain(` ${name}`)),
  ];
}

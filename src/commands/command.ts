import type { Command, CommandUnknownOpts, Option } from '@commander-js/extra-typings';

import { sactl, type CommandLine } from '../model/hint.ts';
import { UsageError } from '../errors.ts';
import { flagGroups, type FlagGroup } from '../session/flags.ts';
import type { Verb } from '../session/invocation.ts';

/** What a verb is given when it is declared. */
export interface Host {
  /** Runs the verb when its command is called, and keeps its exit code. */
  readonly run: (verb: Verb) => Promise<void>;
}

export interface Declaration {
  readonly summary: string;
  /** Full sentences under the usage line. */
  readonly description: string;
  /** Groups of common flags that this verb honours; any other common flag is refused. */
  readonly honours: readonly FlagGroup[];
  /** Whole command lines. */
  readonly examples: readonly string[];
}

/** Declares a verb below a noun, with help in the same order everywhere. */
export function declareVerb(noun: CommandUnknownOpts, name: string, declaration: Declaration): Command {
  const refused = refusedFlags(declaration.honours);
  return noun
    .command(name)
    .summary(declaration.summary)
    .description(declaration.description)
    .addHelpText('after', examplesText(declaration.examples))
    .configureHelp({
      showGlobalOptions: true,
      visibleGlobalOptions: (command) =>
        commonOptions(command).filter((option) => !refused.has(option.attributeName())),
    })
    .hook('preAction', (_, command) => {
      refuseFlags(command, refused);
      if (!declaration.honours.includes('fleet')) refuseSeveral(command);
    });
}

function refusedFlags(honours: readonly FlagGroup[]): ReadonlySet<string> {
  const refused = new Set<string>(Object.values(flagGroups).flat());
  for (const key of honours.flatMap((group) => flagGroups[group])) refused.delete(key);
  return refused;
}

function refuseFlags(command: CommandUnknownOpts, refused: ReadonlySet<string>): void {
  const given = commonOptions(command).filter(
    (option) =>
      refused.has(option.attributeName()) && root(command).getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (given.length === 0) return;
  const path = commandPath(command);
  throw new UsageError(
    given.map((option) => `${option.long ?? option.flags} does nothing with "${path}"`),
    { hint: helpCommand(command) },
  );
}

function refuseSeveral(command: CommandUnknownOpts): void {
  const given: unknown = root(command).getOptionValue('profile');
  if (Array.isArray(given) && given.length > 1) throw new UsageError('--profile is given twice');
}

function commonOptions(command: CommandUnknownOpts): readonly Option[] {
  return root(command).options.filter((option) => !option.hidden);
}

function root(command: CommandUnknownOpts): CommandUnknownOpts {
  return command.parent === null ? command : root(command.parent);
}

/** e.g. `sactl serviceaccounts list` */
function commandPath(command: CommandUnknownOpts): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}

/** e.g. `sactl serviceaccounts list --help` */
export function helpCommand(command: CommandUnknownOpts): CommandLine {
  return sactl`${commandPath(command).split(' ').slice(1)} --help`;
}

/** The command below `parent` with this name or alias. */
export function findSubcommand(parent: CommandUnknownOpts, word: string): CommandUnknownOpts | undefined {
  return parent.commands.find((command) => command.name() === word || command.aliases().includes(word));
}

function examplesText(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`;
}

import { InvalidArgumentError, Option, type Command, type CommandUnknownOpts } from '@commander-js/extra-typings';

import type { Reach } from '../config/configuration.ts';
import { UsageError } from '../errors.ts';
import { providerNames } from '../model/account.ts';
import { sactl, type CommandLine } from '../model/hint.ts';
import { durationForms, parseDuration } from '../model/duration.ts';
import { listOf } from '../model/text.ts';
import { providersWith } from '../providers/registry.ts';
import { repeated, type Flag, type FlagTable } from '../session/flag.ts';
import { flagGroups } from '../session/flags.ts';
import type { BoundVerb, Invocation } from '../session/invocation.ts';
import { helpLayout } from './help-layout.ts';
import type { Noun } from './nouns.ts';
import type { Verb, VerbHelp } from './verb.ts';

/** Called with the verb that the command line names, and with the connections that it can work on. */
export type Choose = (run: BoundVerb, reach?: Reach) => void;

/** Declares a noun without its verbs. */
export function addNoun(
  parent: CommandUnknownOpts,
  name: string,
  { summary, aliases = [], examples }: Noun,
): CommandUnknownOpts {
  return parent
    .command(name)
    .helpCommand(false)
    .aliases([...aliases])
    .summary(summary)
    .description(`${summary}.`)
    .addHelpText('after', exampleText(examples));
}

/** Adds the named verb, or all: those of accounts have many flags, which take 4 ms to load and declare. */
export async function addVerbs(
  noun: CommandUnknownOpts,
  { verbs }: Noun,
  { named, choose }: { readonly named?: string | undefined; readonly choose: Choose },
): Promise<void> {
  const all = Object.entries(verbs);
  const only = all.filter(([name]) => name === named);
  for (const [name, one] of only.length === 0 ? all : only) {
    if (typeof one === 'function') addVerb(noun, name, await one(), choose);
    else await addVerbs(addNoun(noun, name, one), one, { choose });
  }
}

/** Adds a verb below its noun. */
export function addVerb(parent: CommandUnknownOpts, name: string, added: Verb, choose: Choose): void {
  const command = describe(parent, name, added);
  addFlags(command, added.flags);
  for (const { name: operand, help, isOptional } of added.operands) {
    command.argument(isOptional ? `[${operand}]` : `<${operand}>`, help);
  }
  command.action(() => {
    const words = command.args.slice(0, added.operands.length);
    const values = command.opts();
    choose(
      async (invocation) => added.run(invocation, await stdinRead(invocation, values), words),
      reachOf(added, values),
    );
  });
}

/** The flags with the one id that `--id -` reads; a flag that takes several ids stays as it is. */
async function stdinRead({ ctx }: Invocation, values: Readonly<Record<string, unknown>>): Promise<object> {
  if (values['id'] !== '-') return values;
  const { readOneId } = await import('../session/stdin-ids.ts');
  return { ...values, id: await readOneId(ctx) };
}

/** Where no provider understands all flags, none is preferred. */
function reachOf({ needs, flags, honours, several }: Verb, values: Readonly<Record<string, unknown>>): Reach {
  const able = needs === undefined ? providerNames : providersWith(needs);
  const given = Object.entries(flags).filter(([name]) => values[name] !== undefined);
  const fitting = able.filter((provider) => given.every(([, { only = provider }]) => only === provider));
  return {
    able,
    preferred: fitting.length === 0 ? able : fitting,
    several: honours.includes('fleet') && several?.(values) !== false,
  };
}

/** Adds a command without its own flags; the parts of its help are in the same order everywhere. */
export function describe(parent: CommandUnknownOpts, name: string, description: VerbHelp): Command {
  const { honours } = description;
  const honoured = new Set<string>(honours.flatMap((group) => flagGroups[group]));
  const refused = new Set<string>(
    Object.values(flagGroups)
      .flat()
      .filter((key) => !honoured.has(key)),
  );
  const command = parent
    .command(name)
    .summary(description.summary)
    .description(description.description)
    .addHelpText('after', exampleText(description.examples) + printsText(description))
    .configureHelp({
      ...helpLayout,
      visibleGlobalOptions: (shown) => commonOptions(shown).filter((option) => !refused.has(option.attributeName())),
    })
    .hook('preAction', (_, called) => {
      refuseFlags(called, refused);
      refuseTwoReaders(called);
      const profiles: unknown = rootOf(called).getOptionValue('profile');
      const areSeveral = Array.isArray(profiles) && profiles.length > 1;
      if (areSeveral && !honours.includes('fleet')) throw new UsageError('--profile is given twice');
    });
  return description.notes === undefined ? command : command.addHelpText('after', description.notes);
}

function exampleText(examples: readonly string[]): string {
  return ['\nExamples:', ...examples.map((example) => `  $ ${example}`)].join('\n');
}

/** e.g. `JSON: an array of "sactl schema account".`, which `readTree` reads again. */
function printsText({ prints = [], honours }: VerbHelp): string {
  if (prints.length === 0) return '';
  const names = prints.map((name) => {
    const quotedName = `"sactl schema ${name.replace('[]', '')}"`;
    return name.endsWith('[]') ? `an array of ${quotedName}` : quotedName;
  });
  const rest = honours.includes('change') ? ';\nwith --dry-run, "sactl schema dry-run"' : '';
  return `\n\nJSON: ${listOf(names, 'or')}${rest}.`;
}

/** @throws Error when a key of the table is not the parser's name for the flag */
export function addFlags(command: CommandUnknownOpts, table: FlagTable): void {
  for (const [name, flag] of Object.entries(table)) {
    for (const option of optionsOf(isOneId(name, flag) ? { ...flag, help: `${flag.help}${fromStdin}` } : flag)) {
      if (option.attributeName() !== name) throw new Error(`"${name}" is not the name of ${flag.flags}`);
      command.addOption(option);
    }
  }
}

const fromStdin = '; "-" reads it from stdin';

/** Whether it takes one id, which may come from standard input everywhere. */
function isOneId(name: string, { kind }: Flag): boolean {
  return name === 'id' && kind === 'text';
}

function optionsOf(flag: Flag & { readonly choices?: readonly string[] }): readonly Option[] {
  const option = new Option(flag.flags, flag.help);
  if (flag.kind === 'list') return [option.argParser(repeated)];
  if (flag.kind === 'timeout') return [option.argParser(readTimeout)];
  if (flag.choices !== undefined) return [option.choices(flag.choices)];
  if (flag.noHelp === undefined) return [option];
  return [option, new Option(flag.flags.replace('--', '--no-'), flag.noHelp)];
}

const longestTimeoutMs = 3_600_000;

function readTimeout(value: string): number {
  const milliseconds = parseDuration(value);
  if (milliseconds === null) throw new InvalidArgumentError(`must have the form ${durationForms}`);
  if (milliseconds > longestTimeoutMs) throw new InvalidArgumentError('must be at most 1h');
  return milliseconds;
}

function refuseFlags(command: CommandUnknownOpts, refused: ReadonlySet<string>): void {
  const given = commonOptions(command)
    .filter((option) => refused.has(option.attributeName()))
    .filter((option) => rootOf(command).getOptionValueSource(option.attributeName()) === 'cli');
  if (given.length === 0) return;
  const path = commandPath(command);
  throw new UsageError(
    given.map((option) => `${option.long ?? option.flags} does nothing with "${path}"`),
    { hint: helpCommand(command) },
  );
}

/** Flags that read standard input: as switches, or where their value is `-`. */
const readers = new Set(['file', 'stdin', 'id', 'queryFile']);

/** @throws UsageError where several flags read standard input, of which all but the first would get nothing */
function refuseTwoReaders(command: CommandUnknownOpts): void {
  const reading = [...command.options, ...commonOptions(command)].filter((option) => {
    const owner = command.options.includes(option) ? command : rootOf(command);
    const value: unknown = owner.getOptionValue(option.attributeName());
    const isDash = value === '-' || (Array.isArray(value) && value.includes('-'));
    return readers.has(option.attributeName()) && (isDash || (option.attributeName() === 'stdin' && value === true));
  });
  // A document that is given twice, or beside several ids, commands refuse with all else that is wrong.
  const isRefusedHere = reading.some((option) => {
    const name = option.attributeName();
    return name === 'queryFile' || (name === 'id' && command.getOptionValue(name) === '-');
  });
  if (reading.length < 2 || !isRefusedHere) return;
  const names = reading.map(({ long }) => (long === '--stdin' ? long : `${long ?? ''} -`));
  throw new UsageError(`${listOf(names)} read standard input, which can be read once`);
}

function commonOptions(command: CommandUnknownOpts): readonly Option[] {
  return rootOf(command).options.filter((option) => !option.hidden);
}

/** The program that a command is of. */
export function rootOf(command: CommandUnknownOpts): CommandUnknownOpts {
  return command.parent === null ? command : rootOf(command.parent);
}

/** e.g. `sactl serviceaccounts list` */
function commandPath(command: CommandUnknownOpts): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}

/** e.g. `sactl serviceaccounts list --help` */
function helpCommand(command: CommandUnknownOpts): CommandLine {
  return sactl`${commandPath(command).split(' ').slice(1)} --help`;
}

/** The command below `parent` with this name or alias. */
export function findSubcommand(parent: CommandUnknownOpts, word: string): CommandUnknownOpts | undefined {
  return parent.commands.find((command) => command.name() === word || command.aliases().includes(word));
}

import type { CommandUnknownOpts, Help, HelpConfiguration, Option } from '@commander-js/extra-typings';

/** Flags of commands under a title. */
interface Group {
  readonly title: string;
  /** Only of the verbs with these names; without them of any. */
  readonly verbs?: readonly string[];
  /** The names under which a verb gets their values, with spaces between them. */
  readonly flags: string;
}

/** What the flags of verbs do, in the order of the help; the first group that has a flag is its. */
const groups: readonly Group[] = [
  {
    title: 'Which accounts',
    verbs: ['list', 'rotate'],
    flags:
      'id all match search tag status expiringWithin olderThan ageFrom unusedFor active includeExpired includeDisabled',
  },
  { title: 'Which', flags: 'id account all generation' },
  { title: 'A token from the console (Augment)', verbs: ['rotate'], flags: 'file stdin token' },
  { title: 'Output', flags: 'sort columns wide limit since reveal' },
  {
    title: 'The account',
    flags:
      'file stdin name description token group addGroup removeGroup tag removeTag enable disable ifMissing allowDuplicate',
  },
  { title: 'Rights (Run:ai)', flags: 'role scope cluster keepRules' },
  { title: 'The new credential', flags: 'to verify reissue journal capsule' },
  { title: 'Several accounts', flags: 'concurrency report' },
  { title: 'Confirmation', flags: 'dryRun yes allowSelf allowTenantChange supersede ignoreMissing done wait' },
];

/** The titles in the order of the help; null is that of flags without any. */
export const flagTitles: readonly (string | null)[] = [null, ...groups.map(({ title }) => title)];

/** Common flags that matter to a change so much that its help shows them in full. */
const shownInFull = ['dryRun', 'yes', 'wait'];

/** The title that a flag of a verb stands under; null is that of flags without any. */
export function flagTitle(verb: string, flag: string): string | null {
  const group = groups.find(({ verbs, flags }) => flags.split(' ').includes(flag) && (verbs?.includes(verb) ?? true));
  return group?.title ?? null;
}

/** The commands of the program, by what they are for. */
const commandTitles: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: 'Accounts', names: ['serviceaccounts', 'tokens', 'accessrules'] },
  { title: 'What accounts can have', names: ['groups', 'roles', 'scopes', 'orgs'] },
  { title: 'Journal and state', names: ['recover', 'audit', 'state'] },
  { title: 'Setting up', names: ['config', 'whoami', 'doctor', 'sandbox', 'completion', 'schema', 'help'] },
];

/** The layout of all help: flags by what they do, and of the common ones only the names. */
export const helpLayout: HelpConfiguration = { formatHelp };

interface Item {
  readonly title: string;
  readonly term: string;
  readonly text: string;
}

function formatHelp(command: CommandUnknownOpts, helper: Help): string {
  const all = [...argumentItems(command, helper), ...flagItems(command, helper), ...commandItems(command, helper)];
  const width = Math.max(...all.map(({ term }) => helper.displayWidth(term)), 0);
  const titles = [...new Set(all.map(({ title }) => title))];
  const sections = titles.map((title) => {
    const items = all.filter((item) => item.title === title);
    return [`${title}:`, ...items.map(({ term, text }) => helper.formatItem(term, width, text, helper))].join('\n');
  });
  const wide = helper.helpWidth ?? 80;
  return [
    `Usage: ${helper.commandUsage(command)}`,
    helper.boxWrap(helper.commandDescription(command), wide),
    ...sections,
    helper.boxWrap(commonLine(command, helper), wide),
    '',
  ]
    .join('\n\n')
    .replace(/\n\n$/, '\n');
}

function argumentItems(command: CommandUnknownOpts, helper: Help): readonly Item[] {
  return helper
    .visibleArguments(command)
    .map((argument) => ({
      title: 'Arguments',
      term: helper.argumentTerm(argument),
      text: helper.argumentDescription(argument),
    }));
}

/** None for what has commands: the program's are the common ones. */
function flagItems(command: CommandUnknownOpts, helper: Help): readonly Item[] {
  if (command.commands.length > 0) return [];
  const common = helper.visibleGlobalOptions(command).filter((option) => shownInFull.includes(option.attributeName()));
  const own = command.options.filter(({ hidden }) => !hidden);
  return flagTitles.flatMap((title) =>
    [...own, ...common]
      .filter((option) => flagTitle(command.name(), option.attributeName()) === title)
      .map((option) => ({
        title: title ?? 'Flags',
        term: helper.optionTerm(option),
        text: helper.optionDescription(option),
      })),
  );
}

function commandItems(command: CommandUnknownOpts, helper: Help): readonly Item[] {
  const children = helper.visibleCommands(command);
  function itemsOf(title: string, commands: readonly CommandUnknownOpts[]): readonly Item[] {
    return commands.map((child) => ({
      title,
      term: helper.subcommandTerm(child),
      text: helper.subcommandDescription(child),
    }));
  }
  if (command.parent !== null) return itemsOf('Commands', children);
  return commandTitles.flatMap(({ title, names }) =>
    itemsOf(
      title,
      children.filter((child) => names.includes(child.name())),
    ),
  );
}

function commonLine(command: CommandUnknownOpts, helper: Help): string {
  if (command.commands.length > 0 || command.parent === null) return 'Common flags: sactl help flags';
  const names = helper
    .visibleGlobalOptions(command)
    .filter((option) => ![...shownInFull, 'version'].includes(option.attributeName()))
    .map(nameOf);
  return names.length === 0 ? '' : `Common flags (sactl help flags): ${names.join(', ')}`;
}

function nameOf({ long, flags }: Option): string {
  return long ?? flags;
}

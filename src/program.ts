import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';

import { addCompletion } from './commands/completion/index.ts';
import { doctor } from './commands/doctor.ts';
import { addHelp } from './commands/help/index.ts';
import { nouns } from './commands/nouns.ts';
import { addFlags, addNoun, addVerb, addVerbs, findSubcommand, helpCommand, type Choose } from './commands/tree.ts';
import { whoami } from './commands/whoami.ts';
import type { Context } from './context.ts';
import { ExitCode, UndeliveredError, UnknownOutcomeError, UsageError } from './errors.ts';
import { providerNames } from './model/account.ts';
import { listOf, quoted, shellWord } from './model/text.ts';
import { registry } from './providers/registry.ts';
import { writeOutput } from './output/emit.ts';
import { repeated, type FlagsOf } from './session/flag.ts';
import { commonFlags, type CommonFlags } from './session/flags.ts';
import type { Invocation, Run } from './session/invocation.ts';
import type { Session } from './session/session.ts';
import { version } from './version.ts';

/**
 * Parses `argv` (without node and script) with a fresh command tree and runs the verb it names.
 * @throws UsageError for everything commander refuses, and whatever the verb throws
 */
export async function runProgram(argv: readonly string[], ctx: Context): Promise<ExitCode> {
  const help: string[] = [];
  const misuse: string[] = [];
  const root = new Command('sactl').exitOverride().configureOutput({
    writeOut: (text) => help.push(text),
    writeErr: (text) => misuse.push(text),
    outputError: () => undefined,
    getOutHelpWidth: () => ctx.stdout.columns ?? 100,
    getErrHelpWidth: () => ctx.stderr.columns ?? 100,
    // Asked for itself, commander would make Node's streams, which takes 7 ms.
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  const chosen: Run[] = [];
  await declareProgram(root, argv, (run) => chosen.push(run));
  const code = await parse(root, argv);
  const [run] = chosen;
  if (run !== undefined) return runVerb(run, ctx, root);
  await writeOutput(ctx, help.join(''));
  await ctx.stderr.write(misuse.join(''));
  return code;
}

async function parse(root: Command, argv: readonly string[]): Promise<ExitCode> {
  try {
    await root.parseAsync([...argv], { from: 'user' });
    return ExitCode.done;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return readCommanderError(error, deepestCommand(root, argv));
  }
}

async function runVerb(run: Run, ctx: Context, root: Command): Promise<ExitCode> {
  const common = commonOf(root.opts());
  const sessions: Session[] = [];
  let code: ExitCode;
  try {
    code = await run(invocation(ctx, common, sessions));
  } catch (error) {
    await warn(sessions);
    if (!namesEntry(error)) await remind(ctx, common, root.args);
    throw error;
  }
  await warn(sessions);
  await remind(ctx, common, root.args);
  return code;
}

/** A tree with every verb in it, for code that reads it and runs nothing. */
export async function wholeTree(): Promise<CommandUnknownOpts> {
  const root = new Command('sactl').exitOverride();
  await declareProgram(root, ['', ...Object.keys(nouns)], () => undefined);
  return root;
}

/** All there is, or the noun that `argv` begins with; the nouns have the verbs of those that `argv` names. */
async function declareProgram(root: Command, argv: readonly string[], choose: Choose): Promise<void> {
  addFlags(root, commonFlags);
  root
    .description(
      `Service accounts and their one-time credentials on ${listOf(providerNames.map((name) => registry[name].fullName))}.`,
    )
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .addHelpText('after', firstSteps);
  const all = Object.entries(nouns).map(([name, noun]) => ({ name, noun, words: [name, ...(noun.aliases ?? [])] }));
  const first = all.find(({ words }) => words.includes(argv[0] ?? ''));
  for (const { name, noun, words } of first === undefined ? all : [first]) {
    const command = addNoun(root, name, noun);
    const at = argv.findIndex((word) => words.includes(word));
    if (at >= 0) await addVerbs(command, noun, { named: argv[at + 1], choose });
  }
  // A command line that begins with a noun wants nothing beside it; to declare it all takes a millisecond.
  if (first === undefined) {
    addVerb(root, 'whoami', whoami, choose);
    addVerb(root, 'doctor', doctor, choose);
    addCompletion(root, choose, wholeTree);
    addHelp(root);
  }
  refuseRepetition(root);
}

const firstSteps = `
Examples:
  $ sactl serviceaccounts list --sandbox
  $ sactl sa rotate --id ci-deploy --yes -q .credential.value > token

"sactl help exit-codes", "sactl help targets" and "sactl help environment" tell the rest.`;

/** Several profiles are more than most commands know what to do with: these see none. */
function commonOf({
  profile: profiles = [],
  input = true,
  color = true,
  ...others
}: FlagsOf<typeof commonFlags>): CommonFlags {
  const [profile, ...more] = profiles;
  return { ...others, input, color, profile: more.length === 0 ? profile : undefined, profiles };
}

/** A second value would replace the first without a word, which for an id is the wrong account. */
function refuseRepetition(command: CommandUnknownOpts): void {
  for (const option of command.options) {
    if (!option.required || option.parseArg === repeated) continue;
    let isGiven = false;
    command.on(`option:${option.name()}`, () => {
      if (isGiven) throw new UsageError(`${option.long ?? option.flags} is given twice`);
      isGiven = true;
    });
  }
  command.commands.forEach(refuseRepetition);
}

/** Errors that say themselves what is to be done about the journal. */
function namesEntry(error: unknown): boolean {
  return error instanceof UndeliveredError || error instanceof UnknownOutcomeError;
}

/** Whatever else was done: a pipeline that rotates every credential but its own stops one day. */
async function warn(sessions: readonly Session[]): Promise<void> {
  for (const session of sessions) {
    if (session.common.quiet || session.provider.knownCredential === undefined) continue;
    const { warnOfExpiry } = await import('./session/reminders.ts');
    await warnOfExpiry(session, session.common);
  }
}

/** Whatever else was done: a credential that waits in the journal is not to be forgotten (DESIGN.md 6). */
async function remind(ctx: Context, common: CommonFlags, [noun]: readonly string[]): Promise<void> {
  if (common.quiet || noun === 'recover' || noun === 'doctor') return;
  const { remindOfEntries } = await import('./session/reminders.ts');
  await remindOfEntries(ctx, common);
}

/** `sessions` is added what the verb opens. */
function invocation(ctx: Context, common: CommonFlags, sessions: Session[]): Invocation {
  return {
    ctx,
    common,
    open: async (check, columns) => {
      const { openSession } = await import('./session/session.ts');
      const opened = await openSession({ ctx, common: { ...common, columns } }, check);
      sessions.push(opened.session);
      return opened;
    },
  };
}

const helpCodes = new Set(['commander.helpDisplayed', 'commander.version']);

function readCommanderError(error: CommanderError, command: CommandUnknownOpts): ExitCode {
  if (helpCodes.has(error.code)) return ExitCode.done;
  if (error.code === 'commander.help') return ExitCode.usage;
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const meant = suggestion?.replaceAll(/[()]/g, '').replace('Did', 'did') ?? meantId(error, command);
  const hint = meant ?? helpCommand(command);
  const isExtra = error.code === 'commander.excessArguments';
  throw new UsageError(isExtra ? `${quoted(command.args[0] ?? '')} is no flag` : message, { hint, cause: error });
}

/** Other tools take the name of a thing without a flag. */
function meantId({ code }: CommanderError, command: CommandUnknownOpts): string | null {
  const [word, ...more] = command.args;
  if (code !== 'commander.excessArguments' || word === undefined || more.length > 0) return null;
  const takesId = command.options.some(({ long }) => long === '--id');
  if (!takesId || command.getOptionValueSource('id') !== undefined) return null;
  return `did you mean --id ${shellWord(word)}?`;
}

/** The command that `argv` was about, as far as it can be told, e.g. `sactl serviceaccounts list`. */
function deepestCommand(program: CommandUnknownOpts, argv: readonly string[]): CommandUnknownOpts {
  let command = program;
  for (const word of argv) command = findSubcommand(command, word) ?? command;
  return command;
}

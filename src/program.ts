import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';

import { declareCommonFlags } from './commands/common.ts';
import { findSubcommand, helpCommand, type Host } from './commands/command.ts';
import type { Invocation } from './session/invocation.ts';
import { repeated, type CommonFlags } from './session/flags.ts';
import { addCompletion } from './commands/completion/index.ts';
import { addDoctor } from './commands/doctor/index.ts';
import { addHelp } from './commands/help/index.ts';
import { nouns, type Noun } from './commands/nouns.ts';
import type { Session } from './session/session.ts';
import { addWhoami } from './commands/whoami.ts';
import type { Context } from './context.ts';
import { ExitCode, UndeliveredError, UnknownOutcomeError, UsageError } from './errors.ts';
import { shellWord } from './model/text.ts';
import { writeOutput } from './output/emit.ts';

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
  const code = await parse(root, argv, ctx);
  await writeOutput(ctx, help.join(''));
  await ctx.stderr.write(misuse.join(''));
  return code;
}

async function parse(root: Command, argv: readonly string[], ctx: Context): Promise<ExitCode> {
  let code: ExitCode = ExitCode.done;
  const program = await declareProgram(root, argv, (common) => ({
    run: async (verb) => {
      const sessions: Session[] = [];
      try {
        code = await verb(invocation(ctx, common(), sessions));
      } catch (error) {
        await warn(sessions);
        if (!namesEntry(error)) await remind(ctx, common(), root.args);
        throw error;
      }
      await warn(sessions);
      await remind(ctx, common(), root.args);
    },
  }));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return readCommanderError(error, deepestCommand(program, argv));
  }
}

/** A tree with every verb in it, for whoever reads and does not run it. */
export async function wholeTree(): Promise<CommandUnknownOpts> {
  const names = nouns.map(({ name }) => name);
  return declareProgram(new Command('sactl').exitOverride(), ['', ...names], () => ({
    run: () => Promise.resolve(),
  }));
}

/** All there is, or the noun that `argv` begins with; the nouns have the verbs of those that `argv` names. */
async function declareProgram(
  root: Command,
  argv: readonly string[],
  makeHost: (common: () => CommonFlags) => Host,
): Promise<CommandUnknownOpts> {
  const program = declareCommonFlags(root);
  const host = makeHost(() => commonOf(program.opts()));
  const named = nouns.find(({ name, aliases }) => [name, ...aliases].includes(argv[0] ?? ''));
  for (const noun of named === undefined ? nouns : [named]) await declareNoun(program, noun, { host, argv });
  // Whoever names a noun at once wants nothing beside it; to declare it all takes a millisecond.
  if (named === undefined) {
    addWhoami(program, host);
    addDoctor(program, host);
    addCompletion(program, host, wholeTree);
    addHelp(program);
  }
  refuseRepetition(program);
  return program;
}

async function declareNoun(
  program: CommandUnknownOpts,
  { name, aliases, summary, load }: Noun,
  { host, argv }: { host: Host; argv: readonly string[] },
): Promise<void> {
  const noun = program
    .command(name)
    .helpCommand(false)
    .aliases([...aliases])
    .summary(summary)
    .description(`${summary}.`);
  const at = argv.findIndex((word) => word === name || aliases.includes(word));
  if (at >= 0) await (await load())(noun, host, argv[at + 1] ?? null);
}

/** Several profiles are more than most commands know what to do with: these see none. */
function commonOf({ profile: profiles = [], ...others }: OptionValues<typeof declareCommonFlags>): CommonFlags {
  const [profile, ...more] = profiles;
  return { ...others, profile: more.length === 0 ? profile : undefined, profiles };
}

type OptionValues<Declare extends (root: Command) => { opts: () => unknown }> = ReturnType<ReturnType<Declare>['opts']>;

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
  throw new UsageError(message, { hint, cause: error });
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

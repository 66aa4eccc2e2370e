import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';

import { addCompletion, isRepeatable } from './commands/completion/index.ts';
import { doctor } from './commands/doctor.ts';
import { helpLayout } from './commands/help-layout.ts';
import { fitted } from './commands/help/fit.ts';
import { addHelp } from './commands/help/index.ts';
import { nouns } from './commands/nouns.ts';
import { addFlags, addNoun, addVerb, addVerbs, findSubcommand, type Choose } from './commands/tree.ts';
import { schema } from './commands/schema.ts';
import { readBuilt, shapeFile, type CommandShape } from './commands/shape.ts';
import { whoami } from './commands/whoami.ts';
import type { Reach } from './config/configuration.ts';
import type { Context } from './context.ts';
import { ExitCode, UndeliveredError, UnknownOutcomeError, UsageError } from './errors.ts';
import { providerNames } from './model/account.ts';
import type { Hint } from './model/hint.ts';
import { listOf } from './model/text.ts';
import { registry } from './providers/registry.ts';
import { writeOutput } from './output/emit.ts';
import { repeated, type FlagsOf } from './session/flag.ts';
import { commonFlags, type CommonFlags } from './session/flags.ts';
import { AllMeant } from './session/all-meant.ts';
import type { Invocation, BoundVerb } from './session/invocation.ts';
import type { Session } from './session/session.ts';
import { version } from './version.ts';

/**
 * Parses `typed` (without node and script) with a fresh command tree and runs the verb it names.
 * @throws UsageError for everything commander refuses, and what the verb throws
 */
export async function runProgram(typed: readonly string[], ctx: Context): Promise<ExitCode> {
  // Who types the name alone asks what there is.
  const argv = typed.length === 0 ? ['--help'] : typed;
  const help: string[] = [];
  const root = new Command('sactl').exitOverride().configureOutput({
    writeOut: (text) => help.push(text),
    // Commander's help on a noun that stands alone.
    writeErr: (text) => help.push(text),
    outputError: () => undefined,
    ...plainHelp,
  });
  const chosen: { run: BoundVerb; reach: Reach | undefined }[] = [];
  function hintFor(words: readonly string[]): Promise<Hint> {
    return hintOn(words, ctx);
  }
  await declareProgram(root, argv, { choose: (run, reach) => chosen.push({ run, reach }), hintFor });
  const isHelp = await parse(root, argv, hintFor);
  const [verb] = chosen;
  if (verb !== undefined) return runVerb(verb.run, ctx, { root, reach: verb.reach });
  if (isHelp && wantsDocument(root)) return printHelpDocument(ctx, root, argv);
  await writeOutput(ctx, fitted(help.join(''), ctx.stdout.columns));
  return ExitCode.done;
}

/** Whether the help of a command was asked for. @throws UsageError for everything commander refuses */
async function parse(root: Command, argv: readonly string[], hintFor: HintFor): Promise<boolean> {
  try {
    await root.parseAsync([...argv], { from: 'user' });
    return false;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return readCommanderError(error, deepestCommand(root, argv), () => hintFor(argv));
  }
}

/** Whether flags ask for help as a document. */
function wantsDocument(root: Command): boolean {
  const { json, query, queryFile, format }: FlagsOf<typeof commonFlags> = root.opts();
  return [json, query, queryFile, format].some((flag) => flag !== undefined);
}

/** The named command and all below it as JSON, or what a filter finds there. */
async function printHelpDocument(ctx: Context, root: Command, argv: readonly string[]): Promise<ExitCode> {
  const { printHelp } = await import('./commands/help/print-document.ts');
  const [first, ...named] = root.args;
  const words = first === 'help' ? named : argv;
  return printHelp(ctx, commonOf(root.opts()), deepestCommand(await wholeTree(), words));
}

async function runVerb(
  run: BoundVerb,
  ctx: Context,
  { root, reach }: { readonly root: Command; readonly reach: Reach | undefined },
): Promise<ExitCode> {
  const common = { ...commonOf(root.opts()), reach };
  const sessions: Session[] = [];
  let failure: unknown = null;
  try {
    return await run(invocation(ctx, common, sessions)).catch((error: unknown) => {
      if (!(error instanceof AllMeant)) throw error;
      return run(invocation(ctx, { ...common, provider: 'all' }, sessions));
    });
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    await warn(sessions);
    // These errors themselves say what to do about the journal.
    const namesEntry = failure instanceof UndeliveredError || failure instanceof UnknownOutcomeError;
    if (!namesEntry) await remind(ctx, common, root.args);
  }
}

/** The whole command tree, to be read and not run: it prints nothing, and ends nothing. */
export async function wholeTree(): Promise<CommandUnknownOpts> {
  const root = new Command('sactl')
    .exitOverride()
    .configureOutput({
      writeOut: () => undefined,
      writeErr: () => undefined,
      outputError: () => undefined,
      ...plainHelp,
    });
  const silent = { choose: () => undefined, hintFor: () => Promise.resolve(null) };
  await declareProgram(root, ['', ...Object.keys(nouns)], silent);
  return root;
}

/** Help in lines of any length, which `fitted` breaks. Without it commander opens Node's streams, which takes 7 ms. */
const plainHelp = {
  getOutHelpWidth: () => Infinity,
  getErrHelpWidth: () => Infinity,
  getOutHasColors: () => false,
  getErrHasColors: () => false,
};

/** The shape of the program: as the build wrote it, or read off the whole tree. */
export async function programShape(built: Context['built']): Promise<CommandShape> {
  const text = built(shapeFile);
  const known = text === null ? null : readBuilt<CommandShape>(text);
  if (known !== null) return known;
  const { readTree } = await import('./commands/read-tree.ts');
  return readTree(await wholeTree(), isRepeatable);
}

/** What helps where the parser refused `argv`. */
async function hintOn(argv: readonly string[], { built }: Context): Promise<Hint> {
  const { hintFor } = await import('./commands/guess/guess.ts');
  return hintFor(argv, await programShape(built));
}

type HintFor = (argv: readonly string[]) => Promise<Hint | null>;

/** Declares everything, or only the noun that `argv` begins with; a noun gets its verbs when `argv` names it. */
async function declareProgram(
  root: Command,
  argv: readonly string[],
  { choose, hintFor }: { readonly choose: Choose; readonly hintFor: HintFor },
): Promise<void> {
  addFlags(root, commonFlags);
  root
    .description(
      `Service accounts and their one-time credentials on ${listOf(providerNames.map((name) => registry[name].fullName))}.`,
    )
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help; with --json as JSON')
    .configureHelp(helpLayout)
    .addHelpText('after', firstSteps);
  const all = Object.entries(nouns).map(([name, noun]) => ({ name, noun, words: [name, ...(noun.aliases ?? [])] }));
  const first = all.find(({ words }) => words.includes(argv[0] ?? ''));
  for (const { name, noun, words } of first === undefined ? all : [first]) {
    const command = addNoun(root, name, noun);
    const at = argv.findIndex((word) => words.includes(word));
    if (at >= 0) await addVerbs(command, noun, { named: argv[at + 1], choose });
  }
  // A command line that begins with a noun needs nothing else, and declaring it takes a millisecond.
  if (first === undefined) {
    addVerb(root, 'whoami', whoami, choose);
    addVerb(root, 'doctor', doctor, choose);
    addVerb(root, 'schema', schema(wholeTree), choose);
    addCompletion(root, choose, wholeTree);
    addHelp(root, choose, hintFor);
  }
  refuseRepetition(root);
}

const firstSteps = `
Examples:
  $ sactl sa list --sandbox
  $ sactl config init
  $ sactl sa rotate --id ci-deploy --to file:ci-deploy.token

More: "sactl help setup" says how to begin; "sactl help config", "sactl help flags", "sactl help targets",
"sactl help exit-codes" and "sactl help environment" have the rest.`;

/** Commands for one connection see no profile where several are named; they refuse that. */
function commonOf({
  profile: profiles = [],
  input = true,
  color = true,
  ...others
}: FlagsOf<typeof commonFlags>): CommonFlags {
  const [profile, ...more] = profiles;
  return { ...others, input, color, profile: more.length === 0 ? profile : undefined, profiles };
}

/** A second value would silently replace the first, which for an id is the wrong account. */
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

/** Warns before the caller's own credential expires: a pipeline that rotates all but its own would stop one day. */
async function warn(sessions: readonly Session[]): Promise<void> {
  for (const session of sessions) {
    if (session.common.quiet || session.provider.knownCredential === undefined) continue;
    const { warnOfExpiry } = await import('./session/reminders.ts');
    await warnOfExpiry(session, session.common);
  }
}

/** Reminds of credentials that wait in the journal (docs/design.md 6). */
async function remind(ctx: Context, common: CommonFlags, [noun]: readonly string[]): Promise<void> {
  if (common.quiet || ['recover', 'doctor', 'help'].includes(noun ?? '')) return;
  const { remindOfEntries } = await import('./session/reminders.ts');
  await remindOfEntries(ctx, common);
}

/** Every session that the verb opens is added to `sessions`. */
function invocation(ctx: Context, common: CommonFlags, sessions: Session[]): Invocation {
  return {
    ctx,
    common,
    open: async (check, shown) => {
      const { openSession } = await import('./session/session.ts');
      const opened = await openSession({ ctx, common: { ...common, ...shown } }, check);
      sessions.push(opened.session);
      return opened;
    },
  };
}

async function readCommanderError(
  error: CommanderError,
  command: CommandUnknownOpts,
  hint: () => Promise<Hint | null>,
): Promise<boolean> {
  if (error.code === 'commander.version') return false;
  // The latter also for a noun alone, which asks what there is, as in gh and kubectl.
  if (['commander.helpDisplayed', 'commander.help'].includes(error.code)) return true;
  const { misuseText } = await import('./commands/misuse.ts');
  throw new UsageError(misuseText(error, command), { hint: await hint(), cause: error });
}

/** The command that `argv` names, as far as it can be parsed, e.g. `sactl serviceaccounts list`. */
function deepestCommand(program: CommandUnknownOpts, argv: readonly string[]): CommandUnknownOpts {
  let command = program;
  for (const word of argv) command = findSubcommand(command, word) ?? command;
  return command;
}

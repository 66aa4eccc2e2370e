import { loadConfiguration, type Configuration } from '../config/configuration.ts';
import { resolveAllConnections, resolveConnection, type Connection } from '../config/connection.ts';
import type { Context } from '../context.ts';
import type { Account } from '../model/account.ts';
import type { TargetSpec } from '../delivery/targets/scheme.ts';
import type { TargetEnvironment } from '../delivery/targets/target.ts';
import { AuthError, CliError, FailedError, NotFoundError, UsageError } from '../errors.ts';
import type { ColumnChoice } from '../output/columns.ts';
import { prepareRenderer } from '../output/renderer.ts';
import type { AccountList, Misread } from '../providers/provider.ts';
import { environments } from '../providers/registry.ts';
import { gather, throwGathered, type Check, type Gathered } from '../session/check.ts';
import {
  connect,
  connectionChooser,
  describeConnection,
  type Connected,
  type Described,
  type Shared,
} from '../session/connect.ts';
import { outputFlags, type CommonFlags } from '../session/flags.ts';
import { isFleet } from './flags.ts';
import { noteLine } from '../session/note.ts';
import { commandOutput, type CommandOutput } from '../session/output.ts';
import { columnsOf } from '../session/session.ts';

/**
 * The connections of one run: all profiles, and all providers with a credential in the environment; the profiles that were
 * named; or the one connection that any command would use (docs/design.md 1).
 */
export interface Fleet extends CommandOutput {
  readonly members: readonly Described[];
  /** Asks all members at once, and returns their answers in order; one that fails costs only its own answer. */
  readonly askAll: <Answer>(
    question: (connected: Connected) => Promise<Answer>,
    shared?: Shared,
  ) => Promise<readonly FleetAnswer<Answer>[]>;
}

/** The answer of a member, or why there is none. */
export type FleetAnswer<Answer> =
  | { readonly answer: Answer; readonly error: null }
  | { readonly answer: null; readonly error: CliError };

/** What a command's own check can look at, before any request is sent. */
export interface FleetLocal {
  /** The columns that `--columns` or the configuration names. */
  readonly columns: ColumnChoice | null;
  /** Empty where there is no credential. */
  readonly members: readonly Described[];
}

/**
 * Checks everything local and reports all problems together, as `openSession` does for one provider.
 * @throws UsageError holding all problems; AuthError when there is no connection at all
 */
export async function openFleet<Input>(
  ctx: Context,
  common: CommonFlags,
  check: (local: FleetLocal) => Promise<Check<Input>>,
): Promise<{ fleet: Fleet; input: Input }> {
  const gathered: Gathered = { problems: [], hints: [] };
  const flags = { ...common, profile: common.profiles?.[0] };
  const configuration = await gather(gathered, () => loadConfiguration(ctx, flags));
  const renderer = await gather(gathered, () => prepareRenderer(ctx, outputFlags(common, configuration)));
  const asking = { ...flags, input: flags.input && gathered.problems.length === 0 };
  const found = configuration === null ? null : await gather(gathered, () => findMembers(ctx, asking, configuration));
  const members = found instanceof AuthError || found === null ? [] : found;
  const columns = configuration === null ? null : columnsOf(configuration);
  const checked = await check({ columns, members });
  const own = isFleet(ctx, common) ? severalProblems(common) : members.flatMap(({ problems }) => problems);
  gathered.problems.push(...own, ...checked.problems);
  throwGathered(gathered);
  if (found instanceof AuthError) throw found;
  if (renderer === null) throw new UsageError(gathered.problems);
  const fleet: Fleet = {
    ...commandOutput(ctx, common, { renderer, isSandbox: configuration?.sandbox.value ?? false }),
    members,
    askAll: (question, shared) =>
      Promise.all(
        members.map(async (member) => {
          try {
            if (member.problems.length > 0) throw new UsageError(member.problems);
            return { answer: await question(await connect(ctx, common, member, shared)), error: null };
          } catch (error) {
            if (!(error instanceof CliError) || ctx.signal.aborted) throw error;
            return { answer: null, error };
          }
        }),
      ),
  };
  return { fleet, input: checked.value };
}

/** Returns the error where there is no credential: it is reported only when nothing else is wrong. */
async function findMembers(
  ctx: Context,
  flags: CommonFlags,
  configuration: Configuration,
): Promise<readonly Described[] | AuthError> {
  try {
    const connections = await resolve(ctx, flags, configuration);
    return await Promise.all(connections.map((connection) => describeConnection(configuration, connection)));
  } catch (error) {
    if (error instanceof AuthError) return error;
    throw error;
  }
}

async function resolve(ctx: Context, flags: CommonFlags, configuration: Configuration): Promise<readonly Connection[]> {
  const options = { configuration, flags, environments };
  const { profiles = [] } = flags;
  if (profiles.length > 1 && flags.provider !== 'all') {
    return Promise.all(
      [...new Set(profiles)].map((value) => {
        const profile = { ...configuration.profile, value };
        return resolveConnection(ctx, { ...options, configuration: { ...configuration, profile } });
      }),
    );
  }
  if (isFleet(ctx, flags)) return resolveAllConnections(ctx, options);
  return [await resolveConnection(ctx, { ...options, choose: connectionChooser(ctx, flags, configuration) })];
}

/** Problems of flags that are for one connection. */
function severalProblems({ raw, org, endpoint, profiles = [] }: CommonFlags): readonly string[] {
  return [
    ...(raw ? ['--raw prints the answer of one provider'] : []),
    ...(org === undefined ? [] : ['--org does not go with all providers']),
    ...(endpoint === undefined || profiles.length === 0 ? [] : ['--endpoint does not go with several profiles']),
  ];
}

/** A connection that could not be asked, and why. */
export interface Unanswered {
  readonly member: Described;
  readonly error: CliError;
}

/** The members without an answer. */
export function unanswered({ members }: Fleet, answers: readonly FleetAnswer<unknown>[]): readonly Unanswered[] {
  return members.flatMap((member, index) => {
    const error = answers[index]?.error ?? null;
    return error === null ? [] : [{ member, error }];
  });
}

/** Notes whose accounts are missing, even with `--quiet`. */
export async function tellUnanswered({ stderr }: Context, silent: readonly Unanswered[]): Promise<void> {
  for (const one of silent) await stderr.write(noteLine(unansweredText(one)));
}

/** e.g. `no accounts of nscale (profile prod): nscale answered 401 …` */
export function unansweredText({ member, error }: Unanswered): string {
  const { definition, connection } = member;
  const profile = connection.profile === null ? '' : ` (profile ${connection.profile})`;
  return `no accounts of ${definition.name}${profile}: ${error.message}`;
}

/**
 * Ends a run in which no member answered.
 * @throws the error of the only member; of several, one CliError with all messages
 */
export function throwUnanswered(silent: readonly Unanswered[]): void {
  const [only, ...others] = silent;
  if (only === undefined) return;
  if (others.length === 0) throw only.error;
  const message = silent.map(unansweredText).join('; ');
  const { code, exitCode, hint } = only.error;
  const isShared = others.every(({ error }) => error.exitCode === exitCode);
  throw isShared ? new CliError(code, exitCode, message, { hint }) : new FailedError('failed', message);
}

/** Where the credentials of a connection go. */
export interface MemberTargets {
  readonly member: Described;
  readonly specs: readonly TargetSpec[];
  readonly targetEnvironment: TargetEnvironment;
}

/** A connection whose accounts were listed. */
export interface Listed extends MemberTargets {
  readonly connected: Connected;
  readonly warnings: readonly string[];
  readonly isCut?: boolean;
  /** References of which it is not known whether they name an account here. */
  readonly unsure?: readonly Unsure[];
  readonly misread?: readonly Misread[];
}

/** The accounts of a connection, which it does not hold itself: they leave the memory one by one as they are rotated. */
export interface Listing {
  readonly listed: Listed;
  readonly accounts: readonly Account[];
}

/** A reference that may name an account beyond those that are listed. */
interface Unsure {
  readonly reference: string;
  readonly error: CliError;
}

/**
 * Lists the accounts of every connection, all at once; one that fails costs its own accounts only. Accounts that
 * `references` name and that a list has no room for are added to it.
 */
export async function listAccounts(
  fleet: Fleet,
  { destinations, references }: { destinations: readonly MemberTargets[]; references: readonly string[] | null },
  shared: Shared,
): Promise<{ readonly listings: readonly Listing[]; readonly unlisted: readonly Unanswered[] }> {
  const answers = await fleet.askAll(async (connected) => {
    // Plans want to know the caller: two questions at the same time take one round trip.
    const [list] = await Promise.all([connected.provider.listAccounts(), connected.provider.meetCaller?.()]);
    return { connected, ...(list.isCut ? await withOthers(connected, list, references) : list) };
  }, shared);
  const listings = destinations.flatMap((destination, index) => {
    const answer = answers[index]?.answer ?? null;
    if (answer === null) return [];
    const { accounts, ...rest } = answer;
    return [{ listed: { ...destination, ...rest }, accounts }];
  });
  return { listings, unlisted: unanswered(fleet, answers) };
}

/** A list with the accounts that references name and that it does not show. */
async function withOthers(
  { definition, provider }: Connected,
  list: AccountList,
  references: readonly string[] | null,
): Promise<AccountList & Pick<Listed, 'unsure'>> {
  const others = (references ?? []).filter((one) => definition.accountsNamed(list.accounts, one).length === 0);
  const unsure: Unsure[] = [];
  const found = await Promise.all(
    others.map((reference) =>
      orMissing(provider.findAccount(reference)).catch((error: unknown) => {
        if (!(error instanceof FailedError)) throw error;
        unsure.push({ reference, error });
        return null;
      }),
    ),
  );
  return { ...list, accounts: [...list.accounts, ...found.flatMap((account) => account ?? [])], unsure };
}

/** Null where there is no such account. */
export async function orMissing(found: Promise<Account>): Promise<Account | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

import type { Context } from '../../context.ts';
import type { TargetSpec } from '../../delivery/targets/scheme.ts';
import type { TargetEnvironment } from '../../delivery/targets/target.ts';
import type { CliError } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import type { Check } from '../check.ts';
import type { Connected, Described, Shared } from '../connect.ts';
import { checkTargets, type DeliveryFlags } from '../delivery-flags.ts';
import type { Fleet } from '../fleet.ts';
import { targetEnvironmentFor } from '../target-environment.ts';

/** Where the credentials of one connection go. */
export interface Destination {
  readonly member: Described;
  readonly specs: readonly TargetSpec[];
  readonly targetEnvironment: TargetEnvironment;
}

/** One connection with the accounts that it showed. */
export interface Listed extends Destination {
  readonly connected: Connected;
  readonly accounts: readonly Account[];
  readonly warnings: readonly string[];
}

/** A connection that could not be asked. */
export interface Unlisted {
  readonly member: Described;
  readonly error: CliError;
}

/** Takes `--to` apart for each connection, because what a target may touch depends on it; problems are said once. */
export async function checkDestinations(
  ctx: Context,
  members: readonly Described[],
  flags: DeliveryFlags,
): Promise<Check<readonly Destination[]>> {
  const destinations: Destination[] = [];
  const problems = new Set<string>();
  for (const member of members) {
    const targetEnvironment = targetEnvironmentFor(ctx, member);
    const checked = await checkTargets({ targetEnvironment }, flags, { isNew: false });
    destinations.push({ member, specs: checked.value, targetEnvironment });
    for (const problem of checked.problems) problems.add(problem);
  }
  return { value: destinations, problems: [...problems] };
}

/** Asks every connection for its accounts, all at once; one that fails costs its own accounts only. */
export async function listAccounts(
  fleet: Fleet,
  destinations: readonly Destination[],
  shared: Shared,
): Promise<{ readonly lists: readonly Listed[]; readonly unlisted: readonly Unlisted[] }> {
  const answers = await fleet.askAll(
    async (connected) => ({ connected, ...(await connected.provider.listAccounts()) }),
    shared,
  );
  const lists: Listed[] = [];
  const unlisted: Unlisted[] = [];
  for (const [index, destination] of destinations.entries()) {
    const { answer, error } = answers[index] ?? {};
    if (answer) lists.push({ ...destination, ...answer });
    else if (error) unlisted.push({ member: destination.member, error });
  }
  return { lists, unlisted };
}

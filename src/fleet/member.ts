import type { Context } from '../context.ts';
import type { TargetSpec } from '../delivery/targets/scheme.ts';
import type { TargetEnvironment } from '../delivery/targets/target.ts';
import type { Account } from '../model/account.ts';
import type { Check } from '../session/check.ts';
import type { Connected, Described, Shared } from '../session/connect.ts';
import type { DeliveryFlags } from '../session/account-flags.ts';
import { checkTargets } from '../session/targets.ts';
import { unanswered, type Fleet, type Unanswered } from './connections.ts';
import { targetEnvironmentFor } from '../session/target-environment.ts';

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

/** What the connections of a run showed. */
export interface Answered {
  readonly lists: readonly Listed[];
  readonly unlisted: readonly Unanswered[];
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
): Promise<Answered> {
  const answers = await fleet.askAll(
    async (connected) => ({ connected, ...(await connected.provider.listAccounts()) }),
    shared,
  );
  const lists = destinations.flatMap((destination, index) => {
    const answer = answers[index]?.answer ?? null;
    return answer === null ? [] : [{ ...destination, ...answer }];
  });
  return { lists, unlisted: unanswered(fleet, answers) };
}

import type { Context } from '../context.ts';
import { found, noneOf, type Check } from '../session/check.ts';
import { confirmationProblems } from '../session/confirm.ts';
import type { Described } from '../session/connect.ts';
import type { MemberTargets } from './connections.ts';
import { isFleet, type RotateFlags } from './flags.ts';
import type { CommonFlags } from '../session/flags.ts';
import { checkTargets, outletOf } from '../session/targets.ts';
import type { DeliveryFlags } from '../session/account-flags.ts';
import { reportProblems } from './report.ts';
import { choiceProblems, readConcurrency, readSelectors, type Selectors } from './selectors.ts';
import { readIds } from '../session/stdin-ids.ts';

/** The flags of a run, read. */
export interface BulkInput {
  readonly destinations: readonly MemberTargets[];
  readonly selectors: Selectors;
  /** Null: all accounts. */
  readonly references: readonly string[] | null;
  readonly concurrency: number;
}

/** Reads the flags; every problem is found, not only the first. */
export async function checkBulkInput(
  { ctx, common }: { readonly ctx: Context; readonly common: CommonFlags },
  members: readonly Described[],
  flags: RotateFlags,
): Promise<Check<BulkInput>> {
  const destinations = await checkDestinations(ctx, members, flags);
  const selectors = await readSelectors(flags, members);
  const references = await readReferences(ctx, flags.id);
  const concurrency = readConcurrency(flags.concurrency);
  return {
    value: {
      destinations: destinations.value,
      selectors: selectors.value,
      references: references.value,
      concurrency: concurrency.value,
    },
    problems: [
      ...needlessFlags(flags, isFleet(ctx, common) ? {} : common),
      ...choiceProblems(flags),
      ...references.problems,
      ...selectors.problems,
      ...concurrency.problems,
      ...(flags.to === undefined ? ['--to is missing: with several accounts no credential is printed'] : []),
      ...destinations.problems,
      ...(await reportProblems(ctx, flags.report)),
      ...confirmationProblems(ctx, common),
    ],
  };
}

/** Problems of flags for one account; `openFleet` reports `--raw` with several connections. */
function needlessFlags(flags: RotateFlags, { raw }: Pick<CommonFlags, 'raw'>): readonly string[] {
  const given = {
    '--raw': raw,
    '-f/--file': flags.file,
    '--stdin': flags.stdin,
    '--token': flags.token,
    '--allow-tenant-change': flags.allowTenantChange,
  };
  return noneOf(given, 'goes with one account only');
}

/**
 * What `--id` names, each once; null where nothing is named. `-` stands for the lines of standard input, of which empty
 * ones are passed over.
 */
async function readReferences(
  ctx: Pick<Context, 'stdin'>,
  ids: readonly string[] | undefined,
): Promise<Check<readonly string[] | null>> {
  if (ids === undefined) return found();
  if (ids.some((id) => id.trim() === '')) return found('--id is empty: give the id or the exact name of an account');
  const lines = ids.includes('-') ? await readIds(ctx) : { value: [], problems: [] };
  // Whatever was to name them may have failed.
  if (ids.includes('-') && lines.value.length === 0 && lines.problems.length === 0) {
    return found('--id -: standard input names no account');
  }
  const given = ids.flatMap((id) => (id === '-' ? lines.value : [id.trim()]));
  return { value: [...new Set(given)], problems: lines.problems };
}

/** Parses `--to` for each connection, because that decides what a target may touch; each problem is reported once. */
async function checkDestinations(
  ctx: Context,
  members: readonly Described[],
  flags: DeliveryFlags,
): Promise<Check<readonly MemberTargets[]>> {
  const destinations: MemberTargets[] = [];
  const problems = new Set<string>();
  for (const member of members) {
    const outlet = outletOf(ctx, member);
    const checked = await checkTargets(outlet, flags, { isNew: false });
    destinations.push({ member, specs: checked.value, targetEnvironment: outlet.targetEnvironment });
    for (const problem of checked.problems) problems.add(problem);
  }
  return { value: destinations, problems: [...problems] };
}

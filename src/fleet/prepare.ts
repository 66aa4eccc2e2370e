import type { Hint } from '../model/hint.ts';
import { journalProblems, placesOf, selfProblems, tryTargets, type Problems } from '../delivery/preflight.ts';
import { createTargets } from '../delivery/targets/schemes.ts';
import type { Target } from '../delivery/targets/target.ts';
import { UsageError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { IssuancePlan } from '../providers/issuance.ts';
import { preferencesOf } from '../session/issuance.ts';
import { fewLines, plannedTarget, withStored, type PlannedTarget } from '../session/dry-run.ts';
import type { Candidate } from './candidates.ts';
import type { Skipped } from './due.ts';
import type { Listed } from './connections.ts';
import { inLanes } from './lanes.ts';
import type { BulkRun } from './run.ts';
import { distinctProblems, type AccountTarget } from '../delivery/targets/distinct.ts';
import { reportPlaceProblems } from './report.ts';

/** An account that waits for its turn, and is planned again whenever its plan is needed: the plans of thousands would fill the memory. */
export interface Waiting extends Pick<Candidate, 'account' | 'listed' | 'issuedAt'>, Pick<IssuancePlan, 'isSelf'> {}

export interface Planned {
  readonly plan: IssuancePlan;
  readonly targets: readonly Target[];
}

/** Plans an account as it was planned before. @throws UsageError where its targets cannot be made any more */
export async function plannedAgain(one: Waiting): Promise<Planned> {
  const planned = await planFor(one);
  if (planned === null) throw new Error('what was planned once can be planned again');
  return { ...planned, plan: { ...planned.plan, isSelf: one.isSelf } };
}

/** An account with its plan. */
export interface Prepared extends Waiting, Planned {}

/** All plans at once, for what shows them as a whole. */
export function allPlanned(waiting: readonly Waiting[]): Promise<readonly Prepared[]> {
  return Promise.all(waiting.map(async (one) => ({ ...one, ...(await plannedAgain(one)) })));
}

/** What is known before the first request that changes something. */
export interface Preparation {
  /** In the order in which they are begun; the accounts that sactl signs in with come last. */
  readonly prepared: readonly Waiting[];
  readonly skipped: readonly Skipped[];
  /** What keeps the whole run from beginning. */
  readonly problems: readonly string[];
  readonly hint: Hint | null;
  readonly warnings: readonly string[];
  /** What a preview shows of them; empty without `--dry-run`. */
  readonly targets: readonly PlannedTarget[];
}

/**
 * Plans every account, opens every target for real and makes sure that no two are the same place: nothing is rotated when
 * one of the credentials could not be delivered (docs/design.md 6, step 1).
 * @param state what keeps changes from being recorded
 * @param isNamed whether the accounts were named one by one
 */
export async function prepare(
  run: BulkRun,
  candidates: readonly Candidate[],
  { lists, state, isNamed }: { readonly lists: readonly Listed[]; readonly state: Problems; readonly isNamed: boolean },
): Promise<Preparation> {
  const all = await inLanes(candidates, run.concurrency, (one) => prepareOne(run, one, { lists, isNamed }));
  const ready = all.flatMap(({ ready: one }) => one ?? []);
  const prepared = ready.map(({ waiting }) => waiting);
  const tried = await whatTrialsShow(run, ready);
  const problems = all.flatMap((one) => one.problems);
  const different = [...new Set([...problems, ...tried.problems])];
  // One more problem takes no more room than the line that would count it.
  const areFew = different.length <= mostProblems + 1;
  return {
    prepared: [...prepared.filter(isOthers), ...prepared.filter((one) => !isOthers(one))],
    skipped: all.flatMap((one) => one.skipped),
    problems: [...(areFew ? different : fewLines(different, mostProblems, 'and')), ...state.problems],
    hint: tried.hint ?? state.hint,
    warnings: tried.warnings,
    targets: tried.targets,
  };
}

const mostProblems = 5;

/** The problems of rotating the caller's own account: `--yes` does not confirm that for an account that no flag named. */
function guardOf({ ctx, common, flags }: BulkRun, { plan, targets }: Planned, isNamed: boolean): readonly string[] {
  const { stdout, stderr, env } = ctx;
  const isUnasked = common.yes === true && !isNamed;
  const stdin = isUnasked ? { isTTY: false } : ctx.stdin;
  return selfProblems({ stdin, stdout, stderr, env }, { plan, targets, preferences: preferencesOf(flags) });
}

/** Whether it is certainly not the account that sactl signs in with. */
export function isOthers({ isSelf }: Pick<IssuancePlan, 'isSelf'>): boolean {
  return isSelf === false;
}

/** An account of which nothing speaks against its rotation, unless a trial of its targets does. */
interface ReadyAccount {
  readonly waiting: Waiting;
  readonly tried: Tried;
}

interface Outcome {
  readonly ready: ReadyAccount | null;
  readonly skipped: readonly Skipped[];
  /** Beside those of its targets. */
  readonly problems: readonly string[];
}

const nothing: Outcome = { ready: null, skipped: [], problems: [] };

/** Plans an account, and tries its targets if it may be rotated. */
async function prepareOne(
  run: BulkRun,
  candidate: Candidate,
  { lists, isNamed }: { readonly lists: readonly Listed[]; readonly isNamed: boolean },
): Promise<Outcome> {
  const { account, listed, issuedAt } = candidate;
  const planned = await planOne(candidate, lists).catch(problemsIn);
  if (planned === null) return nothing;
  if ('problems' in planned)
    return { ...nothing, problems: planned.problems.map((problem) => about(account, problem)) };
  const { isSelf } = planned.plan;
  const guard = guardOf(run, planned, isNamed);
  if (guard.length === 0) {
    const waiting = { account, listed, isSelf, ...(issuedAt !== undefined && { issuedAt }) };
    return { ...nothing, ready: { waiting, tried: await tryTargets(planned.targets) } };
  }
  // Only an account that is known to be one's own is left out: all may be, where nobody knows.
  if (isNamed || isSelf !== true) return { ...nothing, problems: guard.map((problem) => about(account, problem)) };
  return { ...nothing, skipped: [{ account, reason: 'own account', detail: guard.join('; ') }] };
}

function problemsIn(error: unknown): Pick<UsageError, 'problems'> {
  if (error instanceof UsageError) return error;
  throw error;
}

/** Null where the provider rotates none. @throws UsageError where a target cannot be made */
async function planOne(candidate: Candidate, lists: readonly Listed[]): Promise<Planned | null> {
  const planned = await planFor(candidate);
  if (planned === null) return null;
  const isSelf = await isOwn(candidate.account, planned.plan, { listed: candidate.listed, lists });
  return { ...planned, plan: { ...planned.plan, isSelf } };
}

/** Null where the provider rotates none. @throws UsageError where a target cannot be made */
async function planFor({ account, listed }: Waiting | Candidate): Promise<Planned | null> {
  const { connected, specs, targetEnvironment } = listed;
  const plan = await connected.provider.planRotate?.(account);
  if (plan === undefined) return null;
  const { provider, organization, id, name } = account;
  const subject = { provider, profile: connected.connection.profile, organization, id, name };
  return { plan, targets: createTargets(specs, subject, targetEnvironment) };
}

function about({ name }: Account, problem: string): string {
  return `${name}: ${problem}`;
}

/** What is wrong with the targets of all accounts; no two may be one place, nor that of the report. */
async function whatTrialsShow(
  run: BulkRun,
  ready: readonly ReadyAccount[],
): Promise<Omit<Preparation, 'prepared' | 'skipped'>> {
  const all = ready.flatMap(({ tried }) => tried);
  const problems = all.flatMap((target) => target.problems);
  const places = problems.length > 0 ? [] : accountTargets(ready);
  const waiting = ready.map((one) => one.waiting);
  return {
    problems: [
      // Problems of the whole run come before those of single accounts, of which there may be many.
      ...(await recordProblems(run, waiting)),
      ...problems,
      ...distinctProblems(places),
      ...(await reportPlaceProblems(run.ctx, run.flags.report, places)),
    ],
    hint: all.find(({ hint }) => hint !== null)?.hint ?? null,
    warnings: [...new Set(all.flatMap(({ warnings }) => warnings))],
    targets: await plannedIn(run, all, waiting),
  };
}

type Tried = Awaited<ReturnType<typeof tryTargets>>;

/** All accounts have targets of the same kinds. */
async function recordProblems({ flags }: BulkRun, [first]: readonly Waiting[]): Promise<readonly string[]> {
  if (first === undefined) return [];
  const { targets } = await plannedAgain(first);
  return journalProblems({ targets, preferences: preferencesOf(flags) });
}

/** What a preview shows of the targets; nobody sees it otherwise. */
async function plannedIn(
  { common }: BulkRun,
  tried: Tried,
  prepared: readonly Waiting[],
): Promise<readonly PlannedTarget[]> {
  if (common.dryRun !== true) return [];
  const targets = (await allPlanned(prepared)).flatMap((one) => one.targets);
  return withStored(tried.map(plannedTarget), targets);
}

/** Accounts of the same name are named with provider and id. */
function accountTargets(ready: readonly ReadyAccount[]): readonly AccountTarget[] {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { waiting } of ready) (seen.has(waiting.account.name) ? shared : seen).add(waiting.account.name);
  return ready.flatMap(({ waiting, tried }) => {
    const { provider, id, name } = waiting.account;
    const account = shared.has(name) ? `${name} (${provider} ${id})` : name;
    return placesOf(tried, { account, name });
  });
}

/**
 * Whether any of the connections signs in with this account; null where that is unknown. A connection may list the account
 * that another one signs in with, and rotating it ends that connection.
 */
async function isOwn(
  account: Account,
  { isSelf }: Pick<IssuancePlan, 'isSelf'>,
  { listed, lists }: { readonly listed: Listed; readonly lists: readonly Listed[] },
): Promise<boolean | null> {
  const { definition, connection } = listed.connected;
  const answers = [isSelf];
  for (const { connected } of lists.filter((other) => other !== listed)) {
    if (connected.definition.name !== definition.name || connected.connection.endpoint !== connection.endpoint)
      continue;
    const plan = await connected.provider.planRotate?.(account);
    if (plan !== undefined) answers.push(plan.isSelf);
  }
  if (answers.includes(true)) return true;
  return answers.includes(null) ? null : false;
}

import type { Hint } from '../model/hint.ts';
import type { Context } from '../context.ts';
import { isTerminal } from '../model/run-environment.ts';
import { UsageError } from '../errors.ts';
import type { Issuance } from './issuance.ts';
import { reportProblems, stdoutProblems, type SamplePlan } from './stdout.ts';
import { durableKinds, isDurable } from './targets/kinds.ts';
import { distinctProblems, type AccountTarget } from './targets/distinct.ts';
import type { Target, TargetPlace } from './targets/target.ts';
import { refuseUnsettled, wantedBy } from './earlier-entries.ts';

/** Problems as sentences, and what helps with the first that has a hint. */
export interface Problems {
  readonly problems: readonly string[];
  readonly hint: Hint | null;
}

/** What trying a target beforehand showed. */
export interface TriedTarget {
  readonly target: string;
  readonly problems: readonly string[];
  /** Null where something is wrong with it, and of stdout. */
  readonly place: TargetPlace | null;
}

/** What `preflight` found; nothing is wrong when `problems` is empty. */
export interface Preflight extends Problems {
  /** Those among them that are not about the output. */
  readonly others: readonly string[];
  readonly warnings: readonly string[];
  readonly targets: readonly TriedTarget[];
}

/**
 * Everything that can go wrong before the provider is touched: output, targets, journal, and the caller's own
 * credential (docs/design.md 6, step 1).
 * @throws UnknownOutcomeError when an earlier create of the same name is not settled
 */
export async function preflight(ctx: Context, issuance: Issuance): Promise<Preflight> {
  const found = await preflightTargets(ctx, issuance);
  const state = await preflightState(issuance);
  if (state.problems.length === 0 && issuance.operation === 'create') {
    await refuseUnsettled(issuance.journal, wantedBy(issuance), { settled: issuance.settled ?? [] });
  }
  const more = [...state.problems, ...journalProblems(issuance), ...selfProblems(ctx, issuance)];
  return {
    ...found,
    problems: [...found.problems, ...more],
    others: [...found.others, ...more],
    hint: found.hint ?? state.hint,
  };
}

/** What keeps a change from being recorded in journal and audit log, which are the same for all accounts. */
export async function preflightState({ journal, audit }: Pick<Issuance, 'journal' | 'audit'>): Promise<Problems> {
  const kept = await problemsOf(() => journal.preflight());
  // They share a folder: what is wrong with that is said once.
  return kept.problems.length > 0 ? kept : problemsOf(() => audit.preflight());
}

/** What keeps a credential from getting out by stdout or to its targets. */
export async function preflightTargets(
  ctx: Context,
  issuance: Pick<Issuance, 'targets' | 'renderer' | 'announce'> & { readonly plan: SamplePlan },
): Promise<Preflight> {
  const { targets, plan, announce } = issuance;
  const isPrinted = targets.length === 0 && plan.manual?.mayPrint !== false;
  const reported = announce === undefined ? await reportProblems(issuance) : [];
  const output = isPrinted ? await stdoutProblems(ctx, issuance) : reported;
  const tried = await tryTargets(targets);
  const problems = tried.flatMap((target) => target.problems);
  const { name } = plan.expected;
  const same = problems.length > 0 ? [] : distinctProblems(placesOf(tried, { account: name, name }));
  return {
    problems: [...output, ...problems, ...same],
    others: [...problems, ...same],
    warnings: tried.flatMap(({ warnings }) => warnings),
    hint: tried.find(({ hint }) => hint !== null)?.hint ?? null,
    targets: isPrinted ? [{ target: 'stdout', problems: output, place: null }] : tried,
  };
}

/** Opens every target for real, one after the other, and leaves nothing behind. */
export async function tryTargets(
  targets: readonly Target[],
): Promise<readonly (TriedTarget & Problems & { readonly warnings: readonly string[] })[]> {
  const tried = [];
  for (const target of targets) {
    let warnings: readonly string[] = [];
    const found = await problemsOf(async () => {
      warnings = await target.preflight();
    });
    const place = found.problems.length > 0 ? null : await target.place();
    tried.push({ target: target.name, ...found, warnings, place });
  }
  return tried;
}

/** Where the targets of an account bring its credential, as far as their trials showed it. */
export function placesOf(
  tried: readonly TriedTarget[],
  of: Pick<AccountTarget, 'account' | 'name'>,
): readonly AccountTarget[] {
  return tried.flatMap(({ target, place }) => (place === null ? [] : [{ target, place, ...of }]));
}

async function problemsOf(work: () => Promise<void>): Promise<Problems> {
  try {
    await work();
    return { problems: [], hint: null };
  } catch (error) {
    if (error instanceof UsageError) return { problems: error.problems, hint: error.hint };
    throw error;
  }
}

/** `--no-journal`: without a copy in the journal the credential needs a place that outlives this run. */
export function journalProblems({
  preferences,
  targets,
}: Pick<Issuance, 'preferences' | 'targets'>): readonly string[] {
  if (preferences.keepsSecret || targets.some(isDurable)) return [];
  return [`--no-journal needs a durable --to (${durableKinds()}): otherwise nothing keeps the credential`];
}

/** The caller's own credential: there is one chance to keep the new one, unless the old one works on (docs/design.md 6). */
export function selfProblems(
  ctx: Parameters<typeof isTerminal>[0],
  { plan, targets, preferences }: Pick<Issuance, 'plan' | 'targets' | 'preferences'>,
): readonly string[] {
  if (plan.isSelf === false) {
    return targets.some(({ name }) => name === 'profile')
      ? ['--to profile is for the account that sactl signs in with; this is another one']
      : [];
  }
  if (plan.manual !== undefined) return [];
  const who =
    plan.isSelf === true
      ? 'this is the account that sactl signs in with'
      : 'this may be the account that sactl signs in with';
  return [
    ...(targets.some(isDurable) ? [] : [`${who}: give a durable --to (${durableKinds()})`]),
    ...(preferences.allowSelf || isTerminal(ctx) ? [] : [`${who}: --allow-self is missing`]),
  ];
}

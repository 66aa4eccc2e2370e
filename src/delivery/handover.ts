import type { AuditTarget } from '../state/audit-event.ts';
import type { Context } from '../context.ts';
import type { CliError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { IssuingPlan } from '../providers/issuing.ts';
import type { Action } from '../providers/manual.ts';
import type { Trial } from '../providers/provider.ts';
import type { Asked } from './ask.ts';
import { deliver, payloadOf } from './deliver.ts';
import type { Result } from './document.ts';
import { partial, reasonOf } from './failures.ts';
import { deadCredential, lost, unprinted, whyOf } from './handover-failures.ts';
import type { Issue, Run } from './issue.ts';
import type { Delivery, IssueOutcome } from './result.ts';
import { printCredential, printReport, type StdoutFailure } from './stdout.ts';

/** How the way of a credential ended. */
export interface Ending {
  /** What is left to a person. */
  readonly actions: readonly Action[];
  /** Whether it is where it should be, and not known to be dead: then the journal may forget it. */
  readonly isComplete: boolean;
  /** What is told of it; null when that was not reached. */
  readonly outcome: IssueOutcome | null;
  /** Where it was to go, and whether it is there, whatever was told: stdout, too. */
  readonly places: readonly AuditTarget[];
  /** The worst first. */
  readonly failures: readonly CliError[];
}

/** As much of a run as its last part needs. */
export interface HandoverRun extends Pick<Run, 'entry' | 'startedAt'> {
  readonly issue: Pick<Issue, 'operation' | 'targets' | 'renderer' | 'report' | 'announce'> & {
    readonly plan: Pick<IssuingPlan, 'isBrought' | 'actions' | 'record'>;
  };
  readonly safe: { readonly isKept: boolean };
}

export interface Handed extends Asked {
  /** As it was settled. */
  readonly account: Account;
  /** Ends a delivery under way. */
  readonly signal: AbortSignal;
  /** Tries the credential, or says what an earlier trial showed; null when nobody wants to know. */
  readonly tryCredential: (() => Promise<Trial>) | null;
}

/**
 * Delivers, verifies and prints (DESIGN.md 6, step 5). After an interrupt nothing more is started while the credential is
 * safe in the journal; where it is not, everything goes on, because it would be lost.
 */
export async function handOver(ctx: Context, run: HandoverRun, handed: Handed): Promise<Ending> {
  try {
    const { targets, plan } = run.issue;
    // Whoever brought it has it: it is not printed.
    return await (targets.length > 0 || plan.isBrought === true
      ? toTargets(ctx, run, handed)
      : toStdout(ctx, run, handed));
  } catch (cause) {
    // A bug; all the same it must not look as if nothing had happened.
    const place = { account: handed.account, isSomewhere: false };
    const why = 'may not have been delivered, because of a bug in sactl';
    return { ...nowhere, failures: [lost(ctx, run, place, why, cause)] };
  }
}

async function toTargets(ctx: Context, run: HandoverRun, handed: Handed): Promise<Ending> {
  const { issue, entry } = run;
  const { issued, signal } = handed;
  const deliveries = await deliver(ctx, {
    targets: issue.targets,
    payload: payloadOf(issued, handed.account),
    signal,
    mayStart: () => mayStart(ctx, run),
    report: issue.report,
    onDelivered: (target) => entry.delivered(target),
  });
  const trial = await tryIt(ctx, run, handed);
  const refused = deliveries.filter(({ ok }) => !ok);
  const isComplete = refused.length === 0 && trial.works !== false;
  const delivered = deliveries.filter(({ ok }) => ok).map(({ target }) => target);
  const actions = isComplete ? (issue.plan.actions?.(delivered) ?? []) : [];
  const { account, problem } = await record(run, handed.account, delivered);
  const outcome = outcomeOf(run, handed, { trial, deliveries, isComplete, actions });
  const failure = await announce(ctx, issue, { ...issued, account, outcome });
  const isSomewhere = refused.length < deliveries.length;
  return {
    isComplete,
    actions,
    outcome,
    places: deliveries.map(({ target, ok }) => ({ target, ok })),
    failures: [
      ...(refused.length === 0 ? [] : [lost(ctx, run, { account, isSomewhere }, whyOf(refused))]),
      ...deadCredential(ctx, run, { account, isSomewhere }, trial),
      ...(problem === null ? [] : [partial(problem, { ...issue, account })]),
      ...(failure === null ? [] : [unprinted(issue.operation, account, failure)]),
    ],
  };
}

/** Tells the result without the credential: on stdout, unless somebody else is to be told. */
async function announce(
  ctx: Context,
  { renderer, announce: tell }: HandoverRun['issue'],
  result: Result,
): Promise<StdoutFailure | null> {
  return tell === undefined ? printReport(ctx, renderer, result) : tell(result);
}

/** What is known of the account once it is noted where the credential is. */
async function record(
  { issue }: HandoverRun,
  account: Account,
  delivered: readonly string[],
): Promise<{ account: Account; problem: unknown }> {
  if (issue.plan.record === undefined || delivered.length === 0) return { account, problem: null };
  try {
    return { account: await issue.plan.record(delivered), problem: null };
  } catch (problem) {
    return { account, problem };
  }
}

/** stdout comes last, so that what it says is complete; unless it is the only place that the credential has. */
async function toStdout(ctx: Context, run: HandoverRun, handed: Handed): Promise<Ending> {
  const { account } = handed;
  const place = { account, isSomewhere: false };
  if (run.safe.isKept) {
    const trial = await tryIt(ctx, run, handed);
    if (!mayStart(ctx, run)) {
      const failures = [lost(ctx, run, place, 'was not printed: interrupted')];
      return { ...nowhere, places: [{ target: 'stdout', ok: false }], failures };
    }
    return printed(ctx, run, handed, trial);
  }
  const ending = await printed(ctx, run, handed, unknown);
  const trial = await tryIt(ctx, run, handed);
  const isSomewhere = ending.isComplete;
  const failures = deadCredential(ctx, run, { account, isSomewhere }, trial);
  const verified = trial.works;
  return {
    ...ending,
    outcome: ending.outcome === null ? null : { ...ending.outcome, verified },
    isComplete: isSomewhere && failures.length === 0,
    failures: [...ending.failures, ...failures],
  };
}

const nowhere = { isComplete: false, actions: [], outcome: null, places: [] } as const;

const unknown: Trial = { works: null, why: null };

async function printed(ctx: Context, run: HandoverRun, handed: Handed, trial: Trial): Promise<Ending> {
  const { issued, account } = handed;
  const isComplete = trial.works !== false;
  const outcome = outcomeOf(run, handed, { trial, deliveries: [], isComplete, actions: [] });
  const failure = await printCredential(ctx, run.issue.renderer, { ...issued, account, outcome });
  const place = { account, isSomewhere: failure === null };
  return {
    actions: [],
    outcome,
    places: [{ target: 'stdout', ok: failure === null }],
    isComplete: isComplete && failure === null,
    failures: [
      ...(failure === null ? [] : [lost(ctx, run, place, failure.why, failure.cause)]),
      ...deadCredential(ctx, run, place, trial),
    ],
  };
}

/** What the provider says of the credential now. */
async function tryIt(ctx: Context, run: HandoverRun, { tryCredential }: Handed): Promise<Trial> {
  if (tryCredential === null || !mayStart(ctx, run)) return unknown;
  const trial = await tryCredential().catch((error: unknown) => ({
    works: null,
    why: reasonOf(error),
  }));
  if (trial.works === null) {
    const why = trial.why ?? 'no reason was given';
    await run.issue.report(`the credential could not be verified: ${why}`);
  }
  return trial;
}

function mayStart({ signal }: Context, { safe }: HandoverRun): boolean {
  return !signal.aborted || !safe.isKept;
}

function outcomeOf(
  { entry, safe }: HandoverRun,
  { reissued }: Handed,
  ending: {
    trial: Trial;
    deliveries: readonly Delivery[];
    isComplete: boolean;
    actions: readonly Action[];
  },
): IssueOutcome {
  return {
    verified: ending.trial.works,
    reissued,
    deliveredTo: ending.deliveries,
    recoverId: ending.isComplete || !safe.isKept ? null : entry.id,
    actionsRequired: ending.actions,
  };
}

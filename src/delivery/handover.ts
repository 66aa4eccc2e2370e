import { printedAction } from '../model/hint.ts';
import type { AuditTarget } from '../state/audit-event.ts';
import type { Context } from '../context.ts';
import type { CliError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { IssuancePlan } from '../providers/issuance.ts';
import type { RequiredAction } from '../errors.ts';
import type { Verification } from '../providers/provider.ts';
import type { ReceivedCredential } from './request-credential.ts';
import { deliver, payloadOf } from './deliver.ts';
import type { Result } from './document.ts';
import { partial, reasonOf } from './failures.ts';
import { deadCredential, lost, unprinted, whyOf } from './handover-failures.ts';
import type { Issuance, Run } from './issuance.ts';
import type { Delivery, IssuanceOutcome } from './result.ts';
import { printCredential, printReport, type StdoutFailure } from './stdout.ts';

/** How the way of a credential ended. */
export interface Ending {
  /** What is left to a person. */
  readonly actions: readonly RequiredAction[];
  /** Whether it is where it should be, and not known to be dead: then the journal may forget it. */
  readonly isComplete: boolean;
  /** What is told of it; null when that was not reached. */
  readonly outcome: IssuanceOutcome | null;
  /** Where it was to go, and whether it is there, whatever was told: stdout, too. */
  readonly places: readonly AuditTarget[];
  /** The worst first. */
  readonly failures: readonly CliError[];
}

/** As much of a run as its last part needs. */
export interface HandoverRun extends Pick<Run, 'entry' | 'startedAt'> {
  readonly issuance: Pick<Issuance, 'operation' | 'targets' | 'renderer' | 'report' | 'announce'> & {
    readonly plan: Pick<IssuancePlan, 'manual'>;
  };
  readonly keeper: { readonly isKept: boolean };
}

export interface HandoverInput extends ReceivedCredential {
  /** As it was settled. */
  readonly account: Account;
  /** Ends a delivery under way. */
  readonly signal: AbortSignal;
  /** Tries the credential, or says what an earlier trial showed; null when nobody wants to know. */
  readonly verifyCredential: (() => Promise<Verification>) | null;
}

/**
 * Delivers, verifies and prints (DESIGN.md 6, step 5). After an interrupt nothing more is started while the credential is
 * safe in the journal; where it is not, everything goes on, because it would be lost.
 */
export async function handOver(ctx: Context, run: HandoverRun, input: HandoverInput): Promise<Ending> {
  try {
    const { targets, plan } = run.issuance;
    return await (targets.length > 0 || plan.manual?.mayPrint === false
      ? toTargets(ctx, run, input)
      : toStdout(ctx, run, input));
  } catch (cause) {
    // A bug; all the same it must not look as if nothing had happened.
    const place = { account: input.account, isSomewhere: false };
    const why = 'may not have been delivered, because of a bug in sactl';
    return { ...nowhere, failures: [lost(ctx, run, place, why, cause)] };
  }
}

async function toTargets(ctx: Context, run: HandoverRun, input: HandoverInput): Promise<Ending> {
  const { issuance, entry } = run;
  const { issued, signal } = input;
  const deliveries = await deliver(ctx, {
    targets: issuance.targets,
    payload: payloadOf(issued, input.account),
    signal,
    mayStart: () => mayStart(ctx, run),
    report: issuance.report,
    onDelivered: (target) => entry.delivered(target),
  });
  const verification = await verify(ctx, run, input);
  const refused = deliveries.filter(({ ok }) => !ok);
  const isComplete = refused.length === 0 && verification.works !== false;
  const delivered = deliveries.filter(({ ok }) => ok).map(({ target }) => target);
  const actions = isComplete ? (issuance.plan.manual?.actions(delivered) ?? []) : [];
  const { account, problem } = await record(run, input.account, delivered);
  const outcome = outcomeOf(run, input, { verification, deliveries, isComplete, actions });
  const failure = await announce(ctx, issuance, { ...issued, account, outcome });
  const isSomewhere = refused.length < deliveries.length;
  return {
    isComplete,
    actions,
    outcome,
    places: deliveries.map(({ target, ok }) => ({ target, ok })),
    failures: [
      ...(refused.length === 0 ? [] : [lost(ctx, run, { account, isSomewhere }, whyOf(refused))]),
      ...deadCredential(ctx, run, { account, isSomewhere }, verification),
      ...(problem === null ? [] : [partial(problem, { ...issuance, account })]),
      ...(failure === null ? [] : [unprinted(issuance.operation, account, failure)]),
    ],
  };
}

/** Tells the result without the credential: on stdout, unless somebody else is to be told. */
async function announce(
  ctx: Context,
  { renderer, announce: tell }: HandoverRun['issuance'],
  result: Result,
): Promise<StdoutFailure | null> {
  return tell === undefined ? printReport(ctx, renderer, result) : tell(result);
}

/** What is known of the account once it is noted where the credential is. */
async function record(
  { issuance }: HandoverRun,
  account: Account,
  delivered: readonly string[],
): Promise<{ account: Account; problem: unknown }> {
  const { manual } = issuance.plan;
  if (manual === undefined || delivered.length === 0) return { account, problem: null };
  try {
    return { account: await manual.record(delivered), problem: null };
  } catch (problem) {
    return { account, problem };
  }
}

/** stdout comes last, so that what it says is complete; unless it is the only place that the credential has. */
async function toStdout(ctx: Context, run: HandoverRun, input: HandoverInput): Promise<Ending> {
  const { account } = input;
  const place = { account, isSomewhere: false };
  if (run.keeper.isKept) {
    const verification = await verify(ctx, run, input);
    if (!mayStart(ctx, run)) {
      const failures = [lost(ctx, run, place, 'was not printed: interrupted')];
      return { ...nowhere, places: [{ target: 'stdout', ok: false }], failures };
    }
    return printed(ctx, run, input, verification);
  }
  const ending = await printed(ctx, run, input, unknown);
  const verification = await verify(ctx, run, input);
  const isSomewhere = ending.isComplete;
  const failures = deadCredential(ctx, run, { account, isSomewhere }, verification);
  const verified = verification.works;
  return {
    ...ending,
    outcome: ending.outcome === null ? null : { ...ending.outcome, verified },
    isComplete: isSomewhere && failures.length === 0,
    failures: [...ending.failures, ...failures],
  };
}

const nowhere = { isComplete: false, actions: [], outcome: null, places: [] } as const;

const unknown: Verification = { works: null, why: null };

async function printed(
  ctx: Context,
  run: HandoverRun,
  input: HandoverInput,
  verification: Verification,
): Promise<Ending> {
  const { issued, account } = input;
  const isComplete = verification.works !== false;
  const outcome = outcomeOf(run, input, { verification, deliveries: [], isComplete, actions: [] });
  const failure = await printCredential(ctx, run.issuance.renderer, { ...issued, account, outcome });
  const place = { account, isSomewhere: failure === null };
  return {
    actions: [],
    outcome,
    places: [{ target: 'stdout', ok: failure === null }],
    isComplete: isComplete && failure === null,
    failures: [
      ...(failure === null ? [] : [lost(ctx, run, place, failure.why, failure.cause)]),
      ...deadCredential(ctx, run, place, verification),
    ],
  };
}

/** What the provider says of the credential now. */
async function verify(ctx: Context, run: HandoverRun, { verifyCredential }: HandoverInput): Promise<Verification> {
  if (verifyCredential === null || !mayStart(ctx, run)) return unknown;
  const verification = await verifyCredential().catch((error: unknown) => ({ works: null, why: reasonOf(error) }));
  if (verification.works === null) {
    const why = verification.why ?? 'no reason was given';
    await run.issuance.report(`the credential could not be verified: ${why}`);
  }
  return verification;
}

function mayStart({ signal }: Context, { keeper }: HandoverRun): boolean {
  return !signal.aborted || !keeper.isKept;
}

function outcomeOf(
  { entry, keeper }: HandoverRun,
  { reissued }: HandoverInput,
  ending: {
    verification: Verification;
    deliveries: readonly Delivery[];
    isComplete: boolean;
    actions: readonly RequiredAction[];
  },
): IssuanceOutcome {
  return {
    verified: ending.verification.works,
    reissued,
    deliveredTo: ending.deliveries,
    recoverId: ending.isComplete || !keeper.isKept ? null : entry.id,
    actionsRequired: ending.actions.map((action) => printedAction(action)),
  };
}

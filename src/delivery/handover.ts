import type { Context } from '../context.ts';
import { PartialError, type CliError, type RequiredAction } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { printedAction } from '../model/hint.ts';
import { isCI } from '../model/run-environment.ts';
import type { IssuancePlan } from '../providers/issuance.ts';
import type { Verification } from '../providers/provider.ts';
import type { AuditTarget } from '../state/audit-event.ts';
import { deliver, payloadOf } from './deliver.ts';
import { doneTo, partial, reasonOf } from './failures.ts';
import { dead, undelivered, type Whereabouts } from './handover-failures.ts';
import type { Issuance, IssuanceRun } from './issuance.ts';
import type { ReceivedCredential } from './request-credential.ts';
import type { Delivery, IssuanceOutcome } from './result.ts';
import { printCredential, printReport } from './stdout.ts';

/** The part of a run that a handover needs. */
export interface HandoverRun extends Pick<IssuanceRun, 'entry'> {
  readonly issuance: Pick<Issuance, 'operation' | 'targets' | 'renderer' | 'report' | 'announce'> & {
    readonly plan: Pick<IssuancePlan, 'manual'>;
  };
  readonly keeper: { readonly isKept: boolean };
}

export interface HandoverInput extends ReceivedCredential {
  /** After it was reconciled with what was requested. */
  readonly account: Account;
  /** Ends a delivery under way. */
  readonly signal: AbortSignal;
  /** Verifies the credential, or gives what that showed before; null where it is not to be verified. */
  readonly verifyCredential: (() => Promise<Verification>) | null;
}

export interface HandoverResult {
  /** What is left to a person. */
  readonly actions: readonly RequiredAction[];
  /** Whether it is where it should be, and not known to be dead: then the entry of the journal may be erased. */
  readonly isComplete: boolean;
  /** As it was printed; null when that was not reached. */
  readonly outcome: IssuanceOutcome | null;
  /** Its targets, stdout among them, and whether it is there, even where that was not printed. */
  readonly targets: readonly AuditTarget[];
  /** The worst first. */
  readonly failures: readonly CliError[];
}

const unknown: Verification = { works: null, why: null };

/**
 * Delivers, verifies and prints (docs/design.md 6, step 5). After an interrupt nothing more is started while the
 * credential is safe in the journal; where it is not, everything goes on, because it would be lost.
 */
export async function handOver(ctx: Context, run: HandoverRun, input: HandoverInput): Promise<HandoverResult> {
  try {
    const { targets, plan } = run.issuance;
    return await (targets.length > 0 || plan.manual?.mayPrint === false
      ? toTargets(ctx, run, input)
      : toStdout(ctx, run, input));
  } catch (cause) {
    // A bug; all the same it must not look as if nothing had happened.
    const why = 'may not have been delivered, because of a bug in sactl';
    const failures = [undelivered(whereOf(ctx, run, input.account, false), why, cause)];
    return { isComplete: false, actions: [], outcome: null, targets: [], failures };
  }
}

async function toTargets(ctx: Context, run: HandoverRun, input: HandoverInput): Promise<HandoverResult> {
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
  const result = { ...issued, account, outcome };
  const unprinted = await (issuance.announce?.(result) ?? printReport(ctx, issuance.renderer, result));
  const where = whereOf(ctx, run, account, delivered.length > 0);
  const failures = [
    refused.length === 0 ? null : undelivered(where, whyOf(refused)),
    verification.works === false ? dead(where, verification.why) : null,
    problem === null ? null : partial(problem, issuance.operation, account),
    // The credential is where it should be, and only the report of it is missing.
    unprinted === null
      ? null
      : new PartialError(`${doneTo(account, issuance.operation)}, but the result was not printed: ${unprinted.why}`, {
          provider: account.provider,
          cause: unprinted.cause,
        }),
  ];
  return {
    isComplete,
    actions,
    outcome,
    targets: deliveries.map(({ target, ok }) => ({ target, ok })),
    failures: failures.filter((failure) => failure !== null),
  };
}

/** How the answers of targets read after the credential's name. */
function whyOf(refused: readonly Delivery[]): string {
  const list = refused.map(({ target, error }) => `${target}: ${error ?? 'failed'}`);
  return `was not delivered to ${list.join('; nor to ')}`;
}

/** The account once it is recorded on this machine where its credential is. */
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
async function toStdout(ctx: Context, run: HandoverRun, input: HandoverInput): Promise<HandoverResult> {
  const { account } = input;
  if (run.keeper.isKept) {
    const verification = await verify(ctx, run, input);
    if (mayStart(ctx, run)) return print(ctx, run, input, verification);
    const failures = [undelivered(whereOf(ctx, run, account, false), 'was not printed: interrupted')];
    return { isComplete: false, actions: [], outcome: null, targets: [{ target: 'stdout', ok: false }], failures };
  }
  const printed = await print(ctx, run, input, unknown);
  const { works, why } = await verify(ctx, run, input);
  const refusals = works === false ? [dead(whereOf(ctx, run, account, printed.isComplete), why)] : [];
  return {
    ...printed,
    outcome: printed.outcome === null ? null : { ...printed.outcome, verified: works },
    isComplete: printed.isComplete && refusals.length === 0,
    failures: [...printed.failures, ...refusals],
  };
}

async function print(
  ctx: Context,
  run: HandoverRun,
  input: HandoverInput,
  verification: Verification,
): Promise<HandoverResult> {
  const { issued, account } = input;
  const isWorking = verification.works !== false;
  const outcome = outcomeOf(run, input, { verification, deliveries: [], isComplete: isWorking, actions: [] });
  const failure = await printCredential(ctx, run.issuance.renderer, { ...issued, account, outcome });
  const isPrinted = failure === null;
  const where = whereOf(ctx, run, account, isPrinted);
  return {
    actions: [],
    outcome,
    targets: [{ target: 'stdout', ok: isPrinted }],
    isComplete: isWorking && isPrinted,
    failures: [
      ...(isPrinted ? [] : [undelivered(where, failure.why, failure.cause)]),
      ...(isWorking ? [] : [dead(where, verification.why)]),
    ],
  };
}

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

function whereOf(
  { env }: Context,
  { entry, keeper }: HandoverRun,
  account: Account,
  isSomewhere: boolean,
): Whereabouts {
  return { account, entryId: entry.id, isKept: keeper.isKept, isSomewhere, inCI: isCI(env) };
}

interface Handed extends Pick<HandoverResult, 'isComplete' | 'actions'> {
  readonly verification: Verification;
  readonly deliveries: readonly Delivery[];
}

function outcomeOf(
  { entry, keeper }: HandoverRun,
  { reissued }: HandoverInput,
  { verification, deliveries, isComplete, actions }: Handed,
): IssuanceOutcome {
  return {
    verified: verification.works,
    reissued,
    deliveredTo: deliveries,
    recoverId: isComplete || !keeper.isKept ? null : entry.id,
    actionsRequired: actions.map((action) => printedAction(action)),
  };
}

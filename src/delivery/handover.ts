import type { Context } from '../context.ts';
import type { CliError, RequiredAction } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { isCI } from '../model/run-environment.ts';
import { printedAction } from '../model/hint.ts';
import type { Verification } from '../providers/provider.ts';
import type { AuditTarget } from '../state/audit-event.ts';
import { deliver, payloadOf } from './deliver.ts';
import type { Standing } from './verify.ts';
import { reasonOf, shortcoming, unprinted, type Findings } from './ending.ts';
import type { Run } from './issuance.ts';
import { endingOf, onTheWay, staysOpen, type Rest } from './life.ts';
import type { ReceivedCredential } from './request-credential.ts';
import type { Delivery, IssuanceOutcome, IssuedResult } from './result.ts';
import { printCredential, printReport, type StdoutFailure } from './stdout.ts';
import { isDurable } from './targets/kinds.ts';

export interface HandoverInput extends ReceivedCredential {
  /** After it was reconciled with what was requested. */
  readonly account: Account;
  /** Ends a delivery under way. */
  readonly signal: AbortSignal;
  /** Verifies the credential, or gives what that showed before; null where it is not to be verified. */
  readonly verifyCredential: (() => Promise<Verification>) | null;
  /** Whether it is still the newest of its account. */
  readonly standing: () => Promise<Standing>;
}

/** Where the credential is, and what came in between. */
export interface Handed extends Pick<Rest, 'places' | 'works' | 'isSuperseded'>, Pick<Findings, 'needsMending'> {
  readonly account: Account;
  /** Its targets, stdout among them, and whether it is there, even where that was not printed. */
  readonly targets: readonly AuditTarget[];
  /** What is wrong with the credential; each reads after its name. */
  readonly troubles: readonly string[];
  /** What else was not done. */
  readonly shortcomings: readonly CliError[];
  /** What is left to a person. */
  readonly actions: readonly RequiredAction[];
  readonly cause?: unknown;
}

const unknown: Verification = { works: null, why: null };

/**
 * Delivers, verifies and prints (docs/design.md 6, step 5). After an interrupt nothing more is started while the
 * credential is safe in the journal; where it is not, everything goes on, because it would be lost. In a CI job, whose disk
 * goes with it, what outlives the job is still written, once.
 */
export async function handOver(ctx: Context, run: Run, input: HandoverInput): Promise<Handed> {
  try {
    const { targets, plan } = run.issuance;
    return await (targets.length > 0 || plan.manual?.mayPrint === false
      ? toTargets(ctx, run, input)
      : toStdout(ctx, run, input));
  } catch (cause) {
    // All the same it must not look as if nothing had happened.
    return { ...nowhere(input, 'may not have been delivered, because of a bug in sactl'), cause };
  }
}

function nowhere({ account }: HandoverInput, trouble: string, targets: readonly AuditTarget[] = []): Handed {
  return {
    account,
    places: 'none',
    works: null,
    isSuperseded: false,
    targets,
    troubles: [trouble],
    shortcomings: [],
    actions: [],
  };
}

async function toTargets(ctx: Context, run: Run, input: HandoverInput): Promise<Handed> {
  const { issuance, entry } = run;
  const { issued, signal } = input;
  const { deliveries, needsMending } = await deliver(ctx, {
    targets: issuance.targets,
    payload: payloadOf(issued, input.account),
    signal,
    mayStart: (target) => mayGoOn(ctx, run) || (isCI(ctx.env) && isDurable(target)),
    mayRepeat: () => mayGoOn(ctx, run),
    standing: input.standing,
    isKept: () => run.keeper.isKept,
    report: issuance.report,
    onDelivered: (target) => entry.delivered(target),
  });
  const refused = deliveries.filter(({ ok }) => !ok);
  const standing = refused.length === 0 ? null : await input.standing();
  const isSuperseded = standing?.isNewest === false;
  const verification = isSuperseded ? superseded : await verify(ctx, run, input);
  const delivered = deliveries.filter(({ ok }) => ok).map(({ target }) => target);
  const partly = delivered.length === 0 ? 'none' : 'some';
  const places = refused.length === 0 ? 'all' : partly;
  const where = { places, works: verification.works, isSuperseded } as const;
  const isOpen = staysOpen(endingOf(restOf(run, where)));
  const actions = isOpen ? [] : (issuance.plan.manual?.actions(delivered) ?? []);
  const { value: account, problem } = await record(run, input.account, delivered);
  const outcome = outcomeOf(run, input, { deliveries, isOpen, actions, ...where });
  const result = { outcome, ...issued, account };
  const failure = await tell(ctx, issuance, result);
  const { operation } = issuance;
  return {
    account,
    needsMending,
    targets: deliveries.map(({ target, ok }) => ({ target, ok })),
    troubles: isSuperseded
      ? [newerThan(standing)]
      : [...(refused.length === 0 ? [] : [whyOf(refused)]), ...refusalOf(verification)],
    shortcomings: [
      ...(problem === null ? [] : [shortcoming(problem, operation, account)]),
      ...(failure === null ? [] : [unprinted(failure, operation, account)]),
    ],
    actions,
    ...where,
  };
}

/** @returns what kept the result, without the credential, from being told */
async function tell(
  ctx: Context,
  { told, announce, renderer }: Run['issuance'],
  result: IssuedResult,
): Promise<StdoutFailure | null> {
  told?.(result);
  return announce === undefined ? printReport(ctx, renderer, result) : announce(result);
}

const superseded: Verification = { works: false, why: null };

/** How it reads after the credential's name. */
function newerThan({ takenBy = null }: Standing): string {
  const newer = 'was superseded by a newer one';
  return takenBy === null ? newer : `${newer}: ${takenBy} has the account by now`;
}

/** How the answers of targets read after the credential's name. */
function whyOf(refused: readonly Delivery[]): string {
  const list = refused.map(({ target, error }) => `${target}: ${error ?? 'failed'}`);
  return `was not delivered to ${list.join('; nor to ')}`;
}

/** The account once it is recorded on this machine where its credential is. */
function record({ issuance }: Run, account: Account, delivered: readonly string[]): Promise<Tried<Account>> {
  return tried(account, () => (delivered.length === 0 ? undefined : issuance.plan.manual?.record(delivered)));
}

/** What work gave, and why it failed; null is not at all. */
interface Tried<Value> {
  readonly value: Value;
  readonly problem: unknown;
}

/** Does what must not keep a credential from its places. Where there is nothing to do, or it fails, `before` stays. */
export async function tried<Value>(before: Value, work: () => Promise<Value> | undefined): Promise<Tried<Value>> {
  try {
    return { value: (await work()) ?? before, problem: null };
  } catch (problem) {
    return { value: before, problem };
  }
}

/** stdout comes last, so that what it says is complete; unless it is the only place that the credential has. */
async function toStdout(ctx: Context, run: Run, input: HandoverInput): Promise<Handed> {
  if (run.keeper.isKept) {
    const verification = await verify(ctx, run, input);
    const notThere = [{ target: 'stdout', ok: false }];
    if (!mayGoOn(ctx, run)) return nowhere(input, 'was not printed: interrupted', notThere);
    const standing = verification.works === false ? null : await input.standing();
    if (standing?.isNewest === false) {
      return { ...nowhere(input, newerThan(standing), notThere), works: false, isSuperseded: true };
    }
    return print(ctx, run, input, verification);
  }
  const printed = await print(ctx, run, input, unknown);
  const verification = await verify(ctx, run, input);
  const troubles = [...printed.troubles, ...refusalOf(verification)];
  return { ...printed, works: verification.works, troubles };
}

async function print(
  ctx: Context,
  run: Run,
  { issued, account, reissued }: HandoverInput,
  verification: Verification,
): Promise<Handed> {
  const { works } = verification;
  const isOpen = staysOpen(endingOf(restOf(run, { places: 'all', works })));
  const printed = { works, isSuperseded: false, deliveries: [], isOpen, actions: [] };
  const outcome = outcomeOf(run, { reissued }, printed);
  const result = { outcome, ...issued, account };
  run.issuance.told?.(result);
  const failure = await printCredential(ctx, run.issuance.renderer, result);
  return {
    account,
    places: failure === null ? 'all' : 'none',
    works,
    isSuperseded: false,
    targets: [{ target: 'stdout', ok: failure === null }],
    troubles: [...(failure === null ? [] : [failure.why]), ...refusalOf(verification)],
    shortcomings: [],
    actions: [],
    cause: failure?.cause,
  };
}

function refusalOf({ works, why }: Verification): readonly string[] {
  return works === false ? [`does not work: ${why ?? 'it was refused'}`] : [];
}

async function verify(ctx: Context, run: Run, { verifyCredential }: HandoverInput): Promise<Verification> {
  if (verifyCredential === null || !mayGoOn(ctx, run)) return unknown;
  const verification = await verifyCredential().catch((error: unknown) => ({ works: null, why: reasonOf(error) }));
  if (verification.works === null) {
    const why = verification.why ?? 'no reason was given';
    await run.issuance.report(`the credential could not be verified: ${why}`);
  }
  return verification;
}

function mayGoOn({ signal }: Context, { keeper }: Run): boolean {
  return !signal.aborted || !keeper.isKept;
}

/** What is known of a credential that was handed over. */
export function restOf(
  { issuance, keeper, isStored }: Run,
  known: Pick<Rest, 'places' | 'works'> & Partial<Pick<Rest, 'isSuperseded' | 'isWhole'>>,
): Rest {
  const { operation } = issuance;
  return { ...onTheWay, operation, request: 'answered', isStored, isKept: keeper.isKept, ...known };
}

interface Printed extends Pick<Handed, 'works' | 'isSuperseded' | 'actions'> {
  readonly deliveries: readonly Delivery[];
  readonly isOpen: boolean;
}

function outcomeOf(
  { entry, keeper }: Run,
  { reissued }: Pick<HandoverInput, 'reissued'>,
  { works, isSuperseded, deliveries, isOpen, actions }: Printed,
): IssuanceOutcome {
  return {
    verified: works,
    reissued,
    superseded: isSuperseded,
    // An array that was pushed to has room for more, which thousands of results would keep.
    deliveredTo: [...deliveries],
    recoverId: isOpen && keeper.isKept ? entry.id : null,
    actionsRequired: actions.map((action) => printedAction(action)),
  };
}

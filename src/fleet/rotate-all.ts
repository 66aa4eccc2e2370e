import { errorAt } from '../delivery/ending.ts';
import { onTheWay } from '../delivery/life.ts';
import type { IssuedResult } from '../delivery/result.ts';
import { runIssuance } from '../delivery/run-issuance.ts';
import type { Context } from '../context.ts';
import { CliError, InterruptedError } from '../errors.ts';
import { openGate } from '../files/coalesce.ts';
import { HttpError } from '../http/error.ts';
import type { IssuancePlan } from '../providers/issuance.ts';
import { openBatches, unsent, type Batches, type Ready } from './batch.ts';
import { failedItem, leftItem, rotatedItem, type Item } from './items.ts';
import { isOthers, type Waiting } from './prepare.ts';
import { tryOnceMore, type Doubtful } from './last-trial.ts';
import type { BulkRun } from './run.ts';
import type { Tally } from './tally.ts';
import { createTrail, type Trail } from './trail.ts';

/**
 * Rotates all accounts, several at once, each through the delivery protocol (docs/design.md 6); those that sactl signs in
 * with come last, one by one. After an interrupt, or once the circuit breaker has tripped, no further account is begun;
 * those under way are finished. Does not reject for the failure of an account.
 */
export async function rotateAll(run: BulkRun, waiting: Waiting[], tally: Tally): Promise<void> {
  // While some requests wait for their answers, what comes before and after those of other accounts is written.
  const lanes = run.concurrency * (run.isShared ? 3 : 2);
  const doubtful: Doubtful[] = [];
  const others = waiting.splice(0, waiting.filter(isOthers).length);
  await rotateGroup(run, tally, { group: others, lanes, doubtful });
  await rotateGroup(run, tally, { group: waiting, lanes: 1, doubtful });
  await tryOnceMore(run, doubtful, tally);
}

interface Group {
  /** It is emptied. */
  readonly group: Waiting[];
  readonly lanes: number;
  /** What is to be tried once more is added to it. */
  readonly doubtful: Doubtful[];
}

async function rotateGroup(run: BulkRun, tally: Tally, { group, lanes, doubtful }: Group): Promise<void> {
  const batches = openBatches(run, group, {
    first: lanes,
    size: lanes * 4,
    isRefused: (one) => tally.refusal(one) !== null,
  });
  // On this machine it takes too little time. Of those that sactl signs in with, each is over before the next begins.
  const trail = createTrail(run.isShared && lanes > 1 ? lanes + run.concurrency * 4 : null);
  const { opened: somebodyAsks, open: onAsk } = openGate();
  try {
    await Promise.all(
      Array.from({ length: lanes }, async (_, index) => {
        // What these do before their requests would only take the time of those that can ask at once.
        if (index >= run.concurrency) await somebodyAsks;
        await lane(run, tally, { batches, doubtful, trail, onAsk }).finally(onAsk);
      }),
    );
  } finally {
    await trail.end();
    for (const one of await batches.end()) {
      const refused = tally.refusal(one);
      if (refused !== null) await tally.done(one, refused);
    }
  }
}

interface LaneTerms extends Pick<Group, 'doubtful'> {
  readonly batches: Batches;
  readonly trail: Trail;
  /** Called when a request is about to leave. */
  readonly onAsk: () => void;
}

async function lane({ ctx }: BulkRun, tally: Tally, { batches, trail, ...terms }: LaneTerms): Promise<void> {
  while (!ctx.signal.aborted) {
    const ready = await batches.next();
    if (ready === null) return;
    const { one } = ready;
    const refused = tally.refusal(one);
    if (refused === null) {
      await trail.follow(async (goOn) =>
        tally.done(one, await rotateOne(tally.ctx, ready, { ...terms, onDelivered: goOn })),
      );
    } else {
      await ready.release();
      await tally.done(one, refused);
    }
  }
}

/**
 * Rotates one account by the delivery protocol, which releases its lock. Never rejects.
 * @param onDelivered called once the credential is where it should be; what remains to be written holds up no other account
 */
async function rotateOne(
  ctx: Context,
  ready: Ready,
  { doubtful, onAsk, onDelivered }: Pick<LaneTerms, 'doubtful' | 'onAsk'> & { readonly onDelivered: () => void },
): Promise<Item> {
  const { one } = ready;
  const { account } = one;
  const flags = one.listed.connected.commandFlags;
  function failed(error: CliError, result: IssuedResult | null = null): Item {
    return { kind: 'failed', item: failedItem(account, error, { result, flags }) };
  }
  const issuance = await ready.issuance().catch(unsent);
  if (issuance instanceof CliError) {
    await ready.release();
    return failed(issuance);
  }
  let result: IssuedResult | null = null;
  function announce(announced: IssuedResult): Promise<null> {
    result = announced;
    const { deliveredTo = [], verified = null } = announced.outcome ?? {};
    if (verified !== false && deliveredTo.every(({ ok }) => ok)) onDelivered();
    return Promise.resolve(null);
  }
  try {
    await runIssuance(ctx, { announce, ...issuance, plan: telling(issuance.plan, onAsk) });
  } catch (error) {
    const interruption = interruptionOf(error);
    if (interruption !== null) return leftItem(account, 'interrupted', interruption);
    return failed(known(error), result);
  }
  const rotated: IssuedResult | null = result;
  if (rotated === null) return failed(known(null));
  const item = rotatedItem(rotated);
  if (item.reissued && !issuance.plan.leavesEvidence) doubtful.push({ one, issuance, result: rotated });
  return { kind: 'rotated', item };
}

/** The plan, which says when its request is about to leave. */
function telling(plan: IssuancePlan, onAsk: () => void): IssuancePlan {
  return {
    ...plan,
    send: (terms) => {
      onAsk();
      return plan.send(terms);
    },
  };
}

/** An interrupt before anything was sent for this account, also while its request waited for its turn. */
function interruptionOf(error: unknown): InterruptedError | null {
  if (error instanceof InterruptedError) return error;
  const isUnsent = error instanceof HttpError && error.arrival === 'not-sent';
  return isUnsent && error.cause instanceof InterruptedError ? error.cause : null;
}

/** An unexpected error does not tell what was done. */
function known(error: unknown): CliError {
  if (error instanceof CliError) return error;
  const message = 'an unexpected error, a bug in sactl; it may have been rotated';
  return errorAt(onTheWay, message, { cause: error });
}

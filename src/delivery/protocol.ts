import type { Context } from '../context.ts';
import {
  AuthError,
  CliError,
  InterruptedError,
  UnknownOutcomeError,
  UsageError,
} from '../errors.ts';
import { HttpError } from '../http/error.ts';
import type { Account } from '../model/account.ts';
import type { Renderer } from '../output/renderer.ts';
import type { Issued, IssuingPlan } from '../providers/provider.ts';
import { failureOf, partial, throwAll } from './failures.ts';
import { withGrace } from './interrupt.ts';
import { checkStdout, deliverToStdout } from './stdout.ts';

export interface Issue {
  readonly operation: 'create' | 'rotate';
  readonly plan: IssuingPlan;
  readonly renderer: Renderer;
  /** Is told of each step after the delivery. */
  readonly report: (step: string) => Promise<void>;
}

/**
 * Asks for a credential once and brings it where the user wants it. The way of every create and rotate:
 * preflight, ask, settle the account, deliver, finish (DESIGN.md 6). The last three are all tried, whatever becomes of
 * the others: each is owed once the account was changed.
 * @throws UsageError before anything is sent; UnknownOutcomeError when it cannot be known what the provider did;
 * UndeliveredError when the credential did not get out; PartialError when it did but the account is not as asked
 */
export async function issueCredential(ctx: Context, issue: Issue): Promise<void> {
  await preflight(ctx, issue);
  await withGrace(ctx, async (signal) => {
    const issued = await ask(issue, signal);
    const { account, problem } = await settle(issue, issued);
    const lost = await failureOf(() =>
      deliverToStdout(ctx, { renderer: issue.renderer, account, issued }),
    );
    const unfinished = await failureOf(() =>
      issue.plan.finish?.(account, { signal, report: issue.report }),
    );
    throwAll([
      lost,
      unfinished === null ? null : partial(unfinished, { ...issue, account }),
      problem === null ? null : partial(problem, { ...issue, account }),
    ]);
  });
}

/** Everything that can go wrong before the provider is touched. @throws UsageError */
export async function preflight(
  ctx: Context,
  { renderer, plan }: Pick<Issue, 'renderer' | 'plan'>,
): Promise<void> {
  await checkStdout(ctx, { renderer, plan });
}

async function ask({ plan, operation }: Issue, signal: AbortSignal): Promise<Issued> {
  try {
    return await plan.ask({ signal });
  } catch (error) {
    if (error instanceof HttpError && error.arrival !== 'unknown') throw error;
    // The credential itself could not be had or sent: the request never left, or was refused unread.
    if (error instanceof AuthError || error instanceof UsageError) throw error;
    // Thrown only while nothing is on its way and nothing was done.
    if (error instanceof InterruptedError) throw error;
    throw unknownOutcome({ plan, operation }, error);
  }
}

function unknownOutcome(
  { plan, operation }: Pick<Issue, 'plan' | 'operation'>,
  cause: unknown,
): UnknownOutcomeError {
  const account = plan.expected;
  const credential = plan.credentialKind === 'client-secret' ? 'client secret' : 'token';
  const known = cause instanceof CliError ? cause : null;
  const what = known?.message ?? `cannot ${operation} service account ${account.name}`;
  return new UnknownOutcomeError(
    operation === 'create'
      ? `${what}; the account may have been created, with a ${credential} nobody has`
      : `${what}; the old credential may be dead, and no new one was received`,
    {
      provider: account.provider,
      status: known?.status ?? null,
      traceId: known?.traceId ?? null,
      hint:
        operation === 'create'
          ? `look for it, then rotate or delete it (a second create would make a second account): sactl serviceaccounts list --search ${account.name}`
          : `rotate again: sactl serviceaccounts rotate --id ${account.id}`,
      cause,
    },
  );
}

/** A credential in hand is delivered whatever happens to the account's other properties, so problems are returned. */
async function settle(
  { plan }: Issue,
  issued: Issued,
): Promise<{ account: Account; problem: unknown }> {
  try {
    return { account: await plan.settle(issued), problem: null };
  } catch (problem) {
    return { account: issued.account, problem };
  }
}

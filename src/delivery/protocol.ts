import type { Context } from '../context.ts';
import {
  AuthError,
  CliError,
  InterruptedError,
  PartialError,
  UnknownOutcomeError,
  UsageError,
} from '../errors.ts';
import { HttpError } from '../http/error.ts';
import type { Account } from '../model/account.ts';
import type { Renderer } from '../output/renderer.ts';
import type { Issued, IssuingPlan } from '../providers/provider.ts';
import { withGrace } from './interrupt.ts';
import { checkStdout, deliverToStdout } from './stdout.ts';

export interface Issue {
  readonly operation: 'create' | 'rotate';
  readonly plan: IssuingPlan;
  readonly renderer: Renderer;
}

/**
 * Asks for a credential once and brings it where the user wants it. The way of every create and rotate:
 * preflight, ask, settle the account, deliver (DESIGN.md 6).
 * @throws UsageError before anything is sent; UnknownOutcomeError when it cannot be known what the provider did;
 * UndeliveredError when the credential did not get out; PartialError when it did but the account is not as asked
 */
export async function issueCredential(ctx: Context, issue: Issue): Promise<void> {
  await preflight(ctx, issue);
  await withGrace(ctx, async (signal) => {
    const issued = await ask(issue, signal);
    const { account, problem } = await settle(issue, issued);
    await deliverToStdout(ctx, { renderer: issue.renderer, account, issued });
    if (problem !== null) throw problem;
  });
}

/** Everything that can go wrong before the provider is touched. @throws UsageError */
export async function preflight(ctx: Context, { renderer, plan }: Issue): Promise<void> {
  await checkStdout(ctx, { renderer, plan });
}

async function ask({ plan, operation }: Issue, signal: AbortSignal): Promise<Issued> {
  try {
    return await plan.ask({ signal });
  } catch (error) {
    if (error instanceof HttpError && error.arrival !== 'unknown') throw error;
    // The credential itself could not be had or sent: the request never left, or was refused unread.
    if (error instanceof AuthError || error instanceof UsageError) throw error;
    throw unknownOutcome(operation, plan.expected, error);
  }
}

function unknownOutcome(
  operation: Issue['operation'],
  account: Account,
  cause: unknown,
): UnknownOutcomeError {
  const known = cause instanceof CliError ? cause : null;
  const what = known?.message ?? `cannot ${operation} service account ${account.name}`;
  return new UnknownOutcomeError(
    operation === 'create'
      ? `${what}; the account may have been created, with a token nobody has`
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
  { plan, operation }: Issue,
  issued: Issued,
): Promise<{ account: Account; problem: unknown }> {
  try {
    return { account: await plan.settle(issued), problem: null };
  } catch (problem) {
    return { account: issued.account, problem: unsettled(problem, { operation, issued }) };
  }
}

/** Whatever stopped it, the account was changed: no error that says otherwise may leave here. */
function unsettled(
  problem: unknown,
  { operation, issued }: { operation: Issue['operation']; issued: Issued },
): CliError {
  if (problem instanceof PartialError) return problem;
  const { provider, name, id } = issued.account;
  const done = operation === 'create' ? 'created' : 'rotated';
  const why =
    problem instanceof CliError && !(problem instanceof InterruptedError)
      ? problem.message
      : 'interrupted';
  return new PartialError(
    `${provider} service account ${name} (${id}) was ${done}, but it could not be checked afterwards: ${why}`,
    { provider, hint: `sactl serviceaccounts get --id ${id}`, cause: problem },
  );
}

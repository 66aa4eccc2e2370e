import type { Context } from '../context.ts';
import { ExitCode, UnknownOutcomeError } from '../errors.ts';
import type { Intent } from '../journal/intent.ts';
import type { Account } from '../model/account.ts';
import type { Issued } from '../providers/issuing.ts';
import { accountKey } from './account-key.ts';
import { ask, type Asked } from './ask.ts';
import { closeEntry } from './close.ts';
import { failureOf, partial, throwAll } from './failures.ts';
import { handOver } from './handover.ts';
import { withGrace } from './interrupt.ts';
import { Safe, type Issue, type Run } from './issue.ts';
import { mask } from './mask.ts';
import { verify } from './verify.ts';

/**
 * Issues a credential and brings it where the user wants it: lock, intent, ask, keep, deliver, close (DESIGN.md 6, steps 2
 * to 6); `preflight` is step 1. Whatever fails after the answer, the credential stays in the journal.
 * @throws ConflictError when the account is locked or has changed; UnknownOutcomeError when it cannot be known what the
 * provider did; UndeliveredError when the credential is kept and not where it should be; PartialError when it is, but
 * the account is not as asked
 */
export async function issueCredential(ctx: Context, issue: Issue): Promise<void> {
  const lock = await issue.locks.lock({ key: lockKey(issue), name: lockName(issue) });
  try {
    await issue.checkUnchanged();
    let safe: Safe | null = null;
    await withGrace(
      ctx,
      async (signal) => {
        const startedAt = new Date(ctx.now()).toISOString();
        const entry = await issue.journal.begin(intentOf(ctx, issue));
        safe = new Safe(entry, issue.wishes);
        await carryOut(ctx, { issue, entry, startedAt, safe }, signal);
      },
      () => (safe?.isKept ? ExitCode.undelivered : ExitCode.unknownOutcome),
    );
  } finally {
    await lock.release();
  }
}

function lockKey({ operation, plan, connection }: Issue): readonly string[] {
  const { id, name } = plan.expected;
  return accountKey(connection, operation === 'create' ? { id: null, name } : { id, name });
}

function lockName({ plan }: Issue): string {
  const { provider, name } = plan.expected;
  return `${provider} service account ${name}`;
}

function intentOf({ cwd }: Context, issue: Issue): Intent {
  const { operation, plan, connection, targets } = issue;
  const { id, name, clientId, expiresAt } = plan.expected;
  return {
    id: issue.id,
    operation,
    connection,
    account: { id: operation === 'create' ? null : id, name, clientId, expiresAt },
    targets: targets.map((target) => target.name),
    directory: cwd,
  };
}

/** The steps with the provider's answer: each is owed once the account was changed, whatever becomes of the others. */
async function carryOut(ctx: Context, run: Run, signal: AbortSignal): Promise<void> {
  const { issue } = run;
  const asked = await askOrLeave(ctx, run, signal);
  const { account, problem } = await settle(issue, asked.issued);
  await mask(ctx, asked.issued).catch(() => undefined);
  const { issued, reissued } = asked;
  const isTried = issue.wishes.verify || reissued;
  const ending = await handOver(ctx, run, {
    issued,
    reissued,
    account,
    signal,
    tryCredential: isTried ? () => verify(ctx, issue.remote, issued) : null,
  });
  const unfinished = await failureOf(() =>
    issue.plan.finish?.(account, { signal, report: issue.report }),
  );
  await closeEntry(run, account, ending);
  throwAll([
    ...ending.failures,
    unfinished === null ? null : partial(unfinished, { ...issue, account }),
    problem === null ? null : partial(problem, { ...issue, account }),
  ]);
}

/** An entry without an answer is erased when nothing was changed, and stays when that cannot be known. */
async function askOrLeave(ctx: Context, run: Run, signal: AbortSignal): Promise<Asked> {
  try {
    return await ask(ctx, run, signal);
  } catch (error) {
    const isUnknown = error instanceof UnknownOutcomeError;
    await (isUnknown ? leave(run, error) : run.entry.close()).catch(() => undefined);
    throw error;
  }
}

async function leave({ entry }: Run, { message }: UnknownOutcomeError): Promise<void> {
  await entry.outcome({ outcome: 'unknown', message });
  await entry.leave();
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

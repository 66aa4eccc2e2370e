import { openAuditLog } from '../state/audit-log.ts';
import { issueCredential } from '../delivery/protocol.ts';
import { preflight, type Preflight } from '../delivery/preflight.ts';
import { ConflictError, ExitCode, UsageError } from '../errors.ts';
import { openJournal } from '../state/journal.ts';
import { effectsOf, issuanceOf, type IssuanceHost, type PlannedIssuance } from './planned-issuance.ts';
import { confirmChange } from './confirm.ts';
import type { DeliveryFlags } from './account-flags.ts';
import { dryRunDocument, endDryRun } from './dry-run.ts';
import type { Session } from './session.ts';
import { isCI, type Context } from '../context.ts';
import type { Account } from '../model/account.ts';

/** The common end of create and rotate: preview it, or have it confirmed and done. */
export async function issuance(session: Session, planned: PlannedIssuance): Promise<ExitCode> {
  const { ctx, common } = session;
  const { action } = planned;
  const issuing = issuanceOf(hostOf(session, planned.flags), planned);
  const found = await preflight(ctx, issuing);
  for (const warning of found.warnings) await session.note(warning);
  if (common.dryRun) return preview(session, planned, found);
  if (found.problems.length > 0) throw new UsageError(found.problems, { hint: found.hint });
  const goes = planned.targets.map(({ name }) => `the new credential goes to ${name}`);
  await confirmChange(session, { action, effects: [...effectsOf(session, planned), ...goes] });
  await tellingWhoWaits(ctx, session.note, () => issueCredential(ctx, issuing));
  return ExitCode.done;
}

/**
 * Refuses what would be refused once a person has fetched a credential, before he is sent for it: it is shown once.
 * @throws UsageError
 */
export async function rehearse(session: Session, planned: PlannedIssuance): Promise<void> {
  const issuing = issuanceOf(hostOf(session, planned.flags), planned);
  const { problems, hint } = await preflight(session.ctx, issuing);
  if (problems.length > 0) throw new UsageError(problems, { hint });
}

async function preview(session: Session, planned: PlannedIssuance, found: Preflight): Promise<ExitCode> {
  const { operation, plan } = planned;
  const places = found.targets.map((tried) => ({
    target: tried.target,
    ok: tried.problems.length === 0,
  }));
  await session.emit(
    dryRunDocument(
      { provider: session.definition.name, marker: session.marker },
      { operation, ...plan, effects: effectsOf(session, planned) },
      places,
    ),
  );
  return endDryRun({ ...session, found });
}

/** What the issue of one command works with. */
function hostOf(session: Session, { journal }: DeliveryFlags): IssuanceHost {
  const { ctx, stateDirectory } = session;
  return {
    ...session,
    journal: openJournal({ ...ctx, stateDirectory, keepsSecrets: journal ?? true }),
    audit: openAuditLog({ ...ctx, stateDirectory }),
  };
}

/** Whoever ends at once needs no words about it. */
const noticeableMs = 200;

/**
 * Tells a person who has pressed Ctrl-C, and sees nothing happen, what is waited for: he would press it again, which ends
 * the program without the answer that is on its way.
 */
export async function tellingWhoWaits<Result>(
  ctx: Context,
  say: (text: string) => Promise<void>,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!ctx.stderr.isTTY || isCI(ctx.env)) return work();
  const finished = new AbortController();
  function onInterrupt(): void {
    ctx
      .sleep(noticeableMs, finished.signal)
      .then(() => say('interrupted: what was sent is given 5 seconds; Ctrl-C again ends at once'))
      // It ended in time, or stderr is gone.
      .catch(() => undefined);
  }
  ctx.signal.addEventListener('abort', onInterrupt, { once: true });
  try {
    return await work();
  } finally {
    ctx.signal.removeEventListener('abort', onInterrupt);
    finished.abort('finished');
  }
}

/**
 * Reads the account again: rotating what somebody else has just rotated would kill his new credential.
 * @throws ConflictError when it is not as it was planned with
 */
export async function checkUnchanged({ provider, naming }: Session, planned: Account): Promise<void> {
  refuseChanged(planned, await provider.findAccount(planned.id), naming(planned));
}

/** @throws ConflictError when the account, which `naming` names, is not `now` as it was planned with */
export function refuseChanged(planned: Account, now: Account, naming: string): void {
  if (stateOf(now) === stateOf(planned)) return;
  throw new ConflictError('conflict', `${naming} was changed by somebody else in the meantime; nothing was sent`, {
    provider: planned.provider,
    hint: 'look at it, then run the command again',
    retryable: true,
  });
}

/** All that somebody changes of an account: not when it was last used, nor that the time of its expiry has come. */
function stateOf(account: Account): string {
  const status = account.status === 'expired' ? 'active' : account.status;
  return JSON.stringify({ ...account, status, raw: null, lastUsedAt: null, accessRules: null });
}

import { openAuditLog } from '../state/audit-log.ts';
import { issueCredential } from '../delivery/protocol.ts';
import { preflight, type Preflight } from '../delivery/preflight.ts';
import { ExitCode, UsageError } from '../errors.ts';
import { openJournal } from '../state/journal.ts';
import { effectsOf, issueOf, type IssueHost, type PlannedIssue } from './planned-issue.ts';
import { confirmChange } from './confirm.ts';
import type { DeliveryFlags } from './delivery-flags.ts';
import { dryRunDocument, endDryRun } from './dry-run.ts';
import { tellingWhoWaits } from './patience.ts';
import type { Session } from './session.ts';

/** The common end of create and rotate: preview it, or have it confirmed and done. */
export async function issue(session: Session, planned: PlannedIssue): Promise<ExitCode> {
  const { ctx, common } = session;
  const { action } = planned;
  const issuing = issueOf(hostOf(session, planned.flags), planned);
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
export async function rehearse(session: Session, planned: PlannedIssue): Promise<void> {
  const issuing = issueOf(hostOf(session, planned.flags), planned);
  const { problems, hint } = await preflight(session.ctx, issuing);
  if (problems.length > 0) throw new UsageError(problems, { hint });
}

async function preview(session: Session, planned: PlannedIssue, found: Preflight): Promise<ExitCode> {
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
function hostOf(session: Session, { journal }: DeliveryFlags): IssueHost {
  const { ctx, stateDirectory } = session;
  return {
    ...session,
    journal: openJournal({ ...ctx, stateDirectory, keepsSecrets: journal ?? true }),
    audit: openAuditLog({ ...ctx, stateDirectory }),
    planRotate: session.verb('planRotate', 'rotate credentials'),
  };
}

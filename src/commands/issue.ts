import type { Context } from '../context.ts';
import { issueCredential } from '../delivery/protocol.ts';
import { preflight, type Preflight } from '../delivery/preflight.ts';
import type { Issue } from '../delivery/issue.ts';
import type { Target } from '../delivery/targets/target.ts';
import { ExitCode, UsageError } from '../errors.ts';
import { openJournal } from '../journal/journal.ts';
import type { Account } from '../model/account.ts';
import type { IssuingPlan } from '../providers/issuing.ts';
import { canAsk, confirmChange } from './confirm.ts';
import type { DeliveryFlags } from './delivery-flags.ts';
import { dryRunDocument } from './dry-run.ts';
import { locatedEnd } from './located-plan.ts';
import type { Session } from './session.ts';

export interface PlannedIssue {
  /** A UUID; see `Issue`. */
  readonly id: string;
  readonly operation: 'create' | 'rotate';
  readonly plan: IssuingPlan;
  /** As it reads in a question, e.g. `Rotate ci-deploy (c1f0…) in organization a77e…`. */
  readonly action: string;
  readonly targets: readonly Target[];
  readonly flags: DeliveryFlags;
  /** Reads once more, under the lock. @throws ConflictError when the account is not as it was planned with */
  readonly checkUnchanged: () => Promise<void>;
}

/** The common end of create and rotate: preview it, or have it confirmed and done. */
export async function issue(session: Session, planned: PlannedIssue): Promise<ExitCode> {
  const { ctx, common } = session;
  const { action } = planned;
  const issuing = issueOf(session, planned);
  const found = await preflight(ctx, issuing);
  for (const warning of found.warnings) await session.note(warning);
  if (common.dryRun) return preview(session, planned, found);
  if (found.problems.length > 0) throw new UsageError(found.problems, { hint: found.hint });
  const goes = planned.targets.map(({ name }) => `the new credential goes to ${name}`);
  await confirmChange(session, { action, effects: [...effectsOf(session, planned), ...goes] });
  await issueCredential(ctx, issuing);
  return ExitCode.done;
}

/**
 * Refuses what would be refused once a person has fetched a credential, before he is sent for it: it is shown once.
 * @throws UsageError
 */
export async function rehearse(session: Session, planned: PlannedIssue): Promise<void> {
  const { problems, hint } = await preflight(session.ctx, issueOf(session, planned));
  if (problems.length > 0) throw new UsageError(problems, { hint });
}

async function preview(
  session: Session,
  planned: PlannedIssue,
  { targets, problems, others }: Preflight,
): Promise<ExitCode> {
  const { operation, plan } = planned;
  const places = targets.map((tried) => ({
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
  // A filter is the preview's own, and says nothing about the one that the result would meet.
  const isFiltered = session.renderer.format === 'query';
  for (const problem of isFiltered ? others : problems) await session.note(problem);
  return ExitCode.done;
}

/** What the plan does and, where it is the caller's own account, what that means for him. */
function effectsOf({ connection }: Session, { plan, targets }: PlannedIssue): readonly string[] {
  if (plan.isSelf === false || plan.overlaps === true) return plan.effects;
  const who = plan.isSelf ? 'this is' : 'this may be';
  return [
    ...plan.effects,
    `${who} the account that sactl signs in with: if the answer is lost, only an administrator can issue another credential`,
    ...(targets.some(({ name }) => name === 'profile')
      ? []
      : [`replace the credential in ${connection.credentialSource} before the next command`]),
  ];
}

function issueOf(session: Session, planned: PlannedIssue): Issue {
  const { ctx, common, definition, provider, renderer, connection, stateDirectory } = session;
  const { id, operation, plan, targets, flags, checkUnchanged } = planned;
  return {
    id,
    operation,
    plan: {
      ...plan,
      ...locatedEnd(plan, {
        profile: connection.profile,
        isSandbox: session.isSandbox,
        endpoint: common.endpoint,
        directory: ctx.cwd,
        homeDirectory: ctx.homeDirectory,
      }),
    },
    renderer,
    targets,
    checkUnchanged,
    report: session.note,
    wishes: {
      verify: flags.verify ?? true,
      reissue: flags.reissue ?? true,
      keepsSecret: flags.journal ?? true,
      allowSelf: flags.allowSelf ?? false,
    },
    journal: openJournal({ ...ctx, stateDirectory, keepsSecrets: flags.journal ?? true }),
    locks: session.locks,
    connection: {
      provider: definition.name,
      profile: connection.profile,
      endpoint: connection.endpoint,
      // Elsewhere the endpoint and the account's id say it all, and a plan to create may not know it.
      organization: provider.listOrganizations === undefined ? null : plan.expected.organization,
      isSandbox: session.isSandbox,
      caFile: connection.caFile,
    },
    remote: {
      planRotate: session.verb('planRotate', 'rotate credentials'),
      tryCredential: session.tryCredential,
      tryOwnCredential: provider.tryOwnCredential,
    },
    choose: canAsk(ctx, common) ? (candidates) => choose(ctx, candidates) : null,
  };
}

/** Null is none of them. */
async function choose(ctx: Context, candidates: readonly Account[]): Promise<Account | null> {
  const chosen = await ctx.prompt.select({
    message:
      'The answer was lost. Is one of these the account that was just created? It would be issued another credential.',
    choices: [
      ...candidates.map(({ id, name, createdAt, createdBy }) => ({
        value: id,
        label: [`${name} (${id})`, createdAt, createdBy].filter((part) => part !== null).join(', '),
      })),
      { value: '', label: 'none of them' },
    ],
  });
  return candidates.find(({ id }) => id === chosen) ?? null;
}

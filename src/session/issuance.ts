import type { AuditLog } from '../state/audit-log.ts';
import type { AccountLocks } from '../state/account-lock.ts';
import type { Context } from '../context.ts';
import type { Issuance } from '../delivery/issuance.ts';
import type { IssuedResult } from '../delivery/result.ts';
import { trialOf, untriedPart } from '../delivery/targets/kinds.ts';
import type { Target } from '../delivery/targets/target.ts';
import type { Journal } from '../state/journal.ts';
import type { Account } from '../model/account.ts';
import type { IssuancePlan, ManualIssuance } from '../providers/issuance.ts';
import { summaryOf } from '../model/run-environment.ts';
import { withConnection, type ConnectionFlags } from '../model/hint.ts';
import { ExitCode, UsageError, type RequiredAction } from '../errors.ts';
import { waitFor } from './account-turn.ts';
import { printCapsule } from './capsule.ts';
import { canAsk, confirmChange } from './confirm.ts';
import type { DeliveryFlags } from './account-flags.ts';
import type { Connected } from './connect.ts';
import type { CommonFlags } from './flags.ts';
import type { EndReport } from './issuance-end.ts';
import type { Session } from './session.ts';
import type { CommandOutput } from './output.ts';
import { addressOf } from '../delivery/targets/session.ts';
import { runIssuance } from '../delivery/run-issuance.ts';
import { placesOf, preflight, type Preflight } from '../delivery/preflight.ts';
import { dryRunDocument, endDryRun, plannedTarget, withStored } from './dry-run.ts';
import { tellingWhoWaits } from './reminders.ts';

/** A create or rotate that is ready to be previewed, confirmed and done. */
export interface PlannedIssuance {
  /** A UUID; see `Issuance`. */
  readonly id: string;
  readonly operation: 'create' | 'rotate';
  readonly plan: IssuancePlan;
  /** As it reads in a question, e.g. `Rotate ci-deploy (c1f0…) in organization a77e…`. */
  readonly action: string;
  readonly targets: readonly Target[];
  readonly flags: DeliveryFlags;
  /** What is done once it is confirmed, and before anything is issued. */
  readonly first?: FirstStep | null;
  /** See `Issuance`. */
  readonly settled?: readonly string[];
  readonly isReissue?: boolean;
  readonly report?: EndReport | null;
  /** Reads once more, under the lock. @throws ConflictError when the account is not as it was planned with */
  readonly checkUnchanged: () => Promise<void>;
}

/** A change of its own, which an earlier run left to do. */
export interface FirstStep {
  /** e.g. `the credential kept since 2026-11-22T12:00:00Z is delivered to file:t first` */
  readonly effect: string;
  readonly work: () => Promise<void>;
}

/** The common end of create and rotate: previews it, or asks for confirmation and does it. */
export async function issuance(session: Session, planned: PlannedIssuance): Promise<ExitCode> {
  const { ctx, common } = session;
  const issuing = await issuanceIn(session, planned);
  const found = await preflight(ctx, issuing);
  for (const warning of found.warnings) await session.note(warning);
  if (common.dryRun) return preview(session, planned, found);
  if (found.problems.length > 0) throw new UsageError(found.problems, { hint: found.hint });
  const { action, first = null, report = null } = planned;
  const { expected: account } = planned.plan;
  const { name } = account;
  const unwritable = await report?.problems(placesOf(found.targets, { account: name, name }));
  if (unwritable !== undefined && unwritable.length > 0) throw new UsageError(unwritable);
  const goes = planned.targets.map((target) => {
    return `the new credential goes to ${target.name}${untriedPart[trialOf(target)]}`;
  });
  await confirmChange(session, { action, effects: [...effectsWithFirst(session, planned), ...goes] });
  function work(told: (result: IssuedResult) => void): Promise<void> {
    return tellingWhoWaits(ctx, session.note, async () => {
      await first?.work();
      await runIssuance(ctx, { ...issuing, told });
    });
  }
  if (report === null && summaryOf(ctx.env) === null) await work(() => undefined);
  else {
    const { tellingEnd } = await import('./issuance-end.ts');
    await tellingEnd(session, { action, account, report }, work);
  }
  return ExitCode.done;
}

/**
 * Refuses what would be refused later, before a person goes to fetch a credential that the console shows once.
 * @throws UsageError
 */
export async function rehearse(session: Session, planned: PlannedIssuance): Promise<void> {
  const { problems, hint } = await preflight(session.ctx, await issuanceIn(session, planned));
  if (problems.length > 0) throw new UsageError(problems, { hint });
}

async function preview(session: Session, planned: PlannedIssuance, found: Preflight): Promise<ExitCode> {
  const where = { provider: session.definition.name, marker: session.marker };
  const plan = { ...planned.plan, operation: planned.operation, effects: effectsWithFirst(session, planned) };
  await session.emit(dryRunDocument(where, plan, await withStored(found.targets.map(plannedTarget), planned.targets)));
  return endDryRun(session, found);
}

/** What an issuance needs of its connection. A process has one journal and one audit log. */
export interface IssuanceHost extends Connected, Pick<CommandOutput, 'renderer' | 'note' | 'mask'> {
  readonly common: CommonFlags;
  readonly journal: Journal;
  readonly audit: AuditLog;
  readonly locks: AccountLocks;
  readonly hasCapsule: boolean;
}

/** A planned create or rotate with everything its delivery needs. */
export function issuanceOf(host: IssuanceHost, planned: PlannedIssuance): Issuance {
  const { ctx, common, provider, renderer, journal, audit, isSandbox } = host;
  const { id, operation, plan, targets, flags, settled = [], isReissue = false, checkUnchanged } = planned;
  const { credentialSource, profile } = host.connection;
  return {
    id,
    operation,
    plan:
      plan.manual === undefined
        ? plan
        : { ...plan, manual: located(plan.manual, { ...ctx, profile, flags: host.commandFlags, directory: ctx.cwd }) },
    renderer,
    targets,
    settled,
    isReissue,
    checkUnchanged,
    report: host.note,
    mask: host.mask,
    preferences: preferencesOf(flags),
    capsule: host.hasCapsule && flags.capsule !== false ? (sealed) => printCapsule(ctx, { sealed, isSandbox }) : null,
    journal,
    audit,
    ...lockingOf(host, plan.expected),
    credentialSource,
    remote: {
      planRotate: provider.planRotate,
      findAccount: provider.findAccount,
      verifyCredential: host.verifyCredential,
      verifyOwnCredential: provider.verifyOwnCredential,
    },
    choose: canAsk(ctx, common) ? (candidates) => choose(ctx, candidates) : null,
  };
}

/** What it takes to lock the account of an issuance, which is `expected` to be as it was planned with. */
export function lockingOf(host: IssuanceHost, expected: Account): Pick<Issuance, 'connection' | 'locks' | 'wait'> {
  const { common, definition, provider, locks, isSandbox } = host;
  const { profile, endpoint, caFile } = host.connection;
  // Elsewhere the endpoint and the account's id say it all, and a plan to create may not know it.
  const organization = provider.listOrganizations === undefined ? null : expected.organization;
  return {
    locks,
    ...(common.wait !== undefined && {
      wait: waitFor(host, `${definition.name} service account ${expected.name}`, common.wait),
    }),
    connection: { provider: definition.name, profile, endpoint, organization, isSandbox, caFile },
  };
}

/** The flags, with their defaults. */
export function preferencesOf({ verify, reissue, journal, allowSelf }: DeliveryFlags): Issuance['preferences'] {
  return {
    verify: verify ?? true,
    reissue: reissue ?? true,
    keepsSecret: journal ?? true,
    allowSelf: allowSelf ?? false,
  };
}

function effectsWithFirst(session: Session, planned: PlannedIssuance): readonly string[] {
  return [...(planned.first ? [planned.first.effect] : []), ...effectsOf(session, planned)];
}

/** The effects of the plan and, where it is the caller's own account, what follows from that. */
export function effectsOf(
  { connection }: Pick<Session, 'connection'>,
  { plan, targets }: Pick<PlannedIssuance, 'plan' | 'targets'>,
): readonly string[] {
  if (plan.isSelf === false || plan.manual !== undefined) return plan.effects;
  const who = plan.isSelf ? 'this is' : 'this may be';
  return [
    ...plan.effects,
    `${who} the account that sactl signs in with: if the answer is lost, only an administrator can issue another credential`,
    ...(targets.some(({ name }) => name === 'profile')
      ? []
      : [`replace the credential in ${connection.credentialSource} before the next command`]),
  ];
}

/** Asks which account a lost answer was about; null for none of them. */
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

async function issuanceIn(session: Session, planned: PlannedIssuance): Promise<Issuance> {
  const { journal, audit, locks, hasCapsule } = await session.state();
  const { keepsSecret: keepsSecrets } = preferencesOf(planned.flags);
  return issuanceOf({ ...session, journal: journal({ keepsSecrets }), audit, locks, hasCapsule }, planned);
}

/**
 * The same, with every target named by its address, and commands that name this connection.
 * @param directory what relative paths of targets are against
 */
export function located(
  manual: ManualIssuance,
  place: {
    readonly profile: string | null;
    readonly flags: ConnectionFlags;
    readonly directory: string;
    readonly homeDirectory: string | null;
  },
): ManualIssuance {
  function addresses(delivered: readonly string[]): readonly string[] {
    return delivered.map((name) => addressOf(name, { ...place, cwd: place.directory }));
  }
  function withFlags(action: RequiredAction): RequiredAction {
    return { ...action, command: withConnection(action.command, place.flags) };
  }
  return {
    ...manual,
    actions: (delivered) => manual.actions(addresses(delivered)).map(withFlags),
    record: (delivered) => manual.record(addresses(delivered)),
  };
}

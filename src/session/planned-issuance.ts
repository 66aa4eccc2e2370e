import type { AuditLog } from '../state/audit-log.ts';
import type { Context } from '../context.ts';
import type { Issuance } from '../delivery/issuance.ts';
import type { Target } from '../delivery/targets/target.ts';
import type { Journal } from '../state/journal.ts';
import type { Account } from '../model/account.ts';
import type { IssuancePlan, ManualIssuance } from '../providers/issuance.ts';
import { withConnection, type ConnectionFlags } from '../model/hint.ts';
import type { RequiredAction } from '../errors.ts';
import { canAsk } from './confirm.ts';
import type { DeliveryFlags } from './account-flags.ts';
import type { Session } from './session.ts';
import { addressOf } from '../delivery/targets/session.ts';

export interface PlannedIssuance {
  /** A UUID; see `Issue`. */
  readonly id: string;
  readonly operation: 'create' | 'rotate';
  readonly plan: IssuancePlan;
  /** As it reads in a question, e.g. `Rotate ci-deploy (c1f0…) in organization a77e…`. */
  readonly action: string;
  readonly targets: readonly Target[];
  readonly flags: DeliveryFlags;
  /** Reads once more, under the lock. @throws ConflictError when the account is not as it was planned with */
  readonly checkUnchanged: () => Promise<void>;
}

/** What an issue needs of its connection; journal and audit log are the process's only ones. */
export interface IssuanceHost extends Pick<
  Session,
  | 'ctx'
  | 'common'
  | 'definition'
  | 'provider'
  | 'renderer'
  | 'connection'
  | 'commandFlags'
  | 'isSandbox'
  | 'locks'
  | 'verifyCredential'
  | 'note'
> {
  readonly journal: Journal;
  readonly audit: AuditLog;
}

/** A planned create or rotate with everything its delivery needs. */
export function issuanceOf(host: IssuanceHost, planned: PlannedIssuance): Issuance {
  const { ctx, common, definition, provider, renderer, connection } = host;
  const { id, operation, plan, targets, flags, checkUnchanged } = planned;
  return {
    id,
    operation,
    plan: {
      ...plan,
      ...(plan.manual === undefined
        ? {}
        : {
            manual: located(plan.manual, {
              profile: connection.profile,
              flags: host.commandFlags,
              directory: ctx.cwd,
              homeDirectory: ctx.homeDirectory,
            }),
          }),
    },
    renderer,
    targets,
    checkUnchanged,
    report: host.note,
    preferences: preferencesOf(flags),
    journal: host.journal,
    audit: host.audit,
    locks: host.locks,
    connection: {
      provider: definition.name,
      profile: connection.profile,
      endpoint: connection.endpoint,
      // Elsewhere the endpoint and the account's id say it all, and a plan to create may not know it.
      organization: provider.listOrganizations === undefined ? null : plan.expected.organization,
      isSandbox: host.isSandbox,
      caFile: connection.caFile,
    },
    credentialSource: connection.credentialSource,
    remote: {
      planRotate: provider.planRotate,
      verifyCredential: host.verifyCredential,
      verifyOwnCredential: provider.verifyOwnCredential,
    },
    choose: canAsk(ctx, common) ? (candidates) => choose(ctx, candidates) : null,
  };
}

/** What the flags say, with what holds without them. */
export function preferencesOf({ verify, reissue, journal, allowSelf }: DeliveryFlags): Issuance['preferences'] {
  return {
    verify: verify ?? true,
    reissue: reissue ?? true,
    keepsSecret: journal ?? true,
    allowSelf: allowSelf ?? false,
  };
}

/** What the plan does and, where it is the caller's own account, what that means for him. */
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

/** Where a plan is carried out. */
export interface PlanPlace {
  readonly profile: string | null;
  /** What commands need to mean the connection. */
  readonly flags: ConnectionFlags;
  /** What relative paths of targets are against. */
  readonly directory: string;
  readonly homeDirectory: string;
}

/** The same, with every target named by its address, and commands that name this connection. */
export function located(manual: ManualIssuance, place: PlanPlace): ManualIssuance {
  const { directory: cwd, homeDirectory, profile, flags } = place;
  function addresses(delivered: readonly string[]): readonly string[] {
    return delivered.map((name) => addressOf(name, { cwd, homeDirectory, profile }));
  }
  function withFlags(action: RequiredAction): RequiredAction {
    return { ...action, command: withConnection(action.command, flags) };
  }
  return {
    ...manual,
    actions: (delivered) => manual.actions(addresses(delivered)).map(withFlags),
    record: (delivered) => manual.record(addresses(delivered)),
  };
}

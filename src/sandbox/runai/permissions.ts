import { Refusal } from './answers.ts';
import type { Action, Permission, RoleRecord, RuleRecord, RunaiState } from './state.ts';

/** One thing that a caller wants to do. */
export interface Wish {
  readonly resourceType: string;
  readonly action: Action;
}

/** The rules of an account: they name it, not its id, and know two spellings of its kind (contracts/runai.md 7). */
export function rulesOf({ rules }: RunaiState, name: string): RuleRecord[] {
  return rules.filter(
    ({ subjectId, subjectType, deletedAt }) =>
      subjectId === name && (subjectType === 'service-account' || subjectType === 'app') && deletedAt === null,
  );
}

/** What the account's roles allow it, by resource type. Scopes are not looked at: they narrow objects, not actions. */
export function permissionsOf(state: RunaiState, name: string): ReadonlyMap<string, ReadonlySet<Action>> {
  const roleIds = new Set(rulesOf(state, name).map(({ roleId }) => roleId));
  const granted = new Map<string, Set<Action>>();
  for (const role of state.roles) {
    if (!role.isEnabled || !roleIds.has(role.id)) continue;
    for (const { resourceType, actions } of role.permissions) {
      granted.set(resourceType, new Set([...(granted.get(resourceType) ?? []), ...actions]));
    }
  }
  return granted;
}

/** @throws Refusal 403 */
export function requirePermission(state: RunaiState, name: string, { resourceType, action }: Wish): void {
  if (permissionsOf(state, name).get(resourceType)?.has(action)) return;
  throw forbidden(`${action} ${resourceType}`);
}

/**
 * Nobody can give a role that may do more than himself (contracts/runai.md 7, privilege rule).
 * @throws Refusal 403
 */
export function requireWithin(state: RunaiState, name: string, role: RoleRecord): void {
  const own = permissionsOf(state, name);
  if (role.permissions.every((permission) => covers(own, permission))) return;
  throw forbidden(`assign the role ${role.name}`);
}

function covers(own: ReadonlyMap<string, ReadonlySet<Action>>, { resourceType, actions }: Permission): boolean {
  return actions.every((action) => own.get(resourceType)?.has(action));
}

/** @throws Refusal 403 when the account has no rule at all (contracts/runai.md 10) */
export function requireSomeRule(state: RunaiState, name: string): void {
  if (rulesOf(state, name).length === 0) throw forbidden('do anything');
}

function forbidden(what: string): Refusal {
  return new Refusal(403, `Lack of permissions to ${what}`);
}

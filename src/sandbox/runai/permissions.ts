import { Refusal } from '../emulator.ts';
import type { Action } from '../records.ts';
import type { RunaiRole, RuleRecord, RunaiState } from './state.ts';

/** The rules of an account: they have its name, not its id, and know two spellings of its kind (docs/contracts/runai.md 7). */
export function rulesOf({ rules }: RunaiState, name: string): RuleRecord[] {
  return rules.filter(
    ({ subjectId, subjectType, deletedAt }) =>
      subjectId === name && (subjectType === 'service-account' || subjectType === 'app') && deletedAt === null,
  );
}

/** What the account's roles allow, by resource type. Scopes are ignored: they narrow objects, not actions. */
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
export function requirePermission(
  state: RunaiState,
  name: string,
  { resourceType, action }: { readonly resourceType: string; readonly action: Action },
): void {
  if (permissionsOf(state, name).get(resourceType)?.has(action)) return;
  throw forbidden(`${action} ${resourceType}`);
}

/** An account can only grant what its own roles allow (docs/contracts/runai.md 7). @throws Refusal 403 */
export function requireWithin(state: RunaiState, name: string, role: RunaiRole): void {
  const own = permissionsOf(state, name);
  const isWithin = role.permissions.every(({ resourceType, actions }) =>
    actions.every((action) => own.get(resourceType)?.has(action)),
  );
  if (isWithin) return;
  throw forbidden(`assign the role ${role.name}`);
}

function forbidden(what: string): Refusal {
  return new Refusal(403, `Lack of permissions to ${what}`);
}

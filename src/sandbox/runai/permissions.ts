import { Refusal } from '../emulator.ts';
import type { Action } from '../records.ts';
import { everybody, type RunaiDeployment, type RunaiRole, type RuleRecord } from './state.ts';
import { words } from './versions.ts';

/** The rules that there are in this version, without deleted ones. */
export function presentRules({ state, controlPlane }: RunaiDeployment): RuleRecord[] {
  const { hasRulesOfAll } = words[controlPlane];
  return state.rules.filter(
    ({ deletedAt, subjectType }) => deletedAt === null && (hasRulesOfAll || subjectType !== everybody),
  );
}

/**
 * The rules of an account, which have its name, not its id, and know two spellings of its kind; and those of every
 * account (docs/contracts/runai.md 7).
 */
export function rulesOf(deployment: RunaiDeployment, name: string): RuleRecord[] {
  return presentRules(deployment).filter(
    ({ subjectId, subjectType }) =>
      subjectType === everybody || (subjectId === name && (subjectType === 'service-account' || subjectType === 'app')),
  );
}

/** What the account's roles allow, by resource type. Scopes are ignored: they narrow objects, not actions. */
export function permissionsOf(deployment: RunaiDeployment, name: string): ReadonlyMap<string, ReadonlySet<Action>> {
  const roleIds = new Set(rulesOf(deployment, name).map(({ roleId }) => roleId));
  const granted = new Map<string, Set<Action>>();
  for (const role of deployment.state.roles) {
    if (!role.isEnabled || !roleIds.has(role.id)) continue;
    for (const { resourceType, actions } of role.permissions) {
      granted.set(resourceType, new Set([...(granted.get(resourceType) ?? []), ...actions]));
    }
  }
  return granted;
}

/** @throws Refusal 403 */
export function requirePermission(
  deployment: RunaiDeployment,
  name: string,
  { resourceType, action }: { readonly resourceType: string; readonly action: Action },
): void {
  if (permissionsOf(deployment, name).get(resourceType)?.has(action)) return;
  throw forbidden(`${action} ${resourceType}`);
}

/** An account can only grant what its own roles allow (docs/contracts/runai.md 7). @throws Refusal 403 */
export function requireWithin(deployment: RunaiDeployment, name: string, role: RunaiRole): void {
  const own = permissionsOf(deployment, name);
  const isWithin = role.permissions.every(({ resourceType, actions }) =>
    actions.every((action) => own.get(resourceType)?.has(action)),
  );
  if (isWithin) return;
  throw forbidden(`assign the role ${role.name}`);
}

/** @throws Refusal 403 when no rule reaches the account (docs/contracts/runai.md 10) */
export function requireSomeRule(deployment: RunaiDeployment, name: string): void {
  if (rulesOf(deployment, name).length === 0) throw forbidden('do anything');
}

function forbidden(what: string): Refusal {
  return new Refusal(403, `Lack of permissions to ${what}`);
}

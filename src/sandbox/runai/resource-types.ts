import type { Action } from '../records.ts';

/** The resource types of the seeded roles, as permissions show them (docs/contracts/runai.md 8 and 10). */
const resourceTypes: ReadonlyMap<string, { readonly displayName: string; readonly groupId: string }> = new Map([
  ['service-account', { displayName: 'Service accounts', groupId: 'iam' }],
  ['apps', { displayName: 'Applications', groupId: 'iam' }],
  ['access_rules', { displayName: 'Access rules', groupId: 'iam' }],
  ['roles', { displayName: 'Roles', groupId: 'iam' }],
  ['cluster', { displayName: 'Clusters', groupId: 'physical-resource' }],
  ['department', { displayName: 'Departments', groupId: 'organization' }],
  ['project', { displayName: 'Projects', groupId: 'organization' }],
  ['workloads', { displayName: 'Workloads', groupId: 'workload' }],
  ['environments', { displayName: 'Environments', groupId: 'workload-asset' }],
]);

interface PermissionView {
  readonly resourceType: string;
  readonly displayName: string;
  readonly groupId: string;
  readonly actions: readonly Action[];
}

/** One permission in an answer; empty for a resource type that the API does not have. */
export function permissionView(resourceType: string, actions: Iterable<Action>): readonly PermissionView[] {
  const known = resourceTypes.get(resourceType);
  return known === undefined ? [] : [{ resourceType, ...known, actions: [...actions] }];
}

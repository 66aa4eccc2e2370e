import type { Action } from '../records.ts';
import type { RunaiDeployment } from './state.ts';
import { from, type ControlPlane } from './versions.ts';

/** How permissions show a resource type. */
interface ResourceType {
  readonly displayName: string;
  readonly groupId: string;
  /** The versions that know it. Default: all. */
  readonly versions?: readonly ControlPlane[];
}

/** The resource types of the seeded roles (docs/contracts/runai.md 8 and 10). */
const resourceTypes: ReadonlyMap<string, ResourceType> = new Map<string, ResourceType>([
  ['service-account', { displayName: 'Service accounts', groupId: 'iam', versions: from('2.24') }],
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

/** One permission in an answer; empty for a resource type that the version does not have. */
export function permissionView(
  [resourceType, actions]: readonly [resourceType: string, actions: Iterable<Action>],
  { controlPlane }: RunaiDeployment,
): readonly PermissionView[] {
  const known = resourceTypes.get(resourceType);
  if (known === undefined || known.versions?.includes(controlPlane) === false) return [];
  const { displayName, groupId } = known;
  return [{ resourceType, displayName, groupId, actions: [...actions] }];
}

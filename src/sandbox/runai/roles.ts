import type { ServiceCall } from '../emulator.ts';
import { filtered, type Filters } from './filter.ts';
import { pageOf } from './paging.ts';
import { permissionView } from './resource-types.ts';
import type { RunaiDeployment, RunaiRole } from './state.ts';

/** v1 is a bare array (docs/contracts/runai.md 8). */
export function listRoles(_: ServiceCall, __: string, deployment: RunaiDeployment): unknown {
  return deployment.state.roles.map((role) =>
    Object.assign(roleView(role), { permissions: permissionsOf(role, deployment) }),
  );
}

const filters: Filters<RunaiRole> = {
  name: ({ name }) => name,
  createdAt: ({ createdAt }) => createdAt,
  createdBy: () => 'system',
  custom: () => 'false',
  enabled: () => 'true',
};

/** v2 has pages, and its permissions no names and groups. @throws Refusal 400 */
export function pageOfRoles({ url: { searchParams } }: ServiceCall, _: string, deployment: RunaiDeployment): unknown {
  const search = searchParams.get('search') ?? '';
  const roles = filtered(deployment.state.roles, searchParams, filters).filter(({ name }) => name.includes(search));
  return pageOf(
    searchParams,
    'roles',
    roles.map((role) => {
      const permissions = permissionsOf(role, deployment).map(({ resourceType, actions }) => ({
        resourceType,
        actions,
      }));
      return Object.assign(roleView(role), { permissions, permissionSets: [] });
    }),
  );
}

function permissionsOf({ permissions }: RunaiRole, deployment: RunaiDeployment) {
  return permissions.flatMap(({ resourceType, actions }) => permissionView([resourceType, actions], deployment));
}

/** A role that is not effective still says `enabled`; only `effectiveEnabled` tells (docs/contracts/runai.md 8). */
function roleView({ id, name, description, createdAt, isEnabled }: RunaiRole) {
  return {
    id,
    name,
    description,
    enabled: true,
    custom: false,
    effectiveEnabled: isEnabled,
    createdAt,
    updatedAt: createdAt,
    createdBy: 'system',
    kubernetesPermissions: { predefinedRole: null },
  };
}

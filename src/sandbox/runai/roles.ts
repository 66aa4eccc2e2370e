import type { ServiceCall } from '../emulator.ts';
import { filtered, type Filters } from './filter.ts';
import { pageOf } from './paging.ts';
import { permissionView } from './resource-types.ts';
import type { RunaiDeployment, RunaiRole } from './state.ts';

/** v1 is a bare array (docs/contracts/runai.md 8). */
export function listRoles(_: ServiceCall, __: string, { state }: RunaiDeployment): unknown {
  return state.roles.map((role) => ({ ...roleView(role), permissions: permissionsOf(role) }));
}

const filters: Filters<RunaiRole> = {
  name: ({ name }) => name,
  createdAt: ({ createdAt }) => createdAt,
  createdBy: () => 'system',
  custom: () => 'false',
  enabled: () => 'true',
};

/** v2 has pages, and its permissions no names and groups. @throws Refusal 400 */
export function pageOfRoles({ url: { searchParams } }: ServiceCall, _: string, { state }: RunaiDeployment): unknown {
  const search = searchParams.get('search') ?? '';
  const roles = filtered(state.roles, searchParams, filters).filter(({ name }) => name.includes(search));
  return pageOf(
    searchParams,
    'roles',
    roles.map((role) => {
      const permissions = permissionsOf(role).map(({ resourceType, actions }) => ({ resourceType, actions }));
      return Object.assign(roleView(role), { permissions, permissionSets: [] });
    }),
  );
}

function permissionsOf({ permissions }: RunaiRole) {
  return permissions.flatMap(({ resourceType, actions }) => permissionView(resourceType, actions));
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

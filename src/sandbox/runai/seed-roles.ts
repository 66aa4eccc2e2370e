import { roleIds } from './seed-ids.ts';
import type { Action, Permission, RoleRecord } from './state.ts';

const everything = ['create', 'read', 'update', 'delete'] as const;
const readEvidence = ['read'] as const;

interface RoleSpec {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly Permission[];
  readonly isDisabled?: true;
}

function on(resourceTypes: readonly string[], actions: readonly Action[]): Permission[] {
  return resourceTypes.map((resourceType) => ({ resourceType, actions }));
}

const scopes = on(['cluster', 'department', 'project'], readEvidence);

/** Some of the predefined roles; only the first manages accounts (contracts/runai.md 8 and 11). */
const roleSpecs: readonly RoleSpec[] = [
  {
    id: roleIds.systemAdministrator,
    name: 'System administrator',
    description: 'Controls everything in the tenant',
    permissions: on(
      [
        'service-account',
        'apps',
        'access_rules',
        'roles',
        'cluster',
        'department',
        'project',
        'workload',
        'environment',
      ],
      everything,
    ),
  },
  {
    id: roleIds.departmentAdministrator,
    name: 'Department administrator',
    description: 'Manages a department and its projects',
    permissions: [
      ...on(['access_rules', 'project', 'workload'], everything),
      ...on(['roles', 'cluster', 'department'], readEvidence),
    ],
  },
  {
    id: roleIds.departmentViewer,
    name: 'Department viewer',
    description: 'Looks at a department',
    permissions: scopes,
  },
  {
    id: roleIds.editor,
    name: 'Editor',
    description: 'Manages projects and workloads',
    permissions: [...on(['project', 'workload'], everything), ...on(['cluster'], readEvidence)],
  },
  {
    id: roleIds.researchManager,
    name: 'Research manager',
    description: 'Looks after environments for researchers',
    permissions: [...scopes, ...on(['environment'], everything)],
  },
  {
    id: roleIds.l1Researcher,
    name: 'L1 researcher',
    description: 'Submits workloads',
    permissions: [...scopes, ...on(['workload'], everything)],
  },
  {
    id: roleIds.l2Researcher,
    name: 'L2 researcher',
    description: 'Submits workloads from environments',
    permissions: [...scopes, ...on(['workload'], ['create', 'read', 'delete'])],
    isDisabled: true,
  },
  {
    id: roleIds.mlEngineer,
    name: 'ML engineer',
    description: 'Manages inference',
    permissions: [...scopes, ...on(['workload'], everything)],
  },
  {
    id: roleIds.viewer,
    name: 'Viewer',
    description: 'Looks at everything but accounts',
    permissions: [...scopes, ...on(['workload', 'environment', 'roles'], readEvidence)],
  },
  {
    id: roleIds.environmentAdministrator,
    name: 'Environment administrator',
    description: 'Manages environments',
    permissions: [...scopes, ...on(['environment'], everything)],
  },
];

/** Ten predefined roles, `L2 researcher` not effective; `createdAt` as the API writes times. */
export function seedRoles(createdAt: string): RoleRecord[] {
  return roleSpecs.map(({ id, name, description, permissions, isDisabled }) => ({
    id,
    name,
    description,
    createdAt,
    isEnabled: !isDisabled,
    permissions,
  }));
}

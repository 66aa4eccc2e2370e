import { seedAccounts } from './seed-accounts.ts';
import { clusterIds, departmentIds, projectIds, tenantId } from './seed-ids.ts';
import { seedRoles } from './seed-roles.ts';
import { seedRules } from './seed-rules.ts';
import { timestamp, type DepartmentRecord, type ProjectRecord, type RunaiState } from './state.ts';

const dayMs = 86_400_000;

/** The same world on every first day: times are relative to `now`, in milliseconds since the epoch. */
export function seedRunai(now: number): RunaiState {
  function at(days: number): string {
    return timestamp(now + days * dayMs);
  }
  const rules = seedRules(at);
  return {
    tenant: { id: tenantId, name: 'acme' },
    clusters: [
      { uuid: clusterIds.east, name: 'gpu-east', createdAt: at(-500) },
      { uuid: clusterIds.west, name: 'gpu-west', createdAt: at(-320) },
    ],
    departments: departments(),
    projects: projects(),
    roles: seedRoles(at(-500)),
    accounts: seedAccounts(at),
    rules,
    lastRuleId: Math.max(...rules.map(({ id }) => id)),
  };
}

function departments(): DepartmentRecord[] {
  const { east, west } = clusterIds;
  const { research, product, platform, lab } = departmentIds;
  return [
    { id: research, name: 'research', clusterId: east },
    { id: product, name: 'product', clusterId: east },
    { id: platform, name: 'platform', clusterId: east },
    { id: lab, name: 'lab', clusterId: west },
  ];
}

function projects(): ProjectRecord[] {
  const { east, west } = clusterIds;
  const { research, product, platform, lab } = departmentIds;
  const ids = projectIds;
  return [
    { id: ids.visionEast, name: 'vision', clusterId: east, parentId: research },
    { id: ids.visionWest, name: 'vision', clusterId: west, parentId: lab },
    { id: ids.language, name: 'language', clusterId: east, parentId: research },
    { id: ids.recommender, name: 'recommender', clusterId: east, parentId: product },
    { id: ids.monitoring, name: 'monitoring', clusterId: east, parentId: platform },
    { id: ids.robotics, name: 'robotics', clusterId: west, parentId: lab },
  ];
}

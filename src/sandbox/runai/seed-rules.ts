import { clusterIds, departmentIds, projectIds, roleIds, runaiSandboxClients, tenantId } from './seed-ids.ts';
import type { RuleKey, RuleRecord, ScopeType, SubjectType } from './state.ts';

interface Place {
  readonly scopeType: ScopeType;
  readonly scopeId: string;
  readonly clusterId: string | null;
}

type RuleSpec = readonly [subject: string, roleId: number, place: Place, type?: SubjectType];

const { east, west } = clusterIds;
const tenant: Place = { scopeType: 'tenant', scopeId: String(tenantId), clusterId: null };

function cluster(id: string): Place {
  return { scopeType: 'cluster', scopeId: id, clusterId: id };
}

function department(id: string, clusterId: string): Place {
  return { scopeType: 'department', scopeId: id, clusterId };
}

function project(id: string, clusterId: string): Place {
  return { scopeType: 'project', scopeId: id, clusterId };
}

/** Among them: one of an account that is gone (`old-batch`), one of type `app`, and one in a role that is disabled. */
function ruleSpecs(): RuleSpec[] {
  const { research, product, platform } = departmentIds;
  const roles = roleIds;
  return [
    [runaiSandboxClients.administrator.clientId, roles.systemAdministrator, tenant],
    ['ci-vision', roles.l1Researcher, project(projectIds.visionEast, east)],
    ['ci-vision', roles.l1Researcher, project(projectIds.visionWest, west)],
    ['ci-language', roles.l1Researcher, project(projectIds.language, east)],
    ['batch-trainer', roles.l1Researcher, department(research, east)],
    ['batch-trainer', roles.viewer, cluster(west)],
    ['dashboards', roles.viewer, tenant],
    ['dashboards', roles.departmentViewer, department(platform, east), 'app'],
    ['terraform', roles.departmentAdministrator, department(platform, east)],
    ['model-server', roles.mlEngineer, department(product, east)],
    ['data_loader2', roles.l2Researcher, project(projectIds.language, east)],
    ['nightly-evaluator', roles.l1Researcher, project(projectIds.recommender, east)],
    ['old-batch', roles.editor, project(projectIds.visionEast, east)],
    ['ann@example.com', roles.systemAdministrator, tenant, 'user'],
    ['vision-team', roles.researchManager, department(research, east), 'group'],
    ['robot-arm', roles.l1Researcher, project(projectIds.robotics, west)],
  ];
}

const firstId = 101;

/** `at` gives the time so many days from the seeding. */
export function seedRules(at: (days: number) => string): RuleRecord[] {
  return ruleSpecs().map(([subjectId, roleId, place, subjectType = 'service-account'], index) => {
    const key: RuleKey = { subjectId, subjectType, roleId, ...place };
    const time = at(index - 150);
    return Object.assign(key, {
      id: firstId + index,
      clusterId: place.clusterId,
      createdBy: 'ann@example.com',
      createdAt: time,
      updatedAt: time,
      deletedAt: null,
    });
  });
}

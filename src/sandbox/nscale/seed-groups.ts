import { accountIds, groupIds, organizationId, roleIds } from './seed-ids.ts';
import type { GroupRecord } from './state.ts';

type GroupSpec = Pick<GroupRecord, 'id' | 'name' | 'roleIds' | 'accountIds'> & {
  readonly description?: string;
};

function groupSpecs(): GroupSpec[] {
  return [
    {
      id: groupIds.platformAdmins,
      name: 'platform-admins',
      description: 'Full control; keep it small',
      roleIds: [roleIds.administrator],
      accountIds: [accountIds.terraform],
    },
    {
      id: groupIds.mlTraining,
      name: 'ml-training',
      description: 'Training clusters',
      roleIds: [roleIds.user],
      accountIds: [accountIds.ciDeploy, accountIds.nightlyTrain, accountIds.datasetSync],
    },
    {
      id: groupIds.inference,
      name: 'inference',
      roleIds: [roleIds.user, roleIds.reader],
      accountIds: [accountIds.ciDeploy, accountIds.gateway, accountIds.gatewayOld],
    },
    {
      id: groupIds.observability,
      name: 'observability',
      description: 'Dashboards and alerts',
      roleIds: [roleIds.reader],
      accountIds: [accountIds.grafana, accountIds.backup],
    },
    {
      id: groupIds.billingReadonly,
      name: 'billing-readonly',
      description: 'Cost reports',
      roleIds: [roleIds.auditor],
      accountIds: [accountIds.costReport],
    },
  ];
}

/** Five groups with fresh member lists, which a deployment changes. */
export function seedGroups(creationTime: string): GroupRecord[] {
  const rest = { organizationId, creationTime, createdBy: 'ann@example.com' };
  return groupSpecs().map((spec) => Object.assign(spec, rest));
}

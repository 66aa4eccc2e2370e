import { seedAccounts } from './seed-accounts.ts';
import { accountIds, groupIds, organizationId, otherOrganizationId, roleIds, sandboxTokens } from './seed-ids.ts';
import { hashToken, timestamp, type GroupRecord, type NscaleState, type RoleRecord, type UserRecord } from './state.ts';

const dayMs = 86_400_000;

/** The same world on every first day: times are relative to `now`, in milliseconds since the epoch. */
export function seedNscale(now: number): NscaleState {
  function at(days: number): string {
    return timestamp(now + days * dayMs);
  }
  return {
    organizations: [
      {
        id: organizationId,
        name: 'acme-research',
        description: 'Models and the clusters they run on',
        creationTime: at(-400),
      },
      { id: otherOrganizationId, name: 'acme-finance', creationTime: at(-380) },
    ],
    users: seedUsers(),
    roles: seedRoles(at(-400)),
    groups: seedGroups(at(-390)),
    accounts: seedAccounts(at),
  };
}

function seedUsers(): UserRecord[] {
  const { administrator, auditor, user } = roleIds;
  return [
    person('ann@example.com', sandboxTokens.administrator, { [organizationId]: [administrator] }),
    person('cora@example.com', sandboxTokens.auditor, { [organizationId]: [auditor] }),
    person('ben@example.com', sandboxTokens.user, { [organizationId]: [user] }),
    person('dora@example.com', sandboxTokens.consultant, {
      [organizationId]: [auditor],
      [otherOrganizationId]: [],
    }),
  ];
}

function person(email: string, token: string, roles: UserRecord['roles']): UserRecord {
  return { email, tokenHash: hashToken(token), roles };
}

const everything = ['create', 'read', 'update', 'delete'] as const;

const roleSpecs: readonly Pick<RoleRecord, 'id' | 'name' | 'description' | 'grantable' | 'permissions'>[] = [
  {
    id: roleIds.administrator,
    name: 'administrator',
    description: 'Manages everything in the organization',
    grantable: true,
    permissions: {
      'identity:serviceaccounts': everything,
      'identity:groups': everything,
      'identity:roles': ['read'],
    },
  },
  {
    id: roleIds.auditor,
    name: 'auditor',
    description: 'Reads everything, changes nothing',
    grantable: false,
    permissions: {
      'identity:serviceaccounts': ['read'],
      'identity:groups': ['read'],
      'identity:roles': ['read'],
    },
  },
  {
    id: roleIds.reader,
    name: 'reader',
    description: 'Reads clusters and workloads',
    grantable: true,
    permissions: {},
  },
  {
    id: roleIds.user,
    name: 'user',
    description: 'Runs clusters and workloads',
    grantable: true,
    permissions: {},
  },
];

/** The rights of nscale's own chart (contracts/nscale.md 4, RBAC). */
function seedRoles(creationTime: string): RoleRecord[] {
  return roleSpecs.map((spec) => Object.assign({ organizationId, creationTime }, spec));
}

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
function seedGroups(creationTime: string): GroupRecord[] {
  const rest = { organizationId, creationTime, createdBy: 'ann@example.com' };
  return groupSpecs().map((spec) => Object.assign(spec, rest));
}

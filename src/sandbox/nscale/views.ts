import type { NscaleAccount, GroupRecord, NscaleRole, ResourceRecord } from './state.ts';

type Json = Record<string, unknown>;

const healthy = { provisioningStatus: 'provisioned', healthStatus: 'healthy' } as const;

/** An account as the API shows it: what is not set is left out, never null. */
export function accountView(account: NscaleAccount, groupIds: readonly string[]) {
  return { metadata: metadataView(account), spec: { groupIDs: groupIds }, status: { expiry: account.expiry } };
}

function metadataView(account: NscaleAccount): Json {
  const { id, name, description, organizationId, creationTime, createdBy, tags } = account;
  const { modifiedTime, modifiedBy, deletionTime } = account;
  return {
    id,
    name,
    ...present({ description }),
    organizationId,
    creationTime,
    createdBy,
    ...present({ modifiedTime, modifiedBy, deletionTime }),
    ...healthy,
    ...(deletionTime === null ? {} : { provisioningStatus: 'deprovisioning' }),
    ...(tags.length === 0 ? {} : { tags }),
  };
}

/** Organizations have no `organizationId` in their metadata (docs/contracts/nscale.md 6). */
export function organizationView({ id, name, description, creationTime }: ResourceRecord): Json {
  return {
    metadata: { id, name, ...present({ description }), creationTime, ...healthy },
    spec: { organizationType: 'adhoc' },
  };
}

/** The members of each kind are always there, if empty (docs/contracts/nscale.md 6). */
export function groupView(group: GroupRecord): Json {
  const { id, name, description, organizationId, creationTime, createdBy } = group;
  return {
    metadata: { id, name, ...present({ description }), organizationId, creationTime, createdBy, ...healthy },
    spec: {
      roleIDs: group.roleIds,
      serviceAccountIDs: group.accountIds,
      userIDs: group.userIds ?? [],
      subjects: group.subjects ?? [],
    },
  };
}

/** Roles are of no organization (docs/contracts/nscale.md 6). */
export function roleView({ id, name, description, creationTime, grantable }: NscaleRole): Json {
  return { metadata: { id, name, ...present({ description }), creationTime, ...healthy }, grantable };
}

function present(values: Json): Json {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
}

/** As roles are sorted (docs/contracts/nscale.md 4). */
export function byName<Item extends { readonly name: string }>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Every other list is sorted by id (docs/contracts/nscale.md 4). */
export function byId<Item extends { readonly id: string }>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

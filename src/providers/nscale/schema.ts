import * as z from 'zod/mini';

import { barelyKnown, fieldsOf, type Account, type AccountStatus } from '../../model/account.ts';
import type { Payload } from '../answers.ts';
import type { Group, Identity, Organization, Role } from '../provider.ts';

const Tag = z.object({ name: z.string(), value: z.string() });

const Metadata = z.object({
  id: z.string(),
  name: z.string(),
  description: z.nullish(z.string()),
  organizationId: z.nullish(z.string()),
  tags: z.nullish(z.array(Tag)),
  creationTime: z.nullish(z.string()),
  createdBy: z.nullish(z.string()),
  modifiedTime: z.nullish(z.string()),
  deletionTime: z.nullish(z.string()),
  provisioningStatus: z.nullish(z.string()),
  healthStatus: z.nullish(z.string()),
});

/** A service account as nscale sends it (docs/contracts/nscale.md 2); unknown keys and enum values are accepted. */
export const ServiceAccount = z.object({
  metadata: Metadata,
  spec: z.object({ groupIDs: z.array(z.string()) }),
  status: z.object({ expiry: z.nullish(z.string()), accessToken: z.nullish(z.string()) }),
});
export type ServiceAccount = z.infer<typeof ServiceAccount>;

export const OrganizationRead = z.object({ metadata: Metadata });
export type OrganizationRead = z.infer<typeof OrganizationRead>;

export const GroupRead = z.object({
  metadata: Metadata,
  spec: z.object({ roleIDs: z.nullish(z.array(z.string())), serviceAccountIDs: z.nullish(z.array(z.string())) }),
});
export type GroupRead = z.infer<typeof GroupRead>;

export const RoleRead = z.object({ metadata: Metadata, grantable: z.nullish(z.boolean()) });
export type RoleRead = z.infer<typeof RoleRead>;

const authorizationClaim = 'https://unikorn-cloud.org/authz';

export const UserInfo = z.object({
  sub: z.string(),
  [authorizationClaim]: z.optional(
    z.object({ acctype: z.nullish(z.string()), orgIds: z.nullish(z.array(z.string())) }),
  ),
});

/** Who a token is, from `/oauth2/v2/userinfo` (docs/contracts/nscale.md 1): a service account by its id. */
export type Caller = Omit<Identity, 'permissions'>;

export function toCaller(wire: z.infer<typeof UserInfo>): Caller {
  const { acctype, orgIds } = wire[authorizationClaim] ?? {};
  const kind = acctype === 'service' ? 'service-account' : acctype === 'user' ? 'user' : 'unknown';
  return { subject: wire.sub, kind, organizations: orgIds ?? [] };
}

/** The account in our model. `payload` becomes `raw`, without the token. */
export function toAccount(
  { wire, raw }: Payload<ServiceAccount>,
  { now, profile }: { now: number; profile: string | null },
): Account {
  const { metadata } = wire;
  return {
    ...barelyKnown({
      provider: 'nscale',
      profile,
      id: metadata.id,
      name: metadata.name,
      organization: metadata.organizationId ?? null,
    }),
    description: metadata.description ?? null,
    status: statusOf(wire, now),
    groups: wire.spec.groupIDs.toSorted(),
    tags: Object.fromEntries((metadata.tags ?? []).map((tag) => [tag.name, tag.value])),
    createdAt: metadata.creationTime ?? null,
    createdBy: metadata.createdBy ?? null,
    updatedAt: metadata.modifiedTime ?? null,
    expiresAt: wire.status.expiry ?? null,
    raw: wire.status.accessToken === undefined ? raw : withoutToken(raw),
  };
}

/** An expired account stays listed and can be revived by rotating it (docs/contracts/nscale.md 9.10). */
function statusOf(wire: ServiceAccount, now: number): AccountStatus {
  const { deletionTime, provisioningStatus, healthStatus } = wire.metadata;
  if ((deletionTime ?? null) !== null || provisioningStatus === 'deprovisioning') return 'deleting';
  if (provisioningStatus === 'error' || healthStatus === 'error') return 'error';
  if (wire.status.expiry && Date.parse(wire.status.expiry) <= now) return 'expired';
  return provisioningStatus === 'provisioned' ? 'active' : 'unknown';
}

/** A copy of a create or rotate answer with `token`, or null, at `status.accessToken`. */
export function withToken(answer: unknown, token: string | null): unknown {
  const fields = fieldsOf(answer);
  return { ...fields, status: { ...fieldsOf(fields['status']), accessToken: token } };
}

function withoutToken(answer: unknown): unknown {
  const fields = fieldsOf(answer);
  const { accessToken: _, ...status } = fieldsOf(fields['status']);
  return { ...fields, status };
}

export function toOrganization({ wire, raw }: Payload<OrganizationRead>): Organization {
  const { id, name, description } = wire.metadata;
  return { id, name, description: description ?? null, raw };
}

export function toGroup({ wire, raw }: Payload<GroupRead>): Group {
  const { id, name, description } = wire.metadata;
  return {
    id,
    name,
    description: description ?? null,
    roles: (wire.spec.roleIDs ?? []).toSorted(),
    accounts: wire.spec.serviceAccountIDs?.length ?? 0,
    raw,
  };
}

export function toRole({ wire, raw }: Payload<RoleRead>): Role {
  const { id, name, description } = wire.metadata;
  return { id, name, description: description ?? null, grantable: wire.grantable ?? null, raw };
}

import * as z from 'zod/mini';

import { fieldsOf, type Account, type AccountStatus, wholeSeconds } from '../../model/account.ts';
import type { Schema } from '../../http/body.ts';
import { BareTime, inPlace, Time, type ItemReading, type Payload } from '../answers.ts';
import type { Group, Identity, Organization, Role } from '../provider.ts';

const Text = z.nullish(z.string());
const Texts = z.nullish(z.array(z.string()));
const Tags = z.nullish(z.array(z.object({ name: z.string(), value: z.string() })));
const Spec = z.object({ groupIDs: z.array(z.string()) });
const Status = z.object({ expiry: Time, accessToken: Text });
const BareText = z.catch(Text, null);

type TextReader = z.ZodMiniType<string | null | undefined>;

/** The readers of everything but id and name. */
function metadataBy<T extends TextReader, U extends z.ZodMiniType>({
  text,
  time,
  tags,
}: {
  text: T;
  time: T;
  tags: U;
}) {
  return z.object({
    id: z.string(),
    name: z.string(),
    description: text,
    organizationId: text,
    tags,
    creationTime: time,
    createdBy: text,
    modifiedTime: time,
    deletionTime: text,
    provisioningStatus: text,
    healthStatus: text,
  });
}

const Metadata = metadataBy({ text: Text, time: Time, tags: Tags });
const BareMetadata = metadataBy({ text: BareText, time: BareTime, tags: z.catch(Tags, null) });

/** A service account as nscale sends it (docs/contracts/nscale.md 2); unknown keys and enum values are accepted. */
const WholeAccount = z.object({ metadata: Metadata, spec: Spec, status: Status });
export type ServiceAccount = z.infer<typeof WholeAccount>;

/** The same, as far as it can be read: with id and name, and whatever else fits. */
export const ServiceAccount = z.object({
  metadata: BareMetadata,
  spec: z.catch(Spec, { groupIDs: [] }),
  status: z.catch(z.object({ expiry: BareTime, accessToken: BareText }), {}),
});

export const OrganizationRead = z.object({ metadata: BareMetadata });
export type OrganizationRead = z.infer<typeof OrganizationRead>;

const GroupSpec = z.object({ roleIDs: Texts, serviceAccountIDs: Texts });
export const GroupRead = z.object({ metadata: BareMetadata, spec: z.catch(z.nullable(GroupSpec), null) });
export type GroupRead = z.infer<typeof GroupRead>;

export const RoleRead = z.object({ metadata: BareMetadata, grantable: z.catch(z.nullish(z.boolean()), null) });
export type RoleRead = z.infer<typeof RoleRead>;

/** Accounts are told as they are sent, and what is missing of one is told with it. */
export const accountReading = reading('service account', inPlace(WholeAccount), ServiceAccount);
export const organizationReading = reading('organization', OrganizationRead, OrganizationRead);
export const groupReading = reading('group', GroupRead, GroupRead);
export const roleReading = reading('role', RoleRead, RoleRead);

function reading<Wire>(noun: string, whole: Schema<Wire>, part: Schema<Wire>): ItemReading<Wire> {
  return { noun: `nscale ${noun}`, whole, part, named: (raw) => fieldsOf(raw)['metadata'] };
}

const authorizationClaim = 'https://unikorn-cloud.org/authz';

export const UserInfo = z.object({
  sub: z.string(),
  [authorizationClaim]: z.optional(
    z.object({ acctype: z.nullish(z.string()), orgIds: z.nullish(z.array(z.string())) }),
  ),
});

/** Its organizations; null where the answer does not say. */
export function organizationsOf(claims: z.infer<typeof UserInfo>): readonly string[] | null {
  return claims[authorizationClaim]?.orgIds ?? null;
}

/** Who a token is, from `/oauth2/v2/userinfo` (docs/contracts/nscale.md 1): a service account by its id. */
export type Caller = Omit<Identity, 'permissions' | 'subject'> & { readonly subject: string };

export function toCaller(wire: z.infer<typeof UserInfo>): Caller {
  const { acctype } = wire[authorizationClaim] ?? {};
  const kind = acctype === 'service' ? 'service-account' : acctype === 'user' ? 'user' : 'unknown';
  return { subject: wire.sub, kind, organizations: organizationsOf(wire) ?? [] };
}

/** The account in our model. `payload` becomes `raw`, without the token. */
export function toAccount(
  { wire, raw }: Payload<ServiceAccount>,
  { now, profile }: { now: number; profile: string | null },
): Account {
  const { metadata } = wire;
  return {
    provider: 'nscale',
    profile,
    id: metadata.id,
    name: metadata.name,
    description: metadata.description ?? null,
    organization: metadata.organizationId ?? null,
    status: statusOf(wire, now),
    enabled: null,
    clientId: null,
    groups: wire.spec.groupIDs.toSorted(),
    tags: Object.fromEntries((metadata.tags ?? []).map((tag) => [tag.name, tag.value])),
    accessRules: null,
    createdAt: wholeSeconds(metadata.creationTime),
    createdBy: metadata.createdBy ?? null,
    updatedAt: wholeSeconds(metadata.modifiedTime),
    lastUsedAt: null,
    expiresAt: wholeSeconds(wire.status.expiry),
    tokens: [],
    raw: 'accessToken' in fieldsOf(fieldsOf(raw)['status']) ? withoutToken(raw) : raw,
  };
}

/** An expired account stays listed and can be revived by rotating it (docs/contracts/nscale.md 9.10). */
function statusOf(wire: ServiceAccount, now: number): AccountStatus {
  const { deletionTime, provisioningStatus, healthStatus } = wire.metadata;
  if ((deletionTime ?? null) !== null || provisioningStatus === 'deprovisioning') return 'deleting';
  if (provisioningStatus === 'error' || healthStatus === 'error') return 'error';
  const end = Date.parse(wire.status.expiry ?? '');
  if (Number.isNaN(end)) return 'unknown';
  if (end <= now) return 'expired';
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
    roles: (wire.spec?.roleIDs ?? []).toSorted(),
    accounts: wire.spec?.serviceAccountIDs?.length ?? 0,
    raw,
  };
}

export function toRole({ wire, raw }: Payload<RoleRead>): Role {
  const { id, name, description } = wire.metadata;
  return { id, name, description: description ?? null, grantable: wire.grantable ?? null, raw };
}

import * as z from 'zod/mini';

import type { Schema } from '../../http/body.ts';
import { barelyKnown, fieldsOf, type AccessRule, type Account, wholeSeconds } from '../../model/account.ts';
import { ExactNumber } from '../../model/exact-number.ts';
import { BareTime, Time, type ItemReading } from '../answers.ts';
import type { GrantedRule } from '../access-rules.ts';
import type { Role } from '../provider.ts';

/** A number in examples of fields that are typed as strings, and the other way round; its digits are what it is. */
const Id = z.union([z.string(), z.number(), z.instanceof(ExactNumber)]);
export type Id = z.infer<typeof Id>;

/** Whether it can be one part of a URL's path: dots alone are taken for folders, and half a character is no text. */
export function isPathPart(text: string): boolean {
  return /[^.]/.test(text) && !/\p{Surrogate}/u.test(text);
}

/** An id that requests name the object by. */
const PathPart = z.string().check(z.refine(isPathPart));

const Text = z.optional(z.nullable(z.string()));
const Tenant = z.optional(z.nullable(Id));
const BareText = z.catch(Text, null);

/** A service account, or an application before 2.24 (docs/contracts/runai.md 3 and 12). */
const WholeAccount = z.object({
  id: PathPart,
  name: z.string(),
  clientId: Text,
  enabled: z.optional(z.boolean()),
  createdBy: Text,
  createdAt: Time,
  updatedAt: Time,
  lastLogin: Time,
  tenantId: Tenant,
});

/** The same, as far as it can be read: with id and name, and whatever else fits. */
export const ServiceAccount = z.object({
  id: PathPart,
  name: z.string(),
  clientId: BareText,
  enabled: z.catch(z.optional(z.boolean()), undefined),
  createdBy: BareText,
  createdAt: BareTime,
  updatedAt: BareTime,
  lastLogin: BareTime,
  tenantId: z.catch(Tenant, null),
});
export type ServiceAccount = z.infer<typeof ServiceAccount>;

/** The answer to a create: the secret's key depends on the era. */
export const Created = z.object({
  id: z.string(),
  name: z.string(),
  clientId: z.optional(z.nullable(z.string())),
  clientSecret: z.optional(z.string()),
  secret: z.optional(z.string()),
});

/** The answer to a regenerate; not even the secret is marked required (docs/contracts/runai.md 3). */
export const Regenerated = z.object({ clientSecret: z.optional(z.string()), secret: z.optional(z.string()) });

/** Loose, because `accessrules … --raw` prints it. */
const WholeRule = z.looseObject({
  id: Id,
  subjectId: z.string(),
  subjectType: z.string(),
  roleId: Id,
  roleName: Text,
  scopeId: Id,
  scopeType: z.string(),
  scopeName: Text,
  clusterId: Text,
  deletedAt: Text,
  tenantId: Tenant,
});

const unknown = 'unknown';

/** The same, as far as it can be read: whose it is, and by which id it is deleted. */
export const AccessRuleRead = z.looseObject({
  id: Id,
  subjectId: z.string(),
  subjectType: z.string(),
  roleId: z.catch(Id, unknown),
  roleName: BareText,
  scopeId: z.catch(Id, unknown),
  scopeType: z.catch(z.string(), unknown),
  scopeName: BareText,
  clusterId: BareText,
  deletedAt: BareText,
  tenantId: z.catch(Tenant, null),
});
export type AccessRuleRead = z.infer<typeof AccessRuleRead>;

/** Stands for every user and every service account, so that no account owns its rules (docs/contracts/runai.md 15.23). */
export const everybody = 'all-authenticated-users';

/** The same principals under their new and their old name (docs/contracts/runai.md 15.18). */
const accountTypes: ReadonlySet<string> = new Set(['service-account', 'app']);

/** Whether a rule is a service account's own. */
export function isOwnRule({ subjectType }: Pick<AccessRuleRead, 'subjectType'>): boolean {
  return accountTypes.has(subjectType);
}

export function isForEverybody({ subjectType }: Pick<AccessRuleRead, 'subjectType'>): boolean {
  return subjectType === everybody;
}

/** v1 and v2 roles alike (docs/contracts/runai.md 8). */
const RoleRead = z.object({
  id: Id,
  name: z.string(),
  description: BareText,
  effectiveEnabled: z.catch(z.optional(z.boolean()), undefined),
  deletedAt: BareText,
});
export type RoleRead = z.infer<typeof RoleRead>;

export const Cluster = z.object({ uuid: PathPart, name: z.string(), tenantId: z.catch(Tenant, null) });
export type Cluster = z.infer<typeof Cluster>;

export const OrgUnit = z.object({ id: Id, name: z.string(), clusterId: BareText });
export type OrgUnit = z.infer<typeof OrgUnit>;

/** Accounts and rules are told as they are sent, and what is missing of one is told with it. */
export const accountReading = reading('service account', WholeAccount, ServiceAccount);
export const ruleReading = reading('access rule', WholeRule, AccessRuleRead);
export const roleReading = reading('role', RoleRead, RoleRead);
export const clusterReading = reading('cluster', Cluster, Cluster, 'uuid');
export const departmentReading = reading('department', OrgUnit, OrgUnit);
export const projectReading = reading('project', OrgUnit, OrgUnit);

function reading<Wire>(noun: string, whole: Schema<Wire>, part: Schema<Wire>, key = 'id'): ItemReading<Wire> {
  return {
    noun: `Run:ai ${noun}`,
    whole,
    part,
    named: (raw) => {
      const { [key]: id, name } = fieldsOf(raw);
      return { id: typeof id === 'number' || id instanceof ExactNumber ? String(id) : id, name };
    },
  };
}

export const Permission = z.object({ resourceType: z.string(), actions: z.array(z.string()) });

/** The account in our model. `rules` are null when they were not read. */
export function toAccount(
  wire: ServiceAccount,
  { raw, rules, profile }: { raw: unknown; rules: readonly AccessRuleRead[] | null; profile: string | null },
): Account {
  const { tenantId, enabled } = wire;
  return {
    ...barelyKnown({
      provider: 'runai',
      profile,
      id: wire.id,
      name: wire.name,
      organization: tenantId === undefined || tenantId === null ? null : String(tenantId),
    }),
    status: enabled === undefined ? 'unknown' : enabled ? 'active' : 'disabled',
    enabled: enabled ?? null,
    clientId: wire.clientId ?? null,
    accessRules: rules?.map(toAccessRule) ?? null,
    createdAt: wholeSeconds(wire.createdAt),
    createdBy: wire.createdBy ?? null,
    updatedAt: wholeSeconds(wire.updatedAt),
    lastUsedAt: wholeSeconds(wire.lastLogin),
    raw,
  };
}

export function toAccessRule(wire: AccessRuleRead): AccessRule {
  return {
    id: String(wire.id),
    role: wire.roleName ?? String(wire.roleId),
    scopeType: wire.scopeType,
    scopeId: String(wire.scopeId),
    scopeName: wire.scopeName ?? null,
  };
}

export function toRole(wire: RoleRead, raw: unknown): Role {
  return {
    id: String(wire.id),
    name: wire.name,
    description: wire.description ?? null,
    grantable: wire.effectiveEnabled ?? null,
    raw,
  };
}

/** A rule with the account it binds to, or with what stands for all of them: which id that has is not documented. */
export function toGrantedRule(wire: AccessRuleRead): GrantedRule {
  return { account: isForEverybody(wire) ? everybody : wire.subjectId, ...toAccessRule(wire), raw: wire };
}

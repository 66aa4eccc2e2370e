import * as z from 'zod/mini';

import { barelyKnown, type AccessRule, type Account } from '../../model/account.ts';
import { ExactNumber } from '../../model/exact-number.ts';
import type { GrantedRule } from '../access-rules.ts';
import type { Role } from '../provider.ts';

/** A number in examples of fields that are typed as strings, and the other way round; its digits are what it is. */
const Id = z.union([z.string(), z.number(), z.instanceof(ExactNumber)]);
export type Id = z.infer<typeof Id>;

const Time = z.optional(z.nullable(z.string()));

/** Whether it can be one part of a URL's path: dots alone are taken for folders, and half a character is no text. */
export function isPathPart(text: string): boolean {
  return /[^.]/.test(text) && !/\p{Surrogate}/u.test(text);
}

/** An id that requests name the object by. */
const AccountId = z.string().check(z.refine(isPathPart));

/** A service account, or an application before 2.24 (docs/contracts/runai.md 3 and 12). */
export const ServiceAccount = z.object({
  id: AccountId,
  name: z.string(),
  clientId: z.optional(z.nullable(z.string())),
  enabled: z.optional(z.boolean()),
  createdBy: z.optional(z.nullable(z.string())),
  createdAt: Time,
  updatedAt: Time,
  lastLogin: Time,
  tenantId: z.optional(z.nullable(Id)),
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

/** Whole, because `accessrules … --raw` prints it. */
export const AccessRuleRead = z.looseObject({
  id: Id,
  subjectId: z.string(),
  subjectType: z.string(),
  roleId: Id,
  roleName: z.optional(z.nullable(z.string())),
  scopeId: Id,
  scopeType: z.string(),
  scopeName: z.optional(z.nullable(z.string())),
  clusterId: z.optional(z.nullable(z.string())),
  deletedAt: z.optional(z.nullable(z.string())),
  tenantId: z.optional(z.nullable(Id)),
});
export type AccessRuleRead = z.infer<typeof AccessRuleRead>;

/** Stands for every user and every service account, so that its rules are nobody's own (docs/contracts/runai.md 15.23). */
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

export const AccessRulePage = z.object({ totalRecords: z.optional(z.unknown()), accessRules: z.array(AccessRuleRead) });

/** v1 and v2 roles alike (docs/contracts/runai.md 8). */
export const RoleRead = z.object({
  id: Id,
  name: z.string(),
  description: z.optional(z.nullable(z.string())),
  effectiveEnabled: z.optional(z.boolean()),
  deletedAt: z.optional(z.nullable(z.string())),
});
export type RoleRead = z.infer<typeof RoleRead>;

export const Cluster = z.object({ uuid: z.string(), name: z.string(), tenantId: z.optional(z.nullable(Id)) });

export const OrgUnit = z.object({ id: Id, name: z.string(), clusterId: z.optional(z.nullable(z.string())) });

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
    createdAt: wire.createdAt ?? null,
    createdBy: wire.createdBy ?? null,
    updatedAt: wire.updatedAt ?? null,
    lastUsedAt: wire.lastLogin ?? null,
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

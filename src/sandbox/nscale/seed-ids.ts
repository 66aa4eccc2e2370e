import { idsOf } from '../seeds.ts';
import seed from './seed.json' with { type: 'json' };

/** Who can sign in to a fresh sandbox; these tokens work nowhere else. */
export const sandboxTokens = {
  administrator: 'sandbox-administrator',
  auditor: 'sandbox-auditor',
  /** A person without any right on accounts. */
  user: 'sandbox-user',
  /** A person who belongs to two organizations. */
  consultant: 'sandbox-consultant',
  /** The service account `self-rotating`, which is in no group. */
  selfRotating: 'sandbox-self-rotating',
} as const;

export const organizationId = seed.organizations.home.id;

/** One that the administrator does not belong to. */
export const otherOrganizationId = seed.organizations.other.id;

export const roleIds = idsOf(seed.roles);
export const groupIds = idsOf(seed.groups);
export const accountIds = idsOf(seed.accounts);

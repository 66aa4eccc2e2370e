import { hasLists } from '../records.ts';

/** Everything an nscale deployment knows, as JSON. Of tokens it holds the SHA-256 only. */
export interface NscaleState {
  readonly organizations: OrganizationRecord[];
  readonly users: UserRecord[];
  readonly roles: RoleRecord[];
  readonly groups: GroupRecord[];
  accounts: AccountRecord[];
}

export interface OrganizationRecord {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly creationTime: string;
}

/** A person. `roles` names the roles held in each organization, by organization id. */
export interface UserRecord {
  readonly email: string;
  readonly tokenHash: string;
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

export type Operation = 'create' | 'read' | 'update' | 'delete';
export type Endpoint = 'identity:serviceaccounts' | 'identity:groups' | 'identity:roles';

export interface RoleRecord {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly organizationId: string;
  readonly creationTime: string;
  readonly grantable: boolean;
  readonly permissions: Readonly<Partial<Record<Endpoint, readonly Operation[]>>>;
}

/** Membership lives here, and an account's groups are computed from it (docs/contracts/nscale.md 6). */
export interface GroupRecord {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly organizationId: string;
  readonly creationTime: string;
  readonly createdBy: string;
  readonly roleIds: readonly string[];
  accountIds: string[];
}

export interface Tag {
  readonly name: string;
  readonly value: string;
}

export interface AccountRecord {
  readonly id: string;
  name: string;
  description: string | null;
  tags: readonly Tag[];
  readonly organizationId: string;
  readonly creationTime: string;
  readonly createdBy: string;
  modifiedTime: string | null;
  modifiedBy: string | null;
  readonly deletionTime: string | null;
  expiry: string;
  /** null once nobody can have the token. */
  tokenHash: string | null;
}

/** RFC 3339 in UTC to the second, as nscale writes times (docs/contracts/nscale.md 3). */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Whether parsed JSON is such a state, as far as its lists tell. */
export function isNscaleState(value: unknown): value is NscaleState {
  return hasLists(value, ['organizations', 'users', 'roles', 'groups', 'accounts']);
}

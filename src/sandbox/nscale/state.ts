import type { EmulatorOptions } from '../emulator.ts';
import { hasLists, type Action } from '../records.ts';

/** Everything an nscale deployment knows, as JSON. Of tokens it holds the SHA-256 only. */
export interface NscaleState {
  readonly organizations: ResourceRecord[];
  readonly users: UserRecord[];
  readonly roles: NscaleRole[];
  readonly groups: GroupRecord[];
  accounts: NscaleAccount[];
}

/** What organizations, roles and groups have in common. */
export interface ResourceRecord {
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

export type Endpoint = 'identity:serviceaccounts' | 'identity:groups' | 'identity:roles';

export interface NscaleRole extends ResourceRecord {
  readonly organizationId: string;
  readonly grantable: boolean;
  readonly permissions: Readonly<Partial<Record<Endpoint, readonly Action[]>>>;
}

/** Membership is kept here; an account's groups are computed from it (docs/contracts/nscale.md 6). */
export interface GroupRecord extends ResourceRecord {
  readonly organizationId: string;
  readonly createdBy: string;
  readonly roleIds: readonly string[];
  accountIds: string[];
  /** The people in it, and who they are at their identity providers; absent where there are none. */
  readonly userIds?: readonly string[];
  readonly subjects?: readonly { readonly id: string; readonly issuer: string; readonly email: string }[];
}

export interface Tag {
  readonly name: string;
  readonly value: string;
}

export interface NscaleAccount {
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
  /** null when no client has the token. */
  tokenHash: string | null;
}

/** A running deployment. */
export interface NscaleDeployment extends Required<Omit<EmulatorOptions<NscaleState>, 'save'>> {
  /** How many accounts were shown so far. */
  views: number;
}

/** RFC 3339 in UTC to the second, as nscale writes times (docs/contracts/nscale.md 3). */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Whether parsed JSON is such a state, as far as its lists tell. */
export function isNscaleState(value: unknown): value is NscaleState {
  return hasLists(value, ['organizations', 'users', 'roles', 'groups', 'accounts']);
}

import { hasLists, type Action } from '../records.ts';

/** Everything a Run:ai control plane knows, as JSON. Of client secrets it holds the SHA-256 only. */
export interface RunaiState {
  readonly tenant: TenantRecord;
  readonly clusters: readonly ClusterRecord[];
  readonly departments: readonly DepartmentRecord[];
  readonly projects: readonly ProjectRecord[];
  readonly roles: readonly RunaiRole[];
  accounts: RunaiAccount[];
  /** Deleted ones too, which have a `deletedAt`. */
  readonly rules: RuleRecord[];
  /** Ids are not used twice. */
  lastRuleId: number;
}

export interface TenantRecord {
  readonly id: number;
  readonly name: string;
}

export interface ClusterRecord {
  readonly uuid: string;
  readonly name: string;
  readonly createdAt: string;
}

/** Ids are decimal strings (docs/contracts/runai.md 9). */
export interface DepartmentRecord {
  readonly id: string;
  readonly name: string;
  readonly clusterId: string;
}

export interface ProjectRecord {
  readonly id: string;
  readonly name: string;
  readonly clusterId: string;
  /** The department's id. */
  readonly parentId: string;
}

export interface Permission {
  /** e.g. `service-account`, but `access_rules` */
  readonly resourceType: string;
  readonly actions: readonly Action[];
}

export interface RunaiRole {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly createdAt: string;
  readonly isEnabled: boolean;
  readonly permissions: readonly Permission[];
}

/** A service account or, before 2.24, an application: the same principal (docs/contracts/runai.md 12). */
export interface RunaiAccount {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  enabled: boolean;
  readonly createdBy: string;
  readonly createdAt: string | null;
  updatedAt: string | null;
  /** null until the first token. */
  lastLogin: string | null;
  /** null when no client has the secret. */
  secretHash: string | null;
}

export type SubjectType = 'user' | 'group' | 'app' | 'service-account';
export type ScopeType = 'tenant' | 'cluster' | 'department' | 'project';

/** What makes two rules the same. */
export interface RuleKey {
  /** Of an account: its name, which may outlive the account (docs/contracts/runai.md 15.8). */
  readonly subjectId: string;
  readonly subjectType: SubjectType;
  readonly roleId: number;
  readonly scopeId: string;
  readonly scopeType: ScopeType;
}

export interface RuleRecord extends RuleKey {
  readonly id: number;
  readonly clusterId: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  updatedAt: string;
  deletedAt: string | null;
}

/** A running control plane. */
export interface RunaiDeployment {
  readonly state: RunaiState;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Ids of new accounts; those of rules are counted in the state. */
  readonly newId: () => string;
  readonly newSecret: () => string;
  /** By access token. They last until they expire, even when the account is disabled or deleted. */
  readonly signIns: Map<string, SignIn>;
}

export interface SignIn {
  /** The account's. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Whether parsed JSON is such a state, as far as its lists tell. */
export function isRunaiState(value: unknown): value is RunaiState {
  const lists = ['clusters', 'departments', 'projects', 'roles', 'accounts', 'rules'];
  return hasLists(value, lists) && Object.hasOwn(Object(value), 'lastRuleId');
}

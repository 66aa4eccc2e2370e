import type { EmulatorOptions } from '../emulator.ts';
import { hasLists, type Action } from '../records.ts';
import type { ControlPlane, NewSubject } from './versions.ts';

/** Everything a Run:ai control plane knows, as JSON. Of client secrets it holds the SHA-256 only. */
export interface RunaiState {
  readonly tenant: { readonly id: number; readonly name: string };
  readonly clusters: readonly { readonly uuid: string; readonly name: string; readonly createdAt: string }[];
  readonly departments: readonly OrgUnitRecord[];
  /** The parent is the department, by its id. */
  readonly projects: readonly (OrgUnitRecord & { readonly parentId: string })[];
  readonly roles: readonly RunaiRole[];
  accounts: RunaiAccount[];
  /** Deleted ones too, which have a `deletedAt`. */
  readonly rules: RuleRecord[];
  /** Ids are not used twice. */
  lastRuleId: number;
}

/** Ids are decimal strings (docs/contracts/runai.md 9). */
export interface OrgUnitRecord {
  readonly id: string;
  readonly name: string;
  readonly clusterId: string;
}

export interface RunaiRole {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly createdAt: string;
  readonly isEnabled: boolean;
  /** A resource type is e.g. `service-account`, but `access_rules`, and `workloads`. */
  readonly permissions: readonly { readonly resourceType: string; readonly actions: readonly Action[] }[];
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

/** The kind of subject that stands for every user and every account (docs/contracts/runai.md 7). */
export const everybody = 'all-authenticated-users';
export const scopeTypes = ['tenant', 'cluster', 'department', 'project'] as const;

/** What makes two rules the same. */
export interface RuleKey {
  /** Of an account: its name, which may outlive the account (docs/contracts/runai.md 15.8). */
  readonly subjectId: string;
  readonly subjectType: NewSubject | typeof everybody;
  readonly roleId: number;
  readonly scopeId: string;
  readonly scopeType: (typeof scopeTypes)[number];
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
export interface RunaiDeployment extends Required<Omit<EmulatorOptions<RunaiState>, 'save'>> {
  readonly controlPlane: ControlPlane;
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

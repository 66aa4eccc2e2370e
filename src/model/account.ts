export const providerNames = ['nscale', 'runai', 'augment'] as const;

export type ProviderName = (typeof providerNames)[number];

/**
 * A service account as every provider's is shown (docs/design.md 2). All keys are always present, null when unknown;
 * the order here is the order they print in. Times are ISO 8601 in UTC.
 */
export interface Account {
  readonly provider: ProviderName;
  readonly profile: string | null;
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly organization: string | null;
  readonly status: AccountStatus;
  readonly enabled: boolean | null;
  readonly clientId: string | null;
  /** Sorted ids. */
  readonly groups: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly accessRules: readonly AccessRule[] | null;
  readonly createdAt: string | null;
  readonly createdBy: string | null;
  readonly updatedAt: string | null;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
  readonly tokens: readonly TokenRecord[];
  /** The provider's own payload without its secrets. */
  readonly raw: unknown;
}

/** An account of which nothing else is known, with its keys in their order. */
export function barelyKnown(known: Pick<Account, 'provider' | 'profile' | 'id' | 'name' | 'organization'>): Account {
  const { provider, profile, id, name } = known;
  return {
    provider,
    profile,
    id,
    name,
    description: null,
    organization: known.organization,
    status: 'unknown',
    enabled: null,
    clientId: null,
    groups: [],
    tags: {},
    accessRules: null,
    createdAt: null,
    createdBy: null,
    updatedAt: null,
    lastUsedAt: null,
    expiresAt: null,
    tokens: [],
    raw: null,
  };
}

/** In the order in which they print. */
export const accountKeys: readonly string[] = Object.keys(
  barelyKnown({ provider: 'nscale', profile: null, id: '', name: '', organization: null }),
);

export const accountStatuses = ['active', 'expired', 'disabled', 'deleting', 'error', 'unknown'] as const;

export type AccountStatus = (typeof accountStatuses)[number];

/** One role in one scope, e.g. id `17`, role `L1 researcher`, scopeType `project`, scopeId `50`, scopeName `vision`. */
export interface AccessRule {
  readonly id: string;
  readonly role: string;
  readonly scopeType: string;
  readonly scopeId: string;
  readonly scopeName: string | null;
}

/** A rule in words; the scope's id tells projects of one name on two clusters apart. */
export function describeRule({ role, scopeType, scopeName, scopeId }: AccessRule): string {
  return `${role} on ${scopeType} ${scopeName ? `${scopeName} (${scopeId})` : scopeId}`;
}

/** What is recorded of one credential where an account may have several (Augment). */
export interface TokenRecord {
  readonly name: string;
  readonly createdAt: string | null;
  readonly fingerprint: string;
  readonly state: string;
  readonly verified: boolean;
}

/** The value of a tag; several where there are several tags of one name (nscale). */
export type TagValue = string | readonly string[];

/** What `create` makes. Groups are ids or names, exactly as the user gave them. */
export interface NewAccount {
  readonly name: string;
  readonly description: string | null;
  readonly groups: readonly string[];
  readonly tags: Readonly<Record<string, TagValue>>;
  /** The right to give it, where a provider has access rules. */
  readonly grant?: GrantRequest | null;
  /** Whether access rules that an earlier account of that name left behind may apply to it. */
  readonly keepRules?: boolean;
}

/** A right as the user names it: a role's name or id, a scope as `<type>:<name or id>`, a cluster to narrow it. */
export interface GrantRequest {
  readonly role: string;
  readonly scope: string;
  readonly cluster: string | null;
}

/** What `update` changes; what is absent stays as it is. */
export interface AccountChange {
  readonly name?: string;
  /** null removes it. */
  readonly description?: string | null;
  /** Replaces all groups. */
  readonly groups?: readonly string[];
  readonly addGroups?: readonly string[];
  readonly removeGroups?: readonly string[];
  /** Sets these tags, whatever there are of that name; null removes them; others stay. */
  readonly tags?: Readonly<Record<string, TagValue | null>>;
  readonly enabled?: boolean;
}

/** A JSON object of unknown origin. */
export type Fields = Readonly<Record<string, unknown>>;

/** The object that `json` says; null when it is anything else. */
export function parseFields(json: string): Fields | null {
  try {
    return asFields(JSON.parse(json));
  } catch {
    return null;
  }
}

/** `value` when it is an object; null when it is anything else. */
export function asFields(value: unknown): Fields | null {
  return isObject(value) ? value : null;
}

/** `value` when it is an object; else one without fields. */
export function fieldsOf(value: unknown): Fields {
  return asFields(value) ?? {};
}

/** A string; null when it is anything else. */
export function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** One of `known`; null when it is anything else. */
export function oneOf<Known>(value: unknown, known: readonly Known[]): Known | null {
  return known.find((candidate) => candidate === value) ?? null;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** https://www.rfc-editor.org/rfc/rfc3339#section-5.6 */
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/** A time in UTC on a day of its month in every year: it is one without a look at the calendar. */
const inUtc =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;

/**
 * A time as the model has it: ISO 8601 in UTC, e.g. `2026-11-30T08:00:00Z`, its seconds cut and not rounded, because jq's
 * `fromdate` reads no other form. Null for what is no time, or says no offset.
 * @param time RFC 3339, or milliseconds since the epoch
 */
export function wholeSeconds(time: string | number | null | undefined): string | null {
  // Nearly every time; a list of 10,000 has 30,000, and each is read twice.
  if (typeof time === 'string' && inUtc.test(time)) return time.length === 20 ? time : `${time.slice(0, 19)}Z`;
  if (typeof time === 'string' && !rfc3339.test(time)) return null;
  const date = new Date(time ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : `${date.toISOString().slice(0, -'.000Z'.length)}Z`;
}

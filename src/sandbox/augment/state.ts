import { hasLists, isoTime } from '../records.ts';

/** Everything an Augment organization knows of service accounts, as JSON. Of tokens it holds the SHA-256 only. */
export interface AugmentState {
  /** As the web console shows it above the list: with a slash at its end. */
  readonly tenantURL: string;
  accounts: AugmentAccount[];
  readonly activity: ActivityRecord[];
}

export interface AugmentAccount {
  /** Unique in the organization. */
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: string;
  readonly tokens: {
    /** Unique among the account's tokens. */
    readonly name: string;
    readonly hash: string;
    readonly createdAt: string;
    /** null while it works. */
    revokedAt: string | null;
  }[];
}

/** What one user did on one day; it outlives the account. */
export interface ActivityRecord {
  /** A UTC day, `YYYY-MM-DD`. */
  readonly date: string;
  readonly user: User;
  readonly messages: number;
}

/** A person or a service account, as answers say it: by either key, never both (docs/contracts/augment.md 4). */
export type User = { readonly user_email: string } | { readonly service_account_name: string };

/** The UTC day of a time in milliseconds since the epoch, `YYYY-MM-DD`. */
export function dayOf(milliseconds: number): string {
  return isoTime(milliseconds).slice(0, 10);
}

/** Whether parsed JSON is such a state, as far as its lists tell. */
export function isAugmentState(value: unknown): value is AugmentState {
  return hasLists(value, ['accounts', 'activity']) && Object.hasOwn(Object(value), 'tenantURL');
}

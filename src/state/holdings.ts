import type { Holder } from '../files/holder.ts';
import { digestOf, accountKey } from './account-lock.ts';
import type { Intent } from './record.ts';

/** Who holds which accounts, in a store or on this machine. */
export interface Holdings {
  /** Every account that is known here. @throws FailedError where it cannot be read; UsageError when it is not to be trusted */
  readonly list: () => Promise<readonly Holding[]>;
  /**
   * Ends the hold that was seen. What its run has in the journal stays.
   * @returns false where another run, or the same one in another hold, has it by now. @throws FailedError
   */
  readonly release: (holding: Holding) => Promise<boolean>;
}

/** An account, and the run that holds it. Strings are as they were written: show them through `safeText`. */
export interface Holding {
  /** Its digest (`digestOf`). */
  readonly account: string;
  /** What tells it from all others (`accountKey`); null where an older sactl did not write that. */
  readonly key: readonly string[] | null;
  /** e.g. `nscale service account ci-deploy`; null where that is not written. */
  readonly name: string | null;
  /** Counts who held it; null where that is not counted. */
  readonly generation: number | null;
  readonly hold: SeenHold | null;
}

export interface SeenHold {
  /** Differs for every hold there ever was. */
  readonly token: string;
  readonly holder: Holder;
  /** The page of the CI run; null outside of one, and where it is not written. */
  readonly run: string | null;
  /** ISO 8601, by the holder's own clock; null where it is not written. */
  readonly since: string | null;
  readonly leaseMs: number;
  /** Id of the journal entry that it works on; null for a change without one, and where it is not written. */
  readonly entry: string | null;
  readonly end: HoldEnd;
}

/** What is known of a run that holds an account: it lives, is known to be dead, has not renewed for a lease, or none of these. */
export type HoldEnd = 'held' | 'dead' | 'lapsed' | 'unknown';

/** The parts of an account's key; the id is null for one that is held by its name. */
export function partsOf({ key, name }: Pick<Holding, 'key' | 'name'>): {
  readonly provider: string | null;
  readonly endpoint: string | null;
  readonly organization: string | null;
  readonly id: string | null;
  /** As the provider has it. */
  readonly name: string | null;
} {
  const [provider = null, endpoint = null, organization = '', id = 'name:'] = key ?? [];
  return {
    provider,
    endpoint,
    organization: organization === '' ? null : organization,
    id: id.startsWith('name:') ? null : id,
    name: name?.replace(/^[a-z]+ service account /, '') ?? null,
  };
}

/** An account's key as it was written; null where it is none. */
export function keyIn(value: unknown): readonly string[] | null {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [];
  return parts.length > 0 && parts.every((part) => typeof part === 'string') ? parts : null;
}

/** The digest of the account that a run with this intent holds. */
export function accountOf({ operation, connection, account: { id, name } }: Intent): string {
  return digestOf(accountKey(connection, operation === 'create' ? { id: null, name } : { id, name }));
}

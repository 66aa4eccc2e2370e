import { wholeSeconds, type Account } from '../model/account.ts';
import type { AccountFacts } from './facts.ts';
import type { Selectors } from './selectors.ts';

/** An account that is left as it is. */
export interface Skipped extends Reason {
  readonly account: Account;
}

/** Why an account is left as it is; `detail` says more, e.g. `it expires 2027-01-20T08:00:00Z`. */
export interface Reason {
  readonly reason:
    | 'not due'
    | 'age unknown'
    | 'expired'
    | 'disabled'
    | 'deleting'
    | 'own account'
    | 'not meant'
    | 'no target'
    | 'superseded'
    | 'stopped'
    | 'interrupted';
  readonly detail: string | null;
}

interface DueOptions {
  readonly selectors: Selectors;
  readonly facts: AccountFacts;
  /** Whether an earlier rotation may have lost the new credential; then it is due, however fresh it looks. */
  readonly isLost: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Why an account is not to be rotated now; null when it is. */
export function whyNot(account: Account, options: DueOptions): Reason | null {
  const reason = statusReason(account, options);
  if (reason !== null || options.isLost) return reason;
  return expiryReason(account, options) ?? ageReason(account, options);
}

function statusReason({ status, enabled }: Account, { selectors }: DueOptions): Reason | null {
  if (status === 'deleting') return { reason: 'deleting', detail: null };
  if (status === 'expired' && !selectors.includesExpired) {
    return { reason: 'expired', detail: '--include-expired revives it' };
  }
  if ((status === 'disabled' || enabled === false) && !selectors.includesDisabled) {
    return { reason: 'disabled', detail: '--include-disabled rotates it all the same' };
  }
  return null;
}

function expiryReason({ expiresAt }: Account, { selectors: { expiringWithinMs }, now }: DueOptions): Reason | null {
  if (expiringWithinMs === null) return null;
  if (expiresAt === null) return { reason: 'not due', detail: 'it has no known expiry' };
  const isDue = Date.parse(expiresAt) - now <= expiringWithinMs;
  return isDue ? null : { reason: 'not due', detail: `it expires ${expiresAt}` };
}

function ageReason(
  { createdAt }: Account,
  { selectors: { olderThanMs, agesFromCreation }, facts, now }: DueOptions,
): Reason | null {
  if (olderThanMs === null) return null;
  const created = Date.parse(createdAt ?? '');
  const byCreation = agesFromCreation && !Number.isNaN(created) ? created : null;
  const issuedAt = facts.issuedAt ?? byCreation;
  if (issuedAt === null) {
    return { reason: 'age unknown', detail: `never rotated from here; ${ageRemedy({ agesFromCreation })}` };
  }
  if (now - issuedAt >= olderThanMs) return null;
  const what = facts.issuedAt === null ? 'it was created' : 'its credential was issued';
  return { reason: 'not due', detail: `${what} ${wholeSeconds(issuedAt)}` };
}

/** What makes the age of a credential known. */
export function ageRemedy({ agesFromCreation }: Pick<Selectors, 'agesFromCreation'>): string {
  return `keep the state between runs${agesFromCreation ? '' : ', or use --age-from createdAt'}`;
}

/**
 * What keeps a run from looking as if nothing was due: no account has a known age. Where one has, the records last.
 * @param count how many accounts are to be rotated, or have something left to do
 */
export function ageProblem(skipped: readonly Skipped[], { count }: { readonly count: number }): string | null {
  const unknown = skipped.filter(({ reason }) => reason === 'age unknown').length;
  if (count > 0 || unknown === 0 || skipped.some(({ reason }) => reason === 'not due')) return null;
  const whose = unknown === 1 ? 'of the one account' : `of any of the ${unknown} accounts`;
  return `--older-than finds nothing: the age of the credential ${whose} is not known, because no rotation is recorded here`;
}

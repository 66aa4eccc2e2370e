import { isoTime } from '../records.ts';
import { firstDay } from '../seeds.ts';
import seed from './seed.json' with { type: 'json' };
import { dayOf, isAugmentState, type AugmentState } from './state.ts';

/** What a fresh sandbox has; these tokens work nowhere else. */
export const augmentSandbox = {
  /** Real tenants are below `api.augmentcode.com`; a name below .invalid can never be real (RFC 2606). */
  tenantURL: seed.tenantURL,
  /** Its token works and was used in the last days. */
  reviewer: { account: 'ci-reviewer', token: 'github-actions', value: 'sandbox-ci-reviewer-token' },
  /** Has a second token, which was revoked. */
  docs: {
    account: 'docs_writer',
    token: 'nightly-2',
    value: 'sandbox-docs-writer-token',
    revoked: { token: 'nightly-1', value: 'sandbox-docs-writer-revoked-token' },
  },
} as const;

/** The state of the first day, which is `now`, in milliseconds since the epoch; activity outlives its account. */
export function seedAugment(now: number): AugmentState {
  const { tenantURL, accounts, activity } = firstDay(seed, now, isoTime, isAugmentState);
  // Activity is of a day, not of a time.
  const records = activity.map(({ date, user, messages }) => ({ date: dayOf(Date.parse(date)), user, messages }));
  return { tenantURL, accounts, activity: records };
}

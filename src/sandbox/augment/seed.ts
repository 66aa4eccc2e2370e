import { dayOf, hashToken, timestamp, type ActivityRecord, type AugmentState, type TokenRecord } from './state.ts';

/** What a fresh sandbox has; these tokens work nowhere else. */
export const augmentSandbox = {
  /** A real one is below `api.augmentcode.com`; a name below .invalid can never be real (RFC 2606). */
  tenantURL: 'https://acme.api.augment.sandbox.invalid/',
  /** Works, and has been at work. */
  reviewer: {
    account: 'ci-reviewer',
    token: 'github-actions',
    value: 'sandbox-ci-reviewer-token',
  },
  /** Has a second token that was revoked. */
  docs: {
    account: 'docs_writer',
    token: 'nightly-2',
    value: 'sandbox-docs-writer-token',
    revoked: { token: 'nightly-1', value: 'sandbox-docs-writer-revoked-token' },
  },
} as const;

const dayMs = 86_400_000;

/** The same world on every first day: times are relative to `now`, in milliseconds since the epoch. */
export function seedAugment(now: number): AugmentState {
  const { tenantURL, reviewer, docs } = augmentSandbox;
  function at(days: number): string {
    return timestamp(now + days * dayMs);
  }
  return {
    tenantURL,
    accounts: [
      {
        name: reviewer.account,
        description: 'Reviews pull requests',
        createdAt: at(-120),
        tokens: [token(reviewer, at(-120))],
      },
      {
        name: docs.account,
        description: null,
        createdAt: at(-40),
        tokens: [{ ...token(docs.revoked, at(-40)), revokedAt: at(-12) }, token(docs, at(-13))],
      },
    ],
    activity: seedActivity(now),
  };
}

function token(
  { token: name, value }: { readonly token: string; readonly value: string },
  createdAt: string,
): TokenRecord {
  return { name, hash: hashToken(value), createdAt, revokedAt: null };
}

/** An account that is long gone is still in the records of its days. Days are those before today. */
const workers = [
  { user: { service_account_name: augmentSandbox.reviewer.account }, days: [2, 3, 4, 5, 6] },
  { user: { service_account_name: augmentSandbox.docs.account }, days: [20, 21] },
  { user: { service_account_name: 'release-notes' }, days: [60] },
  { user: { user_email: 'ann@example.com' }, days: [2, 3, 30] },
  { user: { user_email: 'lena@example.com' }, days: [3] },
] as const;

function seedActivity(now: number): ActivityRecord[] {
  return workers.flatMap(({ user, days }) =>
    days.map((ago) => ({ date: dayOf(now - ago * dayMs), user, messages: 10 + ago })),
  );
}

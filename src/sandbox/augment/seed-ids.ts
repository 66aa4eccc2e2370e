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

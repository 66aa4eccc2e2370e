import type { AugmentState } from './state.ts';

/** The file that the web console offers for download with a new token (contracts/augment.md 3). */
export interface SessionFile {
  readonly accessToken: string;
  readonly tenantURL: string;
  readonly scopes: readonly ['read', 'write'];
}

/** The session of a token that is the tenant's. */
export function sessionFile({ tenantURL }: Pick<AugmentState, 'tenantURL'>, accessToken: string): SessionFile {
  return { accessToken, tenantURL, scopes: ['read', 'write'] };
}

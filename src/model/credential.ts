import type { Secret } from './secret.ts';

export type CredentialKind = 'access-token' | 'client-secret' | 'api-token';

/** A credential as a provider issued it, shown once. `expiresAt` is ISO 8601, null when it does not expire. */
export interface Credential {
  readonly kind: CredentialKind;
  readonly value: Secret;
  readonly clientId: string | null;
  readonly expiresAt: string | null;
}

/** What prints under `credential`; `value` is null when the secret went to a target instead of stdout. */
export interface CredentialDocument {
  readonly kind: CredentialKind;
  readonly value: string | null;
  readonly clientId: string | null;
  readonly expiresAt: string | null;
  readonly fingerprint: string;
}

import { inspect } from 'node:util';

export type CredentialKind = 'access-token' | 'client-secret' | 'api-token';

/** A credential as a provider issued it, shown once. `expiresAt` is ISO 8601, null when it does not expire. */
export interface Credential {
  readonly kind: CredentialKind;
  readonly value: Secret;
  readonly clientId: string | null;
  readonly expiresAt: string | null;
}

/** What prints under `credential`; `value` is null when the secret went to a target instead of stdout. */
export interface CredentialDocument extends Omit<Credential, 'value'> {
  readonly value: string | null;
  readonly fingerprint: string;
}

const redacted = '[secret]';

/** A value that cannot be printed by accident: every implicit conversion gives `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the place the user asked for and for requests. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}

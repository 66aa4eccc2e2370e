import { createHash } from 'node:crypto';
import { inspect } from 'node:util';

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

  /** `sha256:` and the first 12 hex digits of the value's SHA-256. */
  fingerprint(): string {
    return `sha256:${createHash('sha256').update(this.#value).digest('hex').slice(0, 12)}`;
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

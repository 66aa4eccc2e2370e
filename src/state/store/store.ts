import { FailedError, type ErrorDetails } from '../../errors.ts';

/**
 * Values by keys, kept where several machines can reach them (docs/design.md 11). No two values that are ever written are
 * the same: a caller puts something of its own into each, so that it can be told whose value stands there. No key is another
 * one with a slash and more behind it: stores that are file systems have no room for both.
 *
 * Every verb throws StateError. Of any number of simultaneous writers of a key exactly one is answered with a revision.
 */
export interface StateStore {
  /** For people, e.g. `s3://ops/sactl`; never with a password. */
  readonly address: string;
  readonly get: (key: string) => Promise<StoredValue | null>;
  /** The new value's revision; null where the key has a value already. */
  readonly create: (key: string, bytes: Uint8Array) => Promise<string | null>;
  /** The new value's revision; null where the value is not that of `revision` any more. */
  readonly replace: (key: string, bytes: Uint8Array, revision: string) => Promise<string | null>;
  /** False where the value is not that of `revision` any more. */
  readonly remove: (key: string, revision: string) => Promise<boolean>;
  /** The keys that begin with `prefix`, in order. */
  readonly list: (prefix: string) => Promise<readonly string[]>;
  /** Makes what the store needs, or makes sure that it is there. @returns what there is now, as a sentence says it */
  readonly init: () => Promise<string>;
  /** Lets go of connections. Never rejects. */
  readonly close: () => Promise<void>;
}

export interface StoredValue {
  readonly bytes: Uint8Array;
  /** Of this value and of no other that the key ever had. */
  readonly revision: string;
  /** Milliseconds since the value was written, by the store's own clock; null where it tells none. */
  readonly age: () => Promise<number | null>;
}

/** How a verb failed. */
export interface StateErrorDetails extends Omit<ErrorDetails, 'provider' | 'status' | 'traceId'> {
  /** Whether the change may have been made, or may yet be. Default: it was not, and will not be. */
  readonly isUncertain?: boolean;
}

/** The state store did not do what it was asked for. Exit 1. */
export class StateError extends FailedError {
  readonly isUncertain: boolean;

  constructor(message: string, { isUncertain = false, ...details }: StateErrorDetails = {}) {
    super('state', message, details);
    this.isUncertain = isUncertain;
  }
}

/** In bytes; a Secret of Kubernetes holds twice as much. */
export const largestValue = 512 * 1024;

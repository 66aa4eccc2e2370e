import type { RunaiState } from './state.ts';

/** A running control plane. */
export interface Deployment {
  readonly state: RunaiState;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Ids of new accounts; those of rules are counted in the state. */
  readonly newId: () => string;
  readonly newSecret: () => string;
  /** By access token. They stay valid until they expire, even when the account is disabled or deleted. */
  readonly sessions: Map<string, Session>;
}

export interface Session {
  /** The account's. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

import { randomBytes, randomUUID } from 'node:crypto';

import type { RunaiState } from './state.ts';

/** The versions that differ in what accounts need; others behave like the one before. */
export type ControlPlane = '3.0' | '2.24' | '2.23' | '2.20';

/** What an emulator needs, and which of the documented variants it is. */
export interface RunaiEmulatorOptions {
  /** Changed in place. */
  readonly state: RunaiState;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called after each change, before it is answered. */
  readonly save?: () => Promise<void>;
  /** Client secrets. */
  readonly newSecret?: () => string;
  /** Access tokens. */
  readonly newToken?: (claims: TokenClaims) => string;
  /** Ids of new accounts; those of rules are counted in the state. */
  readonly nextId?: () => string;
  /** Default `2.24`. */
  readonly controlPlane?: ControlPlane;
  /**
   * What a path that does not exist answers: `404` JSON, or `html` the UI's page with status 200
   * (contracts/runai.md 15.17). Default `404`.
   */
  readonly unknownPath?: 'html' | '404';
  /** Whether the reply to a create has the optional `clientId` (contracts/runai.md 3). Default true. */
  readonly createReplyClientId?: boolean;
  /** Whether the reply to a regenerate has the optional secret (contracts/runai.md 3). Default true. */
  readonly regenerateReplySecret?: boolean;
}

/** What differs from version to version (contracts/runai.md 1). */
export interface Features {
  readonly hasV2Token: boolean;
  readonly hasAppToken: boolean;
  /** Whether v1 tokens tell their life. */
  readonly hasV1Expiry: boolean;
  readonly hasServiceAccounts: boolean;
  readonly hasApps: boolean;
  readonly hasV1Roles: boolean;
  readonly hasV2Roles: boolean;
  readonly hasBatchCreate: boolean;
  readonly hasOwnRules: boolean;
  /** `subjectIdFilter`, `scopeType` and `roleId` as parameters of their own. */
  readonly hasPlainRuleFilters: boolean;
}

/** The features of the version that the options say. */
export function featuresOf({ controlPlane = '2.24' }: RunaiEmulatorOptions): Features {
  const isModern = controlPlane === '2.24' || controlPlane === '3.0';
  const isBefore3 = controlPlane !== '3.0';
  return {
    hasV2Token: isModern,
    hasAppToken: isBefore3,
    hasV1Expiry: isModern,
    hasServiceAccounts: isModern,
    hasApps: isBefore3,
    hasV1Roles: isBefore3,
    hasV2Roles: isModern,
    hasBatchCreate: controlPlane !== '2.20',
    hasOwnRules: controlPlane !== '2.20',
    hasPlainRuleFilters: isBefore3,
  };
}

/** What an access token says of itself; times in seconds since the epoch (contracts/runai.md 2d). */
export interface TokenClaims {
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly tenant_id: number;
  readonly clientId: string;
}

/** Looks like any JWT. The signature is random: the emulator knows its tokens because it made them. */
export function randomJwt(claims: TokenClaims): string {
  const header = encode({ alg: 'RS256', typ: 'JWT', kid: 'sandbox' });
  const payload = encode({ ...claims, jti: randomUUID() });
  return `${header}.${payload}.${randomBytes(32).toString('base64url')}`;
}

/** A client secret of 32 base64url characters. */
export function randomSecret(): string {
  return randomBytes(24).toString('base64url');
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

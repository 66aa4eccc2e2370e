import { randomBytes, randomUUID } from 'node:crypto';

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

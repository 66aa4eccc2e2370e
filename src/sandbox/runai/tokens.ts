import { randomBytes, randomUUID } from 'node:crypto';

import { Refusal, type ServiceCall } from '../emulator.ts';
import { hashSecret, isoTime } from '../records.ts';
import { readBody } from './body.ts';
import type { RunaiDeployment, SignIn } from './state.ts';
import { words } from './versions.ts';

/** Example of the v2 documentation; clients must not rely on it (docs/contracts/runai.md 2). */
const lifeSeconds = 3600;

const refused = 'Invalid client or Invalid client credentials';

/** Form-encoded, snake_case, with the errors of OAuth 2 (docs/contracts/runai.md 2). @throws Refusal 400 and 401 */
export function tokenV2(call: ServiceCall, _: unknown, deployment: RunaiDeployment): unknown {
  const type = call.headers.get('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded(?:;|$)/i.test(type)) throw invalidRequest('The body must be form-encoded');
  const form = new URLSearchParams(call.text);
  const grant = form.get('grant_type');
  if (!grant) throw invalidRequest('Missing form parameter: grant_type');
  if (grant !== 'client_credentials') throw new Refusal(400, 'Unsupported grant_type', 'unsupported_grant_type');
  const clientId = form.get('client_id');
  const secret = form.get('client_secret');
  if (!clientId || !secret) throw invalidRequest('Missing client_id or client_secret');
  const token = signIn(deployment, call, clientId, secret);
  if (token === null) throw refusedV2();
  return { access_token: token, token_type: 'Bearer', expires_in: lifeSeconds };
}

function invalidRequest(message: string): Refusal {
  return new Refusal(400, message, 'invalid_request');
}

/** A secret that works no longer. */
export function refusedV2(): Refusal {
  return new Refusal(401, refused, 'invalid_client');
}

/** JSON, camelCase, with the envelope; a refused secret is 400, the documented status (docs/contracts/runai.md 2). */
export function tokenV1(call: ServiceCall, _: unknown, deployment: RunaiDeployment): unknown {
  // `clientID` and `clientId` are both in use, so case does not matter.
  const fields = Object.entries(readBody(call.text)).map(([name, value]) => [name.toLowerCase(), value]);
  const body = Object.fromEntries(fields);
  if (required(body, 'grantType') !== 'client_credentials') throw new Refusal(400, 'Unsupported grantType');
  const token = signIn(deployment, call, required(body, 'clientID'), required(body, 'clientSecret'));
  if (token === null) throw refusedV1();
  return { accessToken: token, ...(words[deployment.controlPlane].tellsTokenLife ? { expiresIn: lifeSeconds } : {}) };
}

/** The same: v1 documents no 401 (docs/contracts/runai.md 2). */
export function refusedV1(): Refusal {
  return new Refusal(400, refused);
}

function required(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name.toLowerCase()];
  if (typeof value === 'string' && value !== '') return value;
  throw new Refusal(400, `Required parameter is missing: ${name}`);
}

/** A new access token, or null when there is no enabled account with this secret. */
function signIn(deployment: RunaiDeployment, { url }: ServiceCall, clientId: string, secret: string): string | null {
  const { state, now, signIns } = deployment;
  const account = state.accounts.find((candidate) => candidate.clientId === clientId);
  if (!account?.enabled || account.secretHash !== hashSecret(secret)) return null;
  const seconds = Math.floor(now() / 1000);
  const token = randomJwt({
    exp: seconds + lifeSeconds,
    iat: seconds,
    iss: `${url.origin}/auth/realms/${state.tenant.name}`,
    tenant_id: state.tenant.id,
    clientId,
  });
  signIns.set(token, { name: account.name, expiresAt: (seconds + lifeSeconds) * 1000 });
  account.lastLogin = isoTime(now());
  return token;
}

/** Looks like any JWT. The signature is random: the emulator knows its tokens because it made them. */
function randomJwt(claims: Readonly<Record<string, unknown>>): string {
  const header = encode({ alg: 'RS256', typ: 'JWT', kid: 'sandbox' });
  const payload = encode({ ...claims, jti: randomUUID() });
  return `${header}.${payload}.${randomBytes(32).toString('base64url')}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The name of the account that the Authorization header's token was issued to. @throws Refusal 401 */
export function callerOf(signIns: ReadonlyMap<string, SignIn>, header: string | null, now: number): string {
  const token = /^bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
  const session = signIns.get(token);
  if (session !== undefined && session.expiresAt > now) return session.name;
  throw new Refusal(401);
}

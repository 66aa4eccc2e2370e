import * as z from 'zod/mini';

import type { HttpClient } from '../../http/client.ts';
import type { HttpRequest } from '../../http/request.ts';
import { HttpError } from '../../http/error.ts';
import { readJson, type Schema } from '../../http/body.ts';

/** An access token and when it ends, in milliseconds since the epoch; null where nothing says so. */
export interface AccessToken {
  readonly value: string;
  readonly expiresAt: number | null;
}

/** A client's id and secret, and where they are exchanged. */
export interface Grant {
  readonly endpoint: string;
  readonly clientId: string;
  readonly secret: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * v2 where there is one, else v1; never v1 after a refusal, which would make two failed logins
 * (docs/contracts/runai.md 2e).
 */
export async function exchange(http: HttpClient, grant: Grant): Promise<AccessToken> {
  try {
    return await exchangeV2(http, grant);
  } catch (error) {
    if (!(error instanceof HttpError) || !isAbsent(error)) throw error;
    return exchangeV1(http, grant);
  }
}

const refusals: ReadonlySet<number> = new Set([400, 401, 403, 429]);

/** Whether an endpoint does not exist in this version: 404, 405, or something that is not the API at all. */
export function isAbsent({ status, body }: HttpError): boolean {
  if (status === null || status >= 500 || refusals.has(status)) return false;
  return status === 404 || status === 405 || (body !== null && body !== 'json');
}

const Seconds = z.optional(z.nullable(z.number()));
const V2Token = z.object({ access_token: z.string(), expires_in: Seconds });
const V1Token = z.object({ accessToken: z.string(), expiresIn: Seconds });

/** Form-encoded, snake_case (docs/contracts/runai.md 2a). */
async function exchangeV2(http: HttpClient, grant: Grant): Promise<AccessToken> {
  const wire = await post(http, V2Token, {
    ...tokenRequest(grant, '/api/v2/token'),
    form: { grant_type: 'client_credentials', client_id: grant.clientId, client_secret: grant.secret },
  });
  return accessToken(wire.access_token, wire.expires_in, grant.now);
}

/** JSON, camelCase; `clientID` is the specification's spelling (docs/contracts/runai.md 2b). */
async function exchangeV1(http: HttpClient, grant: Grant): Promise<AccessToken> {
  const wire = await post(http, V1Token, {
    ...tokenRequest(grant, '/api/v1/token'),
    json: { grantType: 'client_credentials', clientID: grant.clientId, clientSecret: grant.secret },
  });
  return accessToken(wire.accessToken, wire.expiresIn, grant.now);
}

function tokenRequest({ endpoint }: Grant, path: string): HttpRequest {
  return {
    method: 'POST',
    url: `${endpoint}${path}`,
    purpose: 'get an access token',
    authorized: false,
    secretAnswer: true,
    safe: true,
  };
}

async function post<Wire>(http: HttpClient, schema: Schema<Wire>, request: HttpRequest): Promise<Wire> {
  return readJson(await http.send(request), schema, { provider: 'runai', request });
}

/** Its life is what the answer says, else what the token itself says, else unknown (docs/contracts/runai.md 2d). */
function accessToken(value: string, expiresIn: number | null | undefined, now: number): AccessToken {
  if (typeof expiresIn === 'number') return { value, expiresAt: now + expiresIn * 1000 };
  const { exp } = claimsOf(value);
  return { value, expiresAt: exp === null ? null : exp * 1000 };
}

const Claims = z.object({ exp: z.optional(z.number()), tenant_id: z.optional(z.union([z.string(), z.number()])) });

/** What a token says of itself, not checked in any way. `exp` is in seconds since the epoch. */
export interface TokenClaims {
  readonly exp: number | null;
  readonly tenantId: string | null;
}

/** Reads the payload of a JWT; nulls for anything else. */
export function claimsOf(token: string): TokenClaims {
  const payload = token.split('.')[1] ?? '';
  try {
    const text = Buffer.from(payload, 'base64url').toString('utf8');
    const { exp, tenant_id: tenantId } = Claims.parse(JSON.parse(text));
    return { exp: exp ?? null, tenantId: tenantId === undefined ? null : String(tenantId) };
  } catch {
    return { exp: null, tenantId: null };
  }
}

import type { Context, Hono } from 'hono';

import { answer, oauthError, Refusal } from './answers.ts';
import { readBody } from './body.ts';
import type { Deployment } from './handler.ts';
import { tokenLifeSeconds, type ClientCredentials } from './sessions.ts';

/** Where secrets become access tokens; no bearer is needed (contracts/runai.md 2). */
export function addTokenRoutes(app: Hono, deployment: Deployment): void {
  if (deployment.features.hasV2Token) {
    app.post('/api/v2/token', (c) => answerV2(c, deployment));
  }
  app.post('/api/v1/token', (c) => answerV1(c, deployment));
}

/** The other grants of the enumeration, which nobody in the sandbox can use. */
const v2Grants = new Set(['authorization_code', 'password', 'refresh_token']);
const v1Grants = new Set(['refresh_token', 'exchange_token', 'password', 'external_token_exchange']);

/** Form-encoded, snake_case, with the errors of OAuth 2 (contracts/runai.md 2a). */
async function answerV2(c: Context, { sessions }: Deployment): Promise<Response> {
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded(?:;|$)/i.test(type)) {
    return oauthError(400, 'invalid_request', 'The body must be form-encoded');
  }
  const form = new URLSearchParams(await c.req.text());
  const grant = form.get('grant_type');
  if (!grant) return oauthError(400, 'invalid_request', 'Missing form parameter: grant_type');
  if (v2Grants.has(grant)) return oauthError(400, 'invalid_grant', 'Invalid grant');
  if (grant !== 'client_credentials') {
    return oauthError(400, 'unsupported_grant_type', 'Unsupported grant_type');
  }
  const clientId = form.get('client_id');
  const secret = form.get('client_secret');
  if (!clientId || !secret) {
    return oauthError(400, 'invalid_request', 'Missing client_id or client_secret');
  }
  const token = await sessions.open({ clientId, secret, origin: originOf(c) });
  if (token === null) {
    return oauthError(401, 'invalid_client', 'Invalid client or Invalid client credentials');
  }
  return answer({ access_token: token, token_type: 'Bearer', expires_in: tokenLifeSeconds });
}

/** JSON, camelCase, with the envelope; a refused secret is 400, the documented status (contracts/runai.md 2b). */
async function answerV1(c: Context, { sessions, features }: Deployment): Promise<Response> {
  const fields = readFields(await c.req.text());
  const token = await sessions.open({
    ...credentialsOf(fields, features.hasAppToken),
    origin: originOf(c),
  });
  if (token === null) throw new Refusal(400, 'Invalid client or Invalid client credentials');
  const expiry = features.hasV1Expiry ? { expiresIn: tokenLifeSeconds } : {};
  return answer({ accessToken: token, ...expiry });
}

/** `clientID`, `clientId` and `AppId` are all in use: case does not matter (contracts/runai.md 2b). */
function readFields(text: string): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(readBody(text)).map(([name, value]) => [name.toLowerCase(), value]));
}

function credentialsOf(fields: ReadonlyMap<string, unknown>, hasAppToken: boolean): Omit<ClientCredentials, 'origin'> {
  const grant = field(fields, 'grantType');
  if (grant === 'client_credentials') {
    return { clientId: field(fields, 'clientID'), secret: field(fields, 'clientSecret') };
  }
  if (grant === 'app_token' && hasAppToken) {
    return { clientId: field(fields, 'appID'), secret: field(fields, 'appSecret') };
  }
  throw new Refusal(400, v1Grants.has(grant) ? 'Invalid grant' : 'Unsupported grantType');
}

function field(fields: ReadonlyMap<string, unknown>, name: string): string {
  const value = fields.get(name.toLowerCase());
  if (typeof value === 'string' && value !== '') return value;
  throw new Refusal(400, `Required parameter is missing: ${name}`);
}

function originOf(c: Context): string {
  return new URL(c.req.url).origin;
}

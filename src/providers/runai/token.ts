import * as z from 'zod/mini';

import { AuthError } from '../../errors.ts';
import type { HttpClient } from '../../http/client.ts';
import { HttpError } from '../../http/error.ts';
import type { ConnectOptions } from '../provider.ts';
import { asNumber, bearer } from '../answers.ts';
import { isAbsent } from './problem.ts';
import { parseFields, type Fields } from '../../model/account.ts';
import type { HttpRequest } from '../../http/request.ts';
import { readJson, type Schema } from '../../http/body.ts';

/** A token this close to its end is not used any more (docs/contracts/runai.md 2d). */
const marginMs = 60_000;

/** A client that authorizes itself, and the access token it does so with. */
export interface AuthorizedHttp {
  readonly http: HttpClient;
  readonly token: () => Promise<string>;
}

/** `RUNAI_TOKEN` as it is, or a client's id and secret exchanged for a token. */
export function connectHttp(options: ConnectOptions): AuthorizedHttp {
  const { credential, createHttp } = options;
  if (credential.clientId === null) {
    const token = credential.read();
    token.catch(() => undefined);
    return { http: createHttp(bearer(credential.source, () => token)), token: async () => (await token).reveal() };
  }
  const tokens = accessTokens(options, credential.clientId, () => http);
  const http: HttpClient = createHttp({
    source: credential.source,
    header: async () => `Bearer ${await tokens.current()}`,
    renew: async () => tokens.forget(),
  });
  return { http, token: tokens.current };
}

/** The access token in memory, requested once for all requests that need it at the same time. */
function accessTokens(
  options: ConnectOptions,
  clientId: string,
  http: () => HttpClient,
): { current: () => Promise<string>; forget: () => void } {
  const { endpoint, now, credential } = options;
  let held: AccessToken | null = null;
  /** Under way, or refused: a refusal is final, because every other try is another failed login. */
  let requested: Promise<AccessToken> | null = null;

  async function request(): Promise<AccessToken> {
    try {
      const secret = (await credential.read()).reveal();
      held = await exchange(http(), { endpoint, clientId, secret, now: now() });
      requested = null;
      return held;
    } catch (error) {
      const explained = explain(error, options);
      if (!(explained instanceof AuthError)) requested = null;
      throw explained;
    }
  }

  return {
    current: async () => {
      const end = held?.expiresAt ?? null;
      if (held !== null && end !== null && end - now() > marginMs) return held.value;
      // A token without a known end serves those who waited for it, and no later request.
      return (await (requested ??= request())).value;
    },
    /** The next request asks for a new token; those that are refused meanwhile share it. */
    forget: () => {
      held = null;
    },
  };
}

/**
 * What a failed exchange says to the user. Its status is about the token, and must not be read as the answer to the request
 * that needs one: a 403 or a 404 would then be about an account.
 */
function explain(error: unknown, { credential, endpoint }: ConnectOptions): unknown {
  if (error instanceof AuthError) {
    const message = 'cannot get an access token: Run:ai refused the client id and its secret';
    const hint = `check both in ${credential.source}: the secret may have been regenerated, or the account disabled; an access token needs no client id`;
    return new AuthError('unauthenticated', message, { ...error.details(), hint, cause: error });
  }
  if (!(error instanceof HttpError)) return error;
  const { message, arrival, problem, traceId } = error;
  const isLater = problem !== null && tryLater.has(problem.code ?? '');
  const details = { arrival, provider: 'runai', traceId, cause: error } as const;
  if (isAbsent(error)) {
    return new HttpError(error.answeredBy === 'gateway' ? 'gateway' : 'bad_answer', message, {
      ...details,
      hint: `is ${endpoint} the address of a Run:ai control plane?`,
    });
  }
  const isOther = error.status === null || error.status < 400 || error.answeredBy === 'gateway';
  if (isOther || error.retryable) return error;
  return new HttpError('refused', message, {
    ...details,
    hint: isLater ? 'run it again in a minute' : 'the client id and its secret were not checked',
    retryable: isLater,
  });
}

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
 * v2 where there is one, else v1; not after a refusal, which would be two failed logins (docs/contracts/runai.md 2e).
 * @throws AuthError where Run:ai says that the client id and the secret do not fit; HttpError for anything else
 */
export async function exchange(http: HttpClient, grant: Grant): Promise<AccessToken> {
  try {
    return await exchangeV2(http, grant).catch(throwRefusal(refusalsV2));
  } catch (error) {
    if (!(error instanceof HttpError) || !isAbsent(error)) throw error;
    return exchangeV1(http, grant).catch(throwRefusal(refusalsV1));
  }
}

/**
 * The codes of errors that refuse the client id or the secret. A status alone does not: 400 and 401 carry an outage of the
 * server and a request that it does not take, too (docs/contracts/runai.md 15.21).
 */
const refusalsV2: ReadonlySet<string> = new Set(['invalid_client', 'invalid_grant', 'unauthorized_client', '401']);

/** v1 has no other code than the status, and a wrong secret is its 400 (docs/contracts/runai.md 2b). */
const refusalsV1: ReadonlySet<string> = new Set([...refusalsV2, '400']);

/** What says to try later, as a 503 does (docs/contracts/runai.md 2a). */
const tryLater: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable']);

function throwRefusal(codes: ReadonlySet<string>): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof HttpError)) throw error;
    const { verdict, problem, message } = error;
    const isRefusal = (verdict === 400 || verdict === 401) && codes.has(problem?.code ?? '');
    throw isRefusal ? new AuthError('unauthenticated', message, { ...error.details(), cause: error }) : error;
  };
}

/** Far more than servers take in a header. */
const longestToken = 64 * 1024;

/** What a request can carry: a token that does not fit is a bad answer, and not the user's credential. */
const Token = z.string().check(z.regex(/^[!-~]+$/), z.maxLength(longestToken));
const V2Token = z.object({ access_token: Token, expires_in: z.optional(z.unknown()) });
const V1Token = z.object({ accessToken: Token, expiresIn: z.optional(z.unknown()) });

/** Form-encoded, snake_case (docs/contracts/runai.md 2a). */
async function exchangeV2(http: HttpClient, grant: Grant): Promise<AccessToken> {
  const wire = await post(http, V2Token, {
    url: `${grant.endpoint}/api/v2/token`,
    form: { grant_type: 'client_credentials', client_id: grant.clientId, client_secret: grant.secret },
  });
  return accessToken(wire.access_token, wire.expires_in, grant.now);
}

/** JSON, camelCase; `clientID` is the specification's spelling (docs/contracts/runai.md 2b). */
async function exchangeV1(http: HttpClient, grant: Grant): Promise<AccessToken> {
  const wire = await post(http, V1Token, {
    url: `${grant.endpoint}/api/v1/token`,
    json: { grantType: 'client_credentials', clientID: grant.clientId, clientSecret: grant.secret },
  });
  return accessToken(wire.accessToken, wire.expiresIn, grant.now);
}

async function post<Wire>(
  http: HttpClient,
  schema: Schema<Wire>,
  sent: Pick<HttpRequest, 'url' | 'form' | 'json'>,
): Promise<Wire> {
  const purpose = 'get an access token';
  const request = { method: 'POST', purpose, ...sent, authorized: false, secretAnswer: true, safe: true } as const;
  return readJson(await http.send(request), schema, { provider: 'runai', request });
}

/** Its life is what the answer says, else what the token itself says, else unknown (docs/contracts/runai.md 2d). */
function accessToken(value: string, expiresIn: unknown, now: number): AccessToken {
  const seconds = asNumber(expiresIn);
  return { value, expiresAt: seconds === null ? expiryOf(value) : now + seconds * 1000 };
}

/** When a token says that it ends, in milliseconds since the epoch; null for one that is no JWT or does not say it. */
export function expiryOf(token: string): number | null {
  const seconds = asNumber(claimsOf(token)['exp']);
  return seconds === null ? null : seconds * 1000;
}

/** What a token says of itself, unverified; nothing where it is no JWT (docs/contracts/runai.md 2d). */
export function claimsOf(token: string): Fields {
  const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  return parseFields(text) ?? {};
}

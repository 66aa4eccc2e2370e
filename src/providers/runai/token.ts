import { AuthError } from '../../errors.ts';
import type { HttpClient } from '../../http/client.ts';
import { HttpError } from '../../http/error.ts';
import type { ConnectOptions } from '../provider.ts';
import { exchange, isAbsent, type AccessToken } from './token-exchange.ts';

/** A token this close to its end is not used any more (docs/contracts/runai.md 2d). */
const marginMs = 60_000;

/** The client that authorizes itself: `RUNAI_TOKEN` as it is, or a client's id and secret exchanged for a token. */
export function connectHttp(options: ConnectOptions): HttpClient {
  const { credential, createHttp } = options;
  if (credential.clientId === null) {
    const token = credential.read();
    token.catch(() => undefined);
    return createHttp({
      source: credential.source,
      header: async () => `Bearer ${(await token).reveal()}`,
    });
  }
  const tokens = new Tokens(options, credential.clientId, () => http);
  const http: HttpClient = createHttp({
    source: credential.source,
    header: async () => `Bearer ${await tokens.current()}`,
    renew: () => {
      tokens.forget();
      return Promise.resolve();
    },
  });
  return http;
}

/** The access token in memory, asked for once by all requests that need it at the same time. */
class Tokens {
  readonly #options: ConnectOptions;
  readonly #clientId: string;
  readonly #http: () => HttpClient;
  #held: AccessToken | null = null;
  /** Under way, or refused: a refusal is final, because every other try is another failed login. */
  #asked: Promise<AccessToken> | null = null;

  constructor(options: ConnectOptions, clientId: string, http: () => HttpClient) {
    this.#options = options;
    this.#clientId = clientId;
    this.#http = http;
  }

  async current(): Promise<string> {
    if (this.#held !== null && this.#isFresh(this.#held)) return this.#held.value;
    // A token without a known end serves those who waited for it, and nobody after them.
    const token = await (this.#asked ??= this.#request());
    return token.value;
  }

  /** The next request asks for a new token; those that are refused meanwhile share it. */
  forget(): void {
    this.#held = null;
  }

  #isFresh({ expiresAt }: AccessToken): boolean {
    return expiresAt !== null && expiresAt - this.#options.now() > marginMs;
  }

  async #request(): Promise<AccessToken> {
    try {
      this.#held = await this.#send();
      this.#asked = null;
      return this.#held;
    } catch (error) {
      if (!(error instanceof AuthError)) this.#asked = null;
      throw error;
    }
  }

  async #send(): Promise<AccessToken> {
    const { credential, endpoint, now } = this.#options;
    const secret = (await credential.read()).reveal();
    const grant = { endpoint, clientId: this.#clientId, secret, now: now() };
    try {
      return await exchange(this.#http(), grant);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      if (isAbsent(error)) throw noControlPlane(error, endpoint);
      if (!isRefusal(error)) throw error;
      throw new AuthError(
        'unauthenticated',
        'cannot get an access token: Run:ai refused the client id and its secret',
        {
          provider: 'runai',
          status: error.status,
          hint: `check both in ${credential.source}: the secret may have been regenerated, or the account disabled`,
          cause: error,
        },
      );
    }
  }
}

/** Without status and body, which would say of the request that needs the token that its path does not exist. */
function noControlPlane(error: HttpError, endpoint: string): HttpError {
  return new HttpError('bad_answer', error.message, {
    arrival: error.arrival,
    provider: 'runai',
    hint: `is ${endpoint} the address of a Run:ai control plane?`,
    cause: error,
  });
}

function isRefusal({ status }: HttpError): boolean {
  return status === 400 || status === 401 || status === 403;
}

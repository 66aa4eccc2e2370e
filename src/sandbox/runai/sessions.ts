import { Refusal } from './answers.ts';
import { randomJwt, type RunaiEmulatorOptions } from './options.ts';
import { hashSecret, isoTime } from '../records.ts';
import type { AccountRecord } from './state.ts';

/** Example of the v2 documentation; clients must not rely on it (contracts/runai.md 2d). */
export const tokenLifeSeconds = 3600;

export interface ClientCredentials {
  readonly clientId: string;
  readonly secret: string;
  /** Of the control plane. */
  readonly origin: string;
}

interface Session {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The access tokens of a control plane. They stay good until they expire, whatever becomes of the account. */
export class Sessions {
  readonly #options: RunaiEmulatorOptions;
  readonly #byToken = new Map<string, Session>();

  constructor(options: RunaiEmulatorOptions) {
    this.#options = options;
  }

  /** A new access token, or null when there is no such enabled account with this secret. */
  async open({ clientId, secret, origin }: ClientCredentials): Promise<string | null> {
    const { state, now, save, newToken = randomJwt } = this.#options;
    const account = state.accounts.find((candidate) => candidate.clientId === clientId);
    if (account === undefined || !isOpenedBy(account, secret)) return null;
    const seconds = Math.floor(now() / 1000);
    const token = newToken({
      exp: seconds + tokenLifeSeconds,
      iat: seconds,
      iss: `${origin}/auth/realms/${state.tenant.name}`,
      tenant_id: state.tenant.id,
      clientId,
    });
    this.#byToken.set(token, {
      name: account.name,
      expiresAt: (seconds + tokenLifeSeconds) * 1000,
    });
    account.lastLogin = isoTime(now());
    await save?.();
    return token;
  }

  /**
   * The name of the account that the Authorization header's token was issued to.
   * @throws Refusal 401
   */
  caller(header: string | undefined): string {
    const token = /^bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
    const session = this.#byToken.get(token);
    if (session !== undefined && session.expiresAt > this.#options.now()) return session.name;
    throw new Refusal(401, 'Issuer is not familiar');
  }
}

function isOpenedBy({ enabled, secretHash }: AccountRecord, secret: string): boolean {
  return enabled && secretHash === hashSecret(secret);
}

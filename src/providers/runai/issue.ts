import { HttpError } from '../../http/error.ts';
import type { Era } from './api.ts';
import { Secret } from '../../model/secret.ts';
import type { Credential } from '../../model/credential.ts';

/**
 * The secret under whichever key this version uses.
 * @throws HttpError with arrival `unknown` when there is none, which ends with `consequence`
 */
export function readSecret(
  { clientSecret, secret }: { clientSecret?: string | undefined; secret?: string | undefined },
  { purpose, consequence }: { purpose: string; consequence: string },
): Secret {
  const value = (clientSecret ?? secret ?? '').trim();
  if (value !== '') return new Secret(value);
  throw new HttpError(
    'bad_answer',
    `cannot ${purpose}: Run:ai's answer holds no secret${consequence}`,
    {
      provider: 'runai',
      arrival: 'unknown',
    },
  );
}

/** The secret's key in the answers of an era (contracts/runai.md 12). */
export function secretKey(era: Era): 'clientSecret' | 'secret' {
  return era === 'apps' ? 'secret' : 'clientSecret';
}

/** A client secret does not expire; it works together with the client id only. */
export function credentialOf(value: Secret, clientId: string | null): Credential {
  return { kind: 'client-secret', value, clientId, expiresAt: null };
}

/** A payload with `value` in the secret's place, as `--raw` prints it. */
export function withSecret(payload: unknown, value: string | null): unknown {
  if (typeof payload !== 'object' || payload === null) return payload;
  return { ...payload, ['secret' in payload ? 'secret' : 'clientSecret']: value };
}

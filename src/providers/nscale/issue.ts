import { HttpError } from '../../http/error.ts';
import type { HttpRequest } from '../../http/client.ts';
import { Secret } from '../../model/secret.ts';
import type { AskOptions, Issued } from '../provider.ts';
import type { Connection } from './connection.ts';
import { ServiceAccount, withToken } from './schema.ts';

/**
 * Sends the request whose answer carries a token that is shown once.
 * @throws HttpError with arrival `unknown` when the answer has no token: the old one must then be taken for dead
 * (contracts/nscale.md 9.14)
 */
export async function askForToken(
  connection: Connection,
  request: { url: string; purpose: string; json?: unknown },
  options: AskOptions,
): Promise<Issued> {
  const sent: HttpRequest = { method: 'POST', ...request, secretAnswer: true, ...options };
  const answer = await connection.api.send(sent, ServiceAccount);
  const token = answer.wire.status.accessToken?.trim();
  if (token === undefined || token === '') {
    throw new HttpError('bad_answer', `cannot ${request.purpose}: nscale's answer holds no token`, {
      provider: 'nscale',
      arrival: 'unknown',
    });
  }
  return {
    account: connection.model(answer),
    credential: {
      kind: 'access-token',
      value: new Secret(token),
      clientId: null,
      expiresAt: answer.wire.status.expiry ?? null,
    },
    raw: (secret) => withToken(answer.raw, secret),
  };
}

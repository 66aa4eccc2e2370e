import type { HttpRequest } from '../../http/client.ts';
import { HttpError } from '../../http/error.ts';
import { Secret } from '../../model/secret.ts';
import type { AnswerContext, AskOptions, Issued } from '../issuing.ts';
import { payload, readPayload, type Payload } from '../payload.ts';
import type { Connection } from './connection.ts';
import { ServiceAccount, toAccount, withToken } from './schema.ts';

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
  return issued(answer, { now: connection.now(), profile: connection.profile, ...request });
}

/** An answer out of the journal. @throws HttpError when it holds no token */
export function readAnswer(bytes: Uint8Array, { now, profile }: AnswerContext): Issued {
  const purpose = 'read the answer that was kept';
  const answer = readPayload(bytes, payload(ServiceAccount), { provider: 'nscale', purpose });
  return issued(answer, { now, profile, purpose });
}

function issued(
  answer: Payload<ServiceAccount>,
  { now, profile, purpose }: { now: number; profile: string | null; purpose: string },
): Issued {
  const token = answer.wire.status.accessToken?.trim();
  if (token === undefined || token === '') {
    throw new HttpError('bad_answer', `cannot ${purpose}: nscale's answer holds no token`, {
      provider: 'nscale',
      arrival: 'unknown',
    });
  }
  const value = new Secret(token);
  return {
    account: toAccount(answer, { now, profile }),
    credential: {
      kind: 'access-token',
      value,
      clientId: null,
      expiresAt: answer.wire.status.expiry ?? null,
    },
    payload: value,
    raw: (secret) => withToken(answer.raw, secret),
  };
}

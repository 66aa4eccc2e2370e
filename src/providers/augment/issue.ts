import { HttpError } from '../../http/error.ts';
import type { Account } from '../../model/account.ts';
import type { AnswerContext, AskOptions, Issued } from '../issuing.ts';
import type { Brought } from '../manual.ts';
import { toAccount } from './account.ts';
import { readSession, sessionLine, tenantOf, type Session } from './session.ts';

/** The session that a person brought; it was read before. */
export function sessionOf({ document }: Brought): Session {
  const { session } = readSession(document.reveal());
  if (session === null) throw new Error('a session was accepted that cannot be read');
  return session;
}

/** Nothing is asked of anybody: the credential is there, and kept as an answer would be. */
export async function take(
  session: Session,
  account: Account,
  { keep }: AskOptions,
): Promise<Issued> {
  await keep?.(new TextEncoder().encode(sessionLine(session).reveal()));
  return issuedFrom(session, account);
}

/** A session out of the journal. */
export function readAnswer(bytes: Uint8Array, { account, profile }: AnswerContext): Issued {
  const { session, problems } = readSession(new TextDecoder().decode(bytes));
  if (session === null) {
    throw new HttpError(
      'bad_answer',
      `cannot read the answer that was kept: ${problems.join('; ')}`,
      { provider: 'augment', arrival: 'unknown' },
    );
  }
  const recorded = {
    tenant: tenantOf(session),
    name: account.name,
    description: null,
    createdAt: null,
    updatedAt: null,
    tokens: [],
    deletedAt: null,
  };
  return issuedFrom(session, toAccount(recorded, profile));
}

function issuedFrom(session: Session, account: Account): Issued {
  return {
    account,
    credential: { kind: 'api-token', value: session.accessToken, clientId: null, expiresAt: null },
    payload: sessionLine(session),
    raw: (secret) => rawSession(session, secret),
  };
}

/** A session as `--raw` prints it. */
export function rawSession({ tenantURL, scopes }: Session, secret: string | null): unknown {
  return { accessToken: secret, tenantURL, scopes };
}

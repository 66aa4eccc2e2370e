import { HttpError } from '../../http/error.ts';
import type { Account } from '../../model/account.ts';
import type { AnswerContext, Issued, IssuingPlan } from '../issuing.ts';
import type { Brought } from '../manual.ts';
import { toAccount } from './accounts.ts';
import type { Connection } from './connection.ts';
import { keptBytes, purposeIn, type Purpose } from './kept.ts';
import { recording } from './recording.ts';
import { readSession, sessionLine, tenantOf, type Session, sessionFingerprint } from './session.ts';

/** The session that a person brought; it was read before. */
export function sessionOf({ document }: Brought): Session {
  const { session } = readSession(document.reveal());
  if (session === null) throw new Error('a session was accepted that cannot be read');
  return session;
}

/** A plan with a session as its answer: nothing is asked of anybody, and it is kept as an answer would be. */
export async function taking(
  connection: Connection,
  session: Session,
  { account, purpose }: { readonly account: Account; readonly purpose: Purpose },
): Promise<Omit<IssuingPlan, 'effects'>> {
  return {
    ...(await recording(connection, session, purpose)),
    requests: [],
    expected: account,
    expectedRaw: (secret) => rawSession(session, secret),
    credentialKind: 'api-token',
    isSelf: await isOwn(connection, account),
    isBrought: true,
    ask: async ({ keep }) => {
      await keep?.(keptBytes(session, purpose));
      return issuedFrom(session, account);
    },
    look: () => Promise.resolve({ kind: 'unchanged' }),
  };
}

/** Whether the caller works with a token of this account. */
async function isOwn({ session }: Connection, { tokens }: Account): Promise<boolean> {
  const own = await session().catch(() => null);
  return tokens.some(({ fingerprint }) => fingerprint === sessionFingerprint(own));
}

/** A session out of the journal. */
export function readAnswer(bytes: Uint8Array, { account, profile }: AnswerContext): Issued {
  const { session, problems } = readSession(new TextDecoder().decode(bytes));
  if (session === null) {
    throw new HttpError('bad_answer', `cannot read the answer that was kept: ${problems.join('; ')}`, {
      provider: 'augment',
      arrival: 'unknown',
    });
  }
  const recorded = {
    tenant: purposeIn(bytes)?.tenant ?? tenantOf(session),
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
function rawSession({ tenantURL, scopes }: Session, secret: string | null): unknown {
  return { accessToken: secret, tenantURL, scopes };
}

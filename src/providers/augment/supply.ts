import { HttpError } from '../../http/error.ts';
import type { Account, NewAccount } from '../../model/account.ts';
import type { AnswerContext, IssuancePlan, Issued, ResumedIssuance } from '../issuance.ts';
import type { SuppliedCredential } from '../manual.ts';
import { toAccount } from './schema.ts';
import type { Connection } from './connection.ts';
import { keptBytes, purposeIn, recording, type Purpose } from './records.ts';
import {
  installedIn,
  readSession,
  sessionFingerprint,
  sessionLine,
  standardTarget,
  tenantOf,
  type Session,
} from './session.ts';
import { quoted } from '../../model/text.ts';
import { existing } from './inventory.ts';
import { keyOf } from './lookup.ts';

/** The session that a person brought; it was read before. */
function sessionOf({ document }: SuppliedCredential): Session {
  const { session } = readSession(document.reveal());
  if (session === null) throw new Error('a session was accepted that cannot be read');
  return session;
}

/** A plan with a session as its answer: nothing is asked of anybody, and it is kept as an answer would be. */
async function taking(
  connection: Connection,
  session: Session,
  { account, purpose }: { readonly account: Account; readonly purpose: Purpose },
): Promise<Omit<IssuancePlan, 'effects'> & Pick<ResumedIssuance, 'manual'>> {
  const { reconcile, manual } = await recording(connection, session, purpose);
  return {
    reconcile,
    manual: { ...manual, mayPrint: false },
    requests: [],
    expected: account,
    expectedRaw: (secret) => rawSession(session, secret),
    credentialKind: 'api-token',
    isSelf: await isOwn(connection, account),
    send: async ({ keep }) => {
      await keep?.(keptBytes(session, purpose));
      return issuedFrom(session, account);
    },
    readEvidence: () => Promise.resolve({ kind: 'unchanged' }),
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

/** Records an account that a person made in the web console, with its first token. */
export async function planCreate(
  connection: Connection,
  { name, description }: NewAccount,
  supplied: SuppliedCredential,
): Promise<IssuancePlan> {
  const { token } = supplied;
  const session = sessionOf(supplied);
  const tenant = tenantOf(session);
  const at = new Date(connection.now()).toISOString();
  const blank = { description, createdAt: at, updatedAt: at, tokens: [], deletedAt: null };
  return {
    ...(await taking(connection, session, {
      account: toAccount({ tenant, name, ...blank }, connection.profile),
      purpose: { tenant, name, description, token, replaces: false },
    })),
    effects: [`service account "${name}" of ${tenant} is recorded on this machine, with its token "${token}"`],
  };
}

/** One more token, which takes the place of the old one; that works on until a person revokes it (docs/design.md 8). */
export async function planRotate(
  connection: Connection,
  account: Account,
  supplied: SuppliedCredential,
): Promise<IssuancePlan> {
  const { tokens } = existing(await connection.inventory.read(), keyOf(account));
  const installed = await installedIn(connection);
  const isOurs = tokens.some(({ fingerprint }) => fingerprint === installed?.fingerprint);
  const plan = await planOne(connection, account, { supplied, replaces: true });
  return {
    ...plan,
    effects: [...plan.effects, 'the old token works on until it is revoked in the web console: that is left to you'],
    manual: { ...plan.manual, ...(isOurs ? { defaultTarget: standardTarget } : {}) },
  };
}

/** One more token beside those there are. */
export function planToken(
  connection: Connection,
  account: Account,
  supplied: SuppliedCredential,
): Promise<IssuancePlan> {
  return planOne(connection, account, { supplied, replaces: false });
}

async function planOne(
  connection: Connection,
  account: Account,
  { supplied, replaces }: { readonly supplied: SuppliedCredential; readonly replaces: boolean },
): Promise<IssuancePlan & Pick<ResumedIssuance, 'manual'>> {
  const { token } = supplied;
  const { description } = account;
  return {
    ...(await taking(connection, sessionOf(supplied), {
      account,
      purpose: { ...keyOf(account), description, token, replaces },
    })),
    effects: [`the token ${quoted(token, 100)} of ${account.name} is recorded on this machine`],
  };
}

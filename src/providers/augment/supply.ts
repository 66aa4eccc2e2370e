import type { Account, NewAccount } from '../../model/account.ts';
import { quoted } from '../../model/text.ts';
import { badAnswer } from '../answers.ts';
import type { AnswerContext, IssuancePlan, Issued, ResumedIssuance } from '../issuance.ts';
import type { SuppliedCredential } from '../manual.ts';
import type { Connection } from './connection.ts';
import { existing } from './inventory.ts';
import { keyOf } from './lookup.ts';
import { purposeIn, recorded, withPurpose, type Purpose } from './records.ts';
import { toAccount } from './schema.ts';
import {
  auggieFingerprint,
  auggieTarget,
  readSession,
  sessionFingerprint,
  sessionLine,
  tenantOf,
  type Session,
} from './session.ts';

type SuppliedPlan = IssuancePlan & Pick<ResumedIssuance, 'manual'>;

/** Records an account that a person made in the web console, with its first token. */
export async function planCreate(
  connection: Connection,
  { name, description }: NewAccount,
  supplied: SuppliedCredential,
): Promise<IssuancePlan> {
  const { token } = supplied;
  const tenant = tenantOf(sessionOf(supplied));
  const at = new Date(connection.now()).toISOString();
  const made = { tenant, name, description, createdAt: at, updatedAt: at, tokens: [], deletedAt: null };
  return planWith(connection, supplied, {
    account: toAccount(made, connection.profile),
    purpose: { tenant, name, description, token, replaces: false },
    effects: [`service account "${name}" of ${tenant} is recorded on this machine, with its token "${token}"`],
  });
}

/**
 * One more token, which takes the place of the old one; that works on until a person revokes it (docs/design.md 8).
 * Without a target it goes to Auggie's own file, where that holds a token of the account.
 */
export async function planRotate(
  connection: Connection,
  account: Account,
  supplied: SuppliedCredential,
): Promise<IssuancePlan> {
  const { tokens } = existing(await connection.inventory.read(), keyOf(account));
  const installed = await auggieFingerprint(connection.homeDirectory);
  const isOurs = tokens.some(({ fingerprint }) => fingerprint === installed);
  const plan = await planToken(connection, account, supplied, { replaces: true });
  return {
    ...plan,
    effects: [...plan.effects, 'the old token works on until it is revoked in the web console: that step is yours'],
    manual: { ...plan.manual, ...(isOurs ? { defaultTarget: auggieTarget } : {}) },
  };
}

/** One more token, which stands beside those there are or replaces them. */
export function planToken(
  connection: Connection,
  account: Account,
  supplied: SuppliedCredential,
  { replaces } = { replaces: false },
): Promise<SuppliedPlan> {
  const { token } = supplied;
  return planWith(connection, supplied, {
    account,
    purpose: { ...keyOf(account), description: account.description, token, replaces },
    effects: [`the token ${quoted(token, 100)} of ${account.name} is recorded on this machine`],
  });
}

/** A plan whose answer is the supplied session: nothing is requested, and it is kept as an answer would be. */
async function planWith(
  connection: Connection,
  supplied: SuppliedCredential,
  { account, purpose, effects }: Pick<IssuancePlan, 'effects'> & { account: Account; purpose: Purpose },
): Promise<SuppliedPlan> {
  const session = sessionOf(supplied);
  const { reconcile, manual } = await recorded(connection, session, purpose);
  const own = sessionFingerprint(await connection.session().catch(() => null));
  return {
    requests: [],
    effects,
    expected: account,
    expectedRaw: (secret) => rawSession(session, secret),
    credentialKind: 'api-token',
    isSelf: account.tokens.some(({ fingerprint }) => fingerprint === own),
    send: async ({ keep }) => {
      await keep?.(withPurpose(session, purpose));
      return issuedFrom(session, account);
    },
    leavesEvidence: true,
    readEvidence: () => Promise.resolve({ kind: 'unchanged' }),
    reconcile,
    manual: { ...manual, mayPrint: false },
  };
}

/** The session was read before, when it was supplied. */
function sessionOf({ document }: SuppliedCredential): Session {
  const { session } = readSession(document.reveal());
  if (session === null) throw new Error('a session was accepted that cannot be read');
  return session;
}

/** A session out of the journal. */
export function readAnswer(bytes: Uint8Array, { account: { name }, profile }: AnswerContext): Issued {
  const { session, problems } = readSession(new TextDecoder().decode(bytes));
  if (session === null) throw badAnswer('augment', `cannot read the answer that was kept: ${problems.join('; ')}`);
  const tenant = purposeIn(bytes)?.tenant ?? tenantOf(session);
  const blank = { description: null, createdAt: null, updatedAt: null, tokens: [], deletedAt: null };
  return issuedFrom(session, toAccount({ tenant, name, ...blank }, profile));
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

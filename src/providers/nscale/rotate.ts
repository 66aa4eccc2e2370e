import { wholeSeconds, type Account } from '../../model/account.ts';
import type { AnswerContext, SendOptions, Evidence, Issued, IssuancePlan } from '../issuance.ts';
import type { Connection, Listing } from './connection.ts';
import { find, isCaller } from './lookup.ts';
import { ServiceAccount, toAccount, withToken } from './schema.ts';
import { HttpError } from '../../http/error.ts';
import type { HttpRequest } from '../../http/request.ts';
import { Secret } from '../../model/credential.ts';
import { badAnswer, keptPurpose, payload, readKept, type Payload } from '../answers.ts';

/** A new token for the same account; there is no overlap with the old one (docs/contracts/nscale.md 4). */
export async function planRotate(connection: Connection, account: Account): Promise<IssuancePlan> {
  const seen = connection.listings();
  const url = connection.api.accountsUrl(await connection.organization(), account.id, 'rotate');
  const purpose = `rotate service account ${account.name} (${account.id})`;
  let sentAt = 0;
  const isSelf = await isCaller(connection, account);
  return {
    requests: [{ method: 'POST', url, body: null }],
    effects: [
      account.status === 'expired'
        ? 'this account has expired: rotating revives it'
        : 'the current token stops working at once; what uses it fails until it has the new one',
      'a new token is issued, which nscale shows only once',
    ],
    expected: account,
    expectedRaw: (secret) => withToken(account.raw, secret),
    credentialKind: 'access-token',
    isSelf,
    send: (options) => {
      sentAt = connection.now();
      if (isSelf !== false) connection.forgetCaller();
      return rotateAgain(connection, { url, purpose }, options);
    },
    leavesEvidence: true,
    readEvidence: () => readEvidence(connection, account, { isProof: !mayCoincide(account, seen, sentAt) }),
    reconcile: (issued) => Promise.resolve(issued.account),
  };
}

/** A rotation moves the expiry and nothing else (docs/contracts/nscale.md 4 and 9.15). */
async function readEvidence(
  connection: Connection,
  before: Account,
  { isProof }: { isProof: boolean },
): Promise<Evidence> {
  const found = await find(connection, before.id);
  if (found === null || before.expiresAt === null) return { kind: 'unclear', candidates: [] };
  const account = connection.model(found);
  if (account.expiresAt !== before.expiresAt) return { kind: 'changed', account };
  return isProof ? { kind: 'unchanged' } : { kind: 'unclear', candidates: [] };
}

/**
 * Whether the rotation may have given the very expiry that the account had: expiries are in whole seconds, so a token
 * issued in the same second has the same. It was not issued in that second when it was seen a second before, or when
 * another account's token ends later, because all live equally long (docs/contracts/nscale.md 1). Of many accounts that are
 * rotated, the first listing saw it best: a later one may have looked for the outcome of another a moment before.
 */
function mayCoincide({ id, expiresAt }: Account, seen: readonly Listing[], sentAt: number): boolean {
  if (expiresAt === null) return true;
  const showing = seen.filter(({ expiryOf }) => expiryOf(id) === expiresAt);
  return showing.every(({ at, latestExpiry }) => sentAt - at < 2000 && latestExpiry() - Date.parse(expiresAt) < 2000);
}

/**
 * Sends a request whose answer carries a token that is shown once. @throws HttpError with arrival `unknown` when it has
 * none: the old token must then be taken for dead (docs/contracts/nscale.md 9.14)
 */
export async function requestToken(
  connection: Connection,
  request: { url: string; purpose: string; json?: unknown },
  options: SendOptions,
): Promise<Issued> {
  const sent: HttpRequest = { method: 'POST', ...request, secretAnswer: true, ...options };
  const answer = await connection.api.send(sent, ServiceAccount);
  return issuedBy(answer, { now: connection.now(), profile: connection.profile, ...request });
}

const attempts = 4;
const conflictPauseMs = 250;

/**
 * A conflict of a rotation changed nothing, and is repeated (docs/contracts/nscale.md 9.31): where nscale itself says so,
 * because a gateway's answer proves nothing.
 */
async function rotateAgain(
  connection: Connection,
  request: { url: string; purpose: string },
  options: SendOptions,
): Promise<Issued> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await requestToken(connection, request, options);
    } catch (error) {
      if (!(error instanceof HttpError) || error.verdict !== 409 || error.problem?.code !== 'conflict') throw error;
      if (attempt === attempts) throw conflictError(error);
    }
    await connection.sleep(conflictPauseMs);
  }
}

function conflictError(error: HttpError): HttpError {
  const message = `${error.message}, at each of ${attempts} tries; nothing was changed`;
  return new HttpError(error.code, message, { ...error.details(), retryable: true, cause: error });
}

/** An answer out of the journal. @throws HttpError when it holds no token */
export function readAnswer(bytes: Uint8Array, { now, profile }: AnswerContext): Issued {
  return issuedBy(readKept(bytes, payload(ServiceAccount), 'nscale'), { now, profile, purpose: keptPurpose });
}

function issuedBy(
  answer: Payload<ServiceAccount>,
  { now, profile, purpose }: { now: number; profile: string | null; purpose: string },
): Issued {
  const token = answer.wire.status.accessToken?.trim();
  if (token === undefined || token === '') {
    throw badAnswer('nscale', `cannot ${purpose}: nscale's answer holds no token`);
  }
  const value = new Secret(token);
  return {
    account: toAccount(answer, { now, profile }),
    credential: { kind: 'access-token', value, clientId: null, expiresAt: wholeSeconds(answer.wire.status.expiry) },
    payload: value,
    raw: (secret) => withToken(answer.raw, secret),
  };
}

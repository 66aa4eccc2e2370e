import type { Account } from '../../model/account.ts';
import type { AnswerContext, SendOptions, Issued, IssuancePlan } from '../issuance.ts';
import { isCaller } from './caller.ts';
import type { Connection } from './connection.ts';
import { Created, Regenerated, toAccount } from './schema.ts';
import { Secret } from '../../model/credential.ts';
import { badAnswer, keptPurpose, payload, readKept } from '../answers.ts';
import type { Era } from './api.ts';

/** A new secret at once in place of the old one. The answer has no client id, so the account's is joined. */
export async function planRotate(connection: Connection, account: Account): Promise<IssuancePlan> {
  const url = await connection.api.accountUrl(account.id, 'secret');
  const key = secretKey(await connection.api.era());
  return {
    requests: [{ method: 'POST', url, body: null }],
    effects: [
      'the current client secret stops working at once; what signs in with it fails until it has the new one',
      ...(account.enabled === false ? ['the account is disabled: the new secret works once it is enabled'] : []),
      'a new client secret is issued, which Run:ai shows only once',
    ],
    expected: account,
    expectedRaw: (secret) => ({ [key]: secret }),
    credentialKind: 'client-secret',
    isSelf: isCaller(connection, account),
    // Nothing that can be read changes with the secret, `updatedAt` included (docs/design.md 6).
    leavesEvidence: false,
    readEvidence: () => Promise.resolve({ kind: 'unclear', candidates: [] }),
    send: (options) => regenerate(connection, { account, url }, options),
    reconcile: (issued) => Promise.resolve(issued.account),
  };
}

async function regenerate(
  { api }: Connection,
  { account, url }: { account: Account; url: string },
  options: SendOptions,
): Promise<Issued> {
  const purpose = `rotate service account ${account.name} (${account.id})`;
  const answer = await api.send({ method: 'POST', url, purpose, secretAnswer: true, ...options }, Regenerated);
  const secret = readSecret(answer.wire, { purpose, consequence: ', and the old one is dead' });
  return issuedFrom(answer, { account, secret });
}

/** The secret, under either key. @throws HttpError with arrival `unknown`, and `consequence` as its end, without one */
export function readSecret(
  { clientSecret, secret }: { clientSecret?: string | undefined; secret?: string | undefined },
  { purpose, consequence }: { purpose: string; consequence: string },
): Secret {
  const value = (clientSecret ?? secret ?? '').trim();
  if (value !== '') return new Secret(value);
  throw badAnswer('runai', `cannot ${purpose}: Run:ai's answer holds no secret${consequence}`);
}

/** The secret's key in the answers of an era (docs/contracts/runai.md 12). */
export function secretKey(era: Era): 'clientSecret' | 'secret' {
  return era === 'apps' ? 'secret' : 'clientSecret';
}

/** A client secret does not expire; it works together with the client id only. */
export function issuedFrom(
  { raw }: { readonly raw: unknown },
  { account, secret }: { account: Account; secret: Secret },
): Issued {
  return {
    account,
    credential: { kind: 'client-secret', value: secret, clientId: account.clientId, expiresAt: null },
    payload: secret,
    raw: (value) => withSecret(raw, value),
  };
}

/** An answer out of the journal: of a create, or of a regenerate, which says nothing of the account. */
export function readAnswer(bytes: Uint8Array, { operation, account, profile }: AnswerContext): Issued {
  const known = { id: account.id ?? '', name: account.name, clientId: account.clientId };
  const answer =
    operation === 'create'
      ? readKept(bytes, payload(Created), 'runai')
      : readKept(bytes, payload(Regenerated), 'runai');
  const wire = { ...known, ...answer.wire };
  const { id, name, clientId } = wire;
  return issuedFrom(answer, {
    // The client id is the name in every example (docs/contracts/runai.md 3).
    account: toAccount({ id, name, clientId: clientId ?? name }, { raw: { id, name, clientId }, rules: null, profile }),
    secret: readSecret(wire, { purpose: keptPurpose, consequence: '' }),
  });
}

/** A payload with `value` in the secret's place, as `--raw` prints it. */
function withSecret(answer: unknown, value: string | null): unknown {
  if (typeof answer !== 'object' || answer === null) return answer;
  return { ...answer, ['secret' in answer ? 'secret' : 'clientSecret']: value };
}

import type { Account } from '../../model/account.ts';
import type { AskOptions, Issued, IssuingPlan } from '../issuing.ts';
import type { Connection } from './connection.ts';
import { issuedFrom, readSecret, secretKey } from './issue.ts';
import { Regenerated } from './schema.ts';

/** A new secret at once in place of the old one. The answer has no client id, so the account's is joined. */
export async function planRotate(connection: Connection, account: Account): Promise<IssuingPlan> {
  const { clientId } = connection.credential;
  const url = await connection.api.accountUrl(account.id, 'secret');
  const key = secretKey(await connection.api.era());
  return {
    requests: [{ method: 'POST', url, body: null }],
    effects: [
      'the current client secret stops working at once, and everything that signs in with it',
      ...(account.enabled === false ? ['the account is disabled: the new secret works once it is enabled'] : []),
      'a new client secret is issued, which Run:ai shows only once',
    ],
    expected: account,
    expectedRaw: (secret) => ({ [key]: secret }),
    credentialKind: 'client-secret',
    isSelf: clientId === null ? null : clientId === account.clientId,
    // Nothing that can be read changes with the secret, `updatedAt` included (DESIGN.md 6).
    look: () => Promise.resolve({ kind: 'unclear', candidates: [] }),
    ask: (options) => regenerate(connection, { account, url }, options),
    settle: (issued) => Promise.resolve(issued.account),
  };
}

async function regenerate(
  { api }: Connection,
  { account, url }: { account: Account; url: string },
  options: AskOptions,
): Promise<Issued> {
  const purpose = `rotate service account ${account.name} (${account.id})`;
  const answer = await api.send({ method: 'POST', url, purpose, secretAnswer: true, ...options }, Regenerated);
  const secret = readSecret(answer.wire, { purpose, consequence: ', and the old one is dead' });
  return issuedFrom(answer, { account, secret });
}

import type { Account } from '../../model/account.ts';
import type { IssuingPlan } from '../provider.ts';
import type { Connection } from './connection.ts';
import { askForToken } from './issue.ts';
import { withToken } from './schema.ts';

/** A new token for the same account; there is no overlap with the old one (contracts/nscale.md 4). */
export async function planRotate(connection: Connection, account: Account): Promise<IssuingPlan> {
  const url = connection.api.accountsUrl(await connection.organization(), account.id, 'rotate');
  const purpose = `rotate service account ${account.name} (${account.id})`;
  return {
    requests: [{ method: 'POST', url, body: null }],
    effects:
      account.status === 'expired'
        ? ['this account has expired: rotating revives it', 'a new token is shown once']
        : [
            'the current token stops working at once, and everything that uses it until it has the new one',
            'a new token is shown once',
          ],
    expected: account,
    expectedRaw: (secret) => withToken(account.raw, secret),
    credentialKind: 'access-token',
    ask: (options) => askForToken(connection, { url, purpose }, options),
    settle: (issued) => Promise.resolve(issued.account),
  };
}

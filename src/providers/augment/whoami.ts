import type { Identity } from '../provider.ts';
import type { Connection } from './connection.ts';
import { askCounts } from './probe.ts';
import { tenantOf } from './session.ts';
import { fingerprintOf } from '../../model/fingerprint.ts';

/**
 * Nothing says who a token is: the probe shows that it works, our records whose it is (contracts/augment.md 4).
 * @throws HttpError when it does not
 */
export async function whoami(connection: Connection): Promise<Identity> {
  const { accessToken, ...session } = await connection.session();
  await askCounts(connection.analytics());
  const { accounts } = await connection.inventory.read();
  const fingerprint = fingerprintOf(accessToken);
  const account = accounts.find(({ tokens }) => tokens.some((token) => token.fingerprint === fingerprint));
  return {
    subject: account?.name ?? 'an account that is not recorded here',
    kind: 'service-account',
    organizations: [tenantOf(session)],
    permissions: null,
  };
}

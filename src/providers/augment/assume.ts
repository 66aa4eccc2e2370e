import type { Account } from '../../model/account.ts';
import type { HeldText } from '../manual.ts';
import { hostOf, nameProblem, toAccount } from './schema.ts';
import type { Connection } from './connection.ts';
import type { InventoryToken } from './inventory.ts';
import { readSession, tenantOf } from './session.ts';
import { fingerprintOf } from '../../model/credential.ts';

/**
 * Takes the sessions that are somewhere for those of an account that is not recorded, until a change records it. Null
 * when they cannot be: there is none, they are for other tenants, or somebody else's.
 */
export async function adoptAccount(
  { inventory, profile }: Connection,
  reference: string,
  held: readonly HeldText[],
): Promise<Account | null> {
  const [name = '', host = null] = reference.split('/').toReversed();
  const found = held.flatMap(({ target, text }) => {
    const { session } = readSession(text);
    return session === null ? [] : [{ target, session }];
  });
  const [tenant, ...others] = new Set(found.map(({ session }) => tenantOf(session)));
  if (tenant === undefined || others.length > 0 || nameProblem(name) !== null) return null;
  if (host !== null && host !== hostOf(tenant)) return null;
  const fingerprints = new Set(found.map(({ session }) => fingerprintOf(session.accessToken)));
  const { accounts } = await inventory.read();
  const known = accounts.flatMap(({ tokens }) => tokens);
  if (known.some(({ fingerprint }) => fingerprints.has(fingerprint))) return null;
  const tokens = Array.from(fingerprints, (fingerprint) =>
    unnamed(
      fingerprint,
      found.filter(({ session }) => fingerprintOf(session.accessToken) === fingerprint),
    ),
  );
  const account = { tenant, name, description: null, createdAt: null, updatedAt: null, tokens };
  const assumed = { ...account, deletedAt: null };
  inventory.assume(assumed);
  return toAccount(assumed, profile);
}

/** Only the web console knows what it is called. */
function unnamed(fingerprint: string, places: readonly Pick<HeldText, 'target'>[]): InventoryToken {
  return {
    name: fingerprint,
    createdAt: null,
    fingerprint,
    state: 'active',
    verified: false,
    targets: places.map(({ target }) => target),
    revokedAt: null,
  };
}

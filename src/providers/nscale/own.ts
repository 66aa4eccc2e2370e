import type { OwnCredential } from '../provider.ts';
import type { Connection } from './connection.ts';

/** The caller's own token, which ends when its account says (contracts/nscale.md 1); null for a person's. */
export async function ownCredential(connection: Connection): Promise<OwnCredential | null> {
  if ((await connection.caller())?.kind !== 'service-account') return null;
  // Every service account sees itself (contracts/nscale.md 4).
  if (connection.lastListing() === null) await connection.accounts();
  return knownCredential(connection);
}

/** The same where it is known who the caller is, and the accounts were listed. */
export function knownCredential(connection: Connection): OwnCredential | null {
  const caller = connection.knownCaller();
  if (caller?.kind !== 'service-account') return null;
  const expiresAt = connection.lastListing()?.expiries.get(caller.subject) ?? null;
  return expiresAt === null ? null : { expiresAt, accountId: caller.subject };
}

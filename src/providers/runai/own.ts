import type { OwnCredential, ProviderCredential } from '../provider.ts';
import { claimsOf } from './claims.ts';

/** A client's secret does not end by itself (contracts/runai.md 3); an access token may say when it ends. */
export async function ownCredential({ clientId, read }: ProviderCredential): Promise<OwnCredential | null> {
  if (clientId !== null) return { expiresAt: null, accountId: null };
  const { exp } = claimsOf((await read()).reveal());
  const end = new Date((exp ?? Number.NaN) * 1000);
  if (Number.isNaN(end.getTime())) return null;
  return { expiresAt: end.toISOString(), accountId: null };
}

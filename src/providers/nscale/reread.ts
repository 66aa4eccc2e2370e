import { FailedError } from '../../errors.ts';
import type { Connection } from './connection.ts';
import type { ServiceAccount } from './schema.ts';
import type { Payload } from '../payload.ts';

const rereads = 6;
const rereadPauseMs = 500;

/**
 * The account as the server shows it once `settled` holds, or as it showed it last. A list can lag a write by a moment
 * (docs/contracts/nscale.md 4), so it is read up to six times, half a second apart; null when it never appeared.
 */
export async function reread(
  connection: Connection,
  id: string,
  settled: (account: ServiceAccount) => boolean,
): Promise<Payload<ServiceAccount> | null> {
  let last: Payload<ServiceAccount> | null = null;
  for (let attempt = 1; attempt <= rereads; attempt += 1) {
    const found = await find(connection, id);
    last = found ?? last;
    if (found !== null && settled(found.wire)) return found;
    if (attempt < rereads) await connection.sleep(rereadPauseMs);
  }
  return last;
}

/** The account as the server shows it now, or null when it does not. */
export async function find(connection: Connection, id: string): Promise<Payload<ServiceAccount> | null> {
  const accounts = await connection.accounts();
  return accounts.find((account) => account.wire.metadata.id === id) ?? null;
}

/** Like `find`, for an account that was there a moment ago. @throws FailedError when it is gone */
export async function findAgain(
  connection: Connection,
  { id, name }: { id: string; name: string },
): Promise<Payload<ServiceAccount>> {
  const found = await find(connection, id);
  if (found !== null) return found;
  throw new FailedError('gone', `nscale service account ${name} (${id}) has just been deleted`, { provider: 'nscale' });
}

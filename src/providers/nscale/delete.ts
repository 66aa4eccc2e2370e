import { sactl } from '../../model/hint.ts';
import { UnknownOutcomeError } from '../../errors.ts';
import { HttpError } from '../../http/error.ts';
import type { Account } from '../../model/account.ts';
import type { Plan } from '../plan.ts';
import type { Connection } from './connection.ts';
import { find, isCaller } from './lookup.ts';

const attempts = 4;
const pauseMs = 500;

export async function planDelete(connection: Connection, account: Account): Promise<Plan<void>> {
  const url = connection.api.accountsUrl(await connection.organization(), account.id);
  return {
    requests: [{ method: 'DELETE', url, body: null }],
    isSelf: await isCaller(connection, account),
    effects: [
      'its token stops working at once, and everything that uses it',
      ...account.groups.map((id) => `it leaves group ${id}`),
      'it cannot be brought back',
    ],
    apply: ({ signal }) => remove(connection, { account, url, signal }),
  };
}

/** Deleting again is harmless, so conflicts are retried and after a lost answer the list is read. */
async function remove(
  connection: Connection,
  { account, url, signal }: { account: Account; url: string; signal: AbortSignal },
): Promise<void> {
  const purpose = `delete service account ${account.name} (${account.id})`;
  let mayBeGone = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await connection.api.sendOnly({ method: 'DELETE', url, purpose, emptyAnswer: true, signal });
      return;
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      if (error.verdict === 404 && mayBeGone) return;
      if (error.verdict !== 409 && error.arrival !== 'unknown') throw error;
      mayBeGone ||= error.arrival === 'unknown';
      if (mayBeGone && (await isGone(connection, account, error))) return;
      if (attempt === attempts || (error.answeredBy === 'gateway' && !error.retryable)) throw error;
    }
    await connection.sleep(pauseMs);
  }
}

async function isGone(connection: Connection, account: Account, error: HttpError): Promise<boolean> {
  const seen = await find(connection, account.id).catch((cause: unknown) => {
    throw new UnknownOutcomeError(
      `${error.message}; whether it was deleted is unknown, because the list could not be read again`,
      { provider: 'nscale', hint: sactl`serviceaccounts list`, cause },
    );
  });
  return seen === null || connection.model(seen).status === 'deleting';
}

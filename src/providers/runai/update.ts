import * as z from 'zod/mini';

import { sactl } from '../../model/hint.ts';
import { UnknownOutcomeError } from '../../errors.ts';
import { HttpError } from '../../http/error.ts';
import type { Account, AccountChange } from '../../model/account.ts';
import type { Plan } from '../plan.ts';
import type { DocumentReading } from '../provider.ts';
import { isCaller } from './caller.ts';
import type { Connection } from './connection.ts';
import { readAccount } from './lookup.ts';
import { readForm, readOwnDocument, type DocumentForm } from '../document.ts';

/** Enabling and disabling is all that Run:ai can change; the answer is empty, so the account is read again. */
export async function planUpdate(
  connection: Connection,
  account: Account,
  { enabled }: AccountChange,
): Promise<Plan<Account>> {
  if (enabled === undefined || enabled === account.enabled) {
    return { requests: [], effects: [], apply: () => Promise.resolve(account) };
  }
  const url = await connection.api.accountUrl(account.id);
  return {
    requests: [{ method: 'PATCH', url, body: { enabled } }],
    effects: [
      enabled
        ? 'it is enabled: its client secret works again'
        : 'it is disabled: its client secret gets no new access token',
    ],
    ...(enabled ? {} : { isSelf: isCaller(connection, account) }),
    apply: async ({ signal }) => {
      await setEnabled(connection, { account, url, enabled, signal });
      return readAccount(connection, account.id);
    },
  };
}

/** After a lost answer, the account is read again to see whether it took effect. @throws UnknownOutcomeError where it cannot be read */
export async function setEnabled(
  { api }: Connection,
  { account, url, enabled, signal }: { account: Account; url: string; enabled: boolean; signal: AbortSignal },
): Promise<void> {
  const purpose = `${enabled ? 'enable' : 'disable'} service account ${account.name} (${account.id})`;
  try {
    await api.sendOnly({ method: 'PATCH', url, purpose, json: { enabled }, emptyAnswer: true, signal });
  } catch (error) {
    if (!(error instanceof HttpError) || error.arrival !== 'unknown') throw error;
    const now = await api.account(account.id).catch((cause: unknown) => {
      throw new UnknownOutcomeError(
        `${error.message}; whether it took effect is unknown, because the account could not be read again`,
        { provider: 'runai', hint: sactl`serviceaccounts get --provider runai --id ${account.id}`, cause },
      );
    });
    if (now?.wire.enabled !== enabled) throw error;
  }
}

/** Run:ai's own bodies, `{"name"}` and `{"enabled"}`. */
const Body = z.strictObject({ name: z.optional(z.string()), enabled: z.optional(z.boolean()) });

const form: DocumentForm<z.infer<typeof Body>> = {
  schema: Body,
  toChange: ({ name, enabled }) => ({
    ...(name === undefined ? {} : { name }),
    ...(enabled === undefined ? {} : { enabled }),
  }),
  writable: Object.keys(Body.shape),
  readOnly: ['id', 'clientId', 'createdBy', 'createdAt', 'updatedAt', 'lastLogin', 'tenantId'],
  id: 'id',
  current: ({ raw }) => raw,
  moving: ['lastLogin'],
};

/** Reads `-f`/`--stdin` input in Run:ai's shape, recognised by keys that only its answers have, or in our own. */
export function readDocument(document: unknown): DocumentReading {
  const isAnswer =
    typeof document === 'object' && document !== null && 'clientId' in document && !('provider' in document);
  return isAnswer ? readForm(document, form) : readOwnDocument(document, ['raw.lastLogin']);
}

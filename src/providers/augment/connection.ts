import { join } from 'node:path';

import { AuthError } from '../../errors.ts';
import { sactl } from '../../model/hint.ts';
import type { Secret } from '../../model/credential.ts';
import type { LocalState, RecordDefinition } from '../manual.ts';
import type { ConnectOptions } from '../provider.ts';
import { bearer } from '../answers.ts';
import { createLimiter, type Analytics } from './api.ts';
import { openBackups, type Backups } from './backups.ts';
import { analyticsEndpoint } from './environment.ts';
import { inventoryFile } from './inventory-file.ts';
import { countOf, emptyText, mergedText, openInventory, type InventoryRecord } from './inventory-record.ts';
import { readSession, tenantOf, type Session } from './session.ts';

/** What every Augment operation works with: this machine's records, and the one API there is. */
export interface Connection extends Pick<ConnectOptions, 'profile' | 'now' | 'sleep'> {
  readonly inventory: InventoryRecord;
  readonly backups: Backups;
  /** The caller's own session as it was found, and where. @throws AuthError naming its source */
  readonly own: () => Promise<{ readonly text: string; readonly source: string }>;
  /** The caller's own session, read once. @throws AuthError naming its source and what is wrong with it */
  readonly session: () => Promise<Session>;
  /** The Analytics API with a token; the caller's own where none is given. */
  readonly analytics: (token?: Secret) => Analytics;
  readonly homeDirectory: LocalState['homeDirectory'];
}

export function connect(options: ConnectOptions): Connection {
  const { credential, local, now, sleep, note, endpoint, createHttp } = options;
  const takeTurn = createLimiter({ now, sleep, note });
  let read: Promise<Session> | null = null;
  function session(): Promise<Session> {
    return (read ??= readOwnSession(options));
  }
  return {
    inventory: inventoryIn(local, sleep),
    backups: openBackups(local),
    own: async () => ({ text: (await readSecret(credential)).reveal(), source: credential.source }),
    session,
    analytics: (token) => ({
      endpoint,
      takeTurn,
      http: createHttp(
        token === undefined
          ? bearer(credential.source, async () => tokenFor(options, await session()))
          : bearer('the token at hand', () => Promise.resolve(token)),
      ),
    }),
    profile: options.profile,
    homeDirectory: local.homeDirectory,
    now,
    sleep,
  };
}

/** The inventory in the store that machines share; else that of this machine, or of its sandbox. */
export function inventoryIn(local: LocalState, sleep: ConnectOptions['sleep']): InventoryRecord {
  return openInventory(async () => (await local.document(records.key)) ?? records.onMachine(local, sleep));
}

/** Of all tenants. */
export const records: RecordDefinition = {
  key: 'inventory/augment/all',
  onMachine: (local, sleep) => inventoryFile({ ...local, sleep, directory: join(local.stateDirectory, 'augment') }),
  merge: mergedText,
  count: countOf,
  empty: emptyText,
};

async function readOwnSession({ credential }: ConnectOptions): Promise<Session> {
  const { session, problems } = readSession((await readSecret(credential)).reveal());
  if (session !== null) return session;
  throw new AuthError(
    'unauthenticated',
    `the session from ${credential.source} cannot be used: ${problems.join('; ')}`,
    { provider: 'augment' },
  );
}

/** @throws AuthError for the sandbox's session at Augment's own address, where it could not work (RFC 2606): it is not sent */
function tokenFor({ credential, endpoint }: ConnectOptions, session: Session): Secret {
  const isOfSandbox = new URL(tenantOf(session)).hostname.endsWith('.sandbox.invalid');
  if (!isOfSandbox || new URL(endpoint).origin !== analyticsEndpoint) return session.accessToken;
  throw new AuthError(
    'unauthenticated',
    `the session from ${credential.source} is the sandbox's, and is not sent to ${analyticsEndpoint}`,
    {
      provider: 'augment',
      hint: ['add the --endpoint that ', sactl`sandbox serve`, ' says, or use a profile with it'],
    },
  );
}

/** @throws AuthError that says where a session is looked for */
async function readSecret({ read }: ConnectOptions['credential']): Promise<Secret> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof AuthError) || error.hint !== null) throw error;
    throw new AuthError('unauthenticated', error.message, {
      provider: 'augment',
      hint: 'set AUGMENT_SESSION_AUTH to the session, or put it into ~/.augment/session.json',
      cause: error,
    });
  }
}

/** The tenant whose accounts are meant: a profile is for one; without a profile, null for all of this machine. */
export async function meantTenant(connection: Connection): Promise<string | null> {
  return connection.profile === null ? null : ownTenant(connection);
}

/** The origin of the tenant that the caller's session is for; null without a usable one. */
export async function ownTenant({ session }: Connection): Promise<string | null> {
  return session().then(tenantOf, () => null);
}

import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';

import type { Options, Sql } from 'postgres';

import type { Context } from '../../context.ts';
import type { Secret } from '../../model/credential.ts';
import type { StoreAddress } from '../../model/store-address.ts';
import { connectionError, isServerError, queryError } from './postgres-error.ts';
import { StateError } from './store.ts';

export interface ConnectionOptions extends Pick<Context, 'timeout'> {
  readonly address: Extract<StoreAddress, { kind: 'postgres' }>;
  /** What `credential` names; null is the password in the address, or none. */
  readonly credential: (() => Promise<Secret>) | null;
  /** The CAs that are trusted; null are Node's own. */
  readonly trust: () => Promise<SecureContext | null>;
}

type Row = Readonly<Record<string, unknown>>;

/** Within which a statement is done or not done, by the clocks of the server and of this process. */
const statementMs = 8000;
const answerMs = 10_000;

/** A connection that is made when it is needed, and again once it has ended. */
export interface Connection {
  /** The rows of a statement that changes nothing. @throws StateError */
  readonly read: (statement: string, cannot: string) => Promise<readonly Row[]>;
  /** The rows of one that may. @throws StateError, `isUncertain` where it may have been done */
  readonly change: (statement: string, cannot: string) => Promise<readonly Row[]>;
  readonly close: () => Promise<void>;
}

interface Client {
  readonly sql: Sql;
  /** Whether it has answered before. */
  isOpen: boolean;
}

export function openConnection(options: ConnectionOptions): Connection {
  let current: Promise<Client> | null = null;

  /** The next statement makes another one. */
  async function drop(): Promise<void> {
    const client = await current?.catch(() => null);
    current = null;
    await client?.sql.end({ timeout: 0 }).catch(() => undefined);
  }

  async function query(client: Client, statement: string): Promise<readonly Row[]> {
    const clock = options.timeout(answerMs);
    const late = new Promise<never>((_resolve, reject) => {
      clock.signal.addEventListener('abort', () => reject(new Error(`no answer within ${answerMs / 1000} s`)));
    });
    try {
      const results = await Promise.race([client.sql.unsafe<Row[]>(statement), late]);
      client.isOpen = true;
      return lastResult(results);
    } finally {
      clock.clear();
    }
  }

  async function run(statement: string, cannot: string, changes: boolean): Promise<readonly Row[]> {
    let isSent = false;
    try {
      const client = await (current ??= connect(options));
      // Apart from the change: one that was not sent is certainly not done.
      if (changes && !client.isOpen) await query(client, 'select 1');
      isSent = changes;
      return await query(client, `set local statement_timeout = ${statementMs}; ${statement}`);
    } catch (error) {
      if (isServerError(error)) throw queryError(error, cannot);
      await drop();
      throw error instanceof StateError ? error : connectionError(error, cannot, isSent);
    }
  }

  return {
    read: (statement, cannot) => run(statement, cannot, false),
    change: (statement, cannot) => run(statement, cannot, true),
    close: drop,
  };
}

/** Of several statements each has a result. */
function lastResult(results: readonly Row[] | readonly (readonly Row[])[]): readonly Row[] {
  const last = results.at(-1);
  return Array.isArray(last) ? last : [];
}

/** Everything is said, so that the package looks for nothing in the real environment. */
async function connect({ address, credential, trust }: ConnectionOptions): Promise<Client> {
  const { host, port, database, user, sslmode } = address;
  const password = credential === null ? address.password : await credential();
  const name = host.replace(/^\[|\]$/g, '');
  const context = sslmode === 'disable' ? null : await trust();
  const tls = {
    host: name,
    servername: isIP(name) === 0 ? name : '',
    rejectUnauthorized: true,
    ...(context && { secureContext: context }),
    ...(sslmode === 'verify-ca' && { checkServerIdentity: () => undefined }),
  };
  const { default: postgres } = await import('postgres');
  const settings: Options<Record<string, never>> = {
    host: name,
    port,
    database,
    username: user,
    password: () => password?.reveal() ?? '',
    ssl: sslmode === 'disable' ? false : tls,
    max: 1,
    connect_timeout: answerMs / 1000,
    idle_timeout: 0,
    max_lifetime: null,
    keep_alive: 60,
    prepare: false,
    fetch_types: false,
    debug: false,
    connection: { application_name: 'sactl' },
    onnotice: () => undefined,
  };
  return { sql: postgres(settings), isOpen: false };
}

import { createHash } from 'node:crypto';

import type { Context } from '../../context.ts';
import { describeAddress } from '../../model/store-address.ts';
import { isSame, writeConditionally } from './conditional.ts';
import { openConnection, type ConnectionOptions } from './postgres-connection.ts';
import { StateError, type StateStore, type StoredValue } from './store.ts';

export interface PostgresStoreOptions extends ConnectionOptions, Pick<Context, 'now' | 'sleep' | 'uuid'> {}

const table = 'sactl_state';

/**
 * A store in one table of PostgreSQL, a row for each key (docs/decisions/state-store.md). It has one connection, made with
 * the first verb. A verb is one statement and one round trip, in the simple protocol, which every pooler understands.
 */
export function openPostgresStore(options: PostgresStoreOptions): StateStore {
  const { address, uuid } = options;
  const name = describeAddress(address);
  const connection = openConnection(options);

  async function get(key: string): Promise<StoredValue | null> {
    const cannot = `cannot read the state in ${name}`;
    const [row] = await connection.read(statements.get(key), cannot);
    if (row === undefined) return null;
    const { value, revision, age } = row;
    if (!(value instanceof Uint8Array)) throw new StateError(`${cannot}: ${table} is another table`);
    return { bytes: value, revision: String(revision), age: () => Promise.resolve(Math.max(0, Number(age))) };
  }

  function write(bytes: Uint8Array, key: string, statement: (next: Value) => string): Promise<string | null> {
    const revision = freshRevision(uuid());
    return writeConditionally({
      ctx: options,
      attempt: async () => {
        try {
          const rows = await connection.change(statement({ bytes, revision }), `cannot write the state in ${name}`);
          return rows.length > 0 ? { kind: 'written', revision } : { kind: 'refused' };
        } catch (error) {
          if (!(error instanceof StateError)) throw error;
          return { kind: 'failed', error, isRepeatable: error.retryable };
        }
      },
      look: async () => {
        const found = await get(key);
        return found !== null && isSame(found.bytes, bytes) ? found.revision : null;
      },
    });
  }

  return {
    address: name,
    get,
    create: (key, bytes) => write(bytes, key, (value) => statements.create(key, value)),
    replace: (key, bytes, revision) => write(bytes, key, (value) => statements.replace(key, value, revision)),
    remove: async (key, revision) => {
      const rows = await connection.change(statements.remove(key, revision), `cannot write the state in ${name}`);
      return rows.length > 0;
    },
    list: async (prefix) => {
      const rows = await connection.read(statements.list(prefix), `cannot list the state in ${name}`);
      return rows.map((row) => String(row['key']));
    },
    init: async () => {
      await connection.change(creation, `cannot make the table ${table} in ${name}`).catch((error: unknown) => {
        if (!madeByOther.has(codeOf(error))) throw error;
      });
      return `the table ${table} is there`;
    },
    close: () => connection.close(),
  };
}

interface Value {
  readonly bytes: Uint8Array;
  readonly revision: string;
}

const age = 'extract(epoch from clock_timestamp() - changed)::float8 * 1000 as age';

/** Their parts are letters and digits that need no quoting: the simple protocol takes no parameters. */
const statements = {
  get: (key: string) => `select value, revision, ${age} from ${table} where key = ${literal(key)}`,
  create: (key: string, { bytes, revision }: Value) =>
    `insert into ${table} (key, value, revision) values (${literal(key)}, ${binary(bytes)}, ${number(revision)}) ` +
    'on conflict (key) do nothing returning key',
  replace: (key: string, { bytes, revision }: Value, before: string) =>
    `update ${table} set value = ${binary(bytes)}, revision = ${number(revision)}, changed = clock_timestamp() ` +
    `where key = ${literal(key)} and revision = ${number(before)} returning key`,
  remove: (key: string, before: string) =>
    `delete from ${table} where key = ${literal(key)} and revision = ${number(before)} returning key`,
  // Every character of a key comes before "~".
  list: (prefix: string) =>
    `select key from ${table} where key >= ${literal(prefix)} and key < ${literal(`${prefix}~`)} order by key`,
};

const creation =
  `create table if not exists ${table} (key text collate "C" primary key, value bytea not null, ` +
  'revision bigint not null, changed timestamptz not null default clock_timestamp())';

/** What PostgreSQL says where somebody else has made it at the same moment. */
const madeByOther: ReadonlySet<string> = new Set(['23505', '42P07', '42710']);

function codeOf(error: unknown): string {
  const cause = error instanceof StateError ? error.cause : null;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

/** Of this write and of no other: a key that is made again has another one. */
function freshRevision(uuid: string): string {
  return BigInt(`0x${createHash('sha256').update(uuid).digest('hex').slice(0, 14)}`).toString();
}

/** @throws Error for what is no part of a key, and could be a part of a statement */
function literal(text: string): string {
  if (!/^[a-z0-9._=/~-]*$/.test(text)) throw new Error(`${JSON.stringify(text)} cannot stand in a statement`);
  return `'${text}'`;
}

/** @throws Error for what is no revision */
function number(revision: string): string {
  if (!/^\d{1,18}$/.test(revision)) throw new Error(`${JSON.stringify(revision)} is no revision of ${table}`);
  return revision;
}

function binary(bytes: Uint8Array): string {
  return `decode('${Buffer.from(bytes).toString('hex')}', 'hex')`;
}

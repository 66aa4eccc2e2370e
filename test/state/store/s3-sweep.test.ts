import { describe, expect, it, test, vi } from 'vitest';

import { testContext } from '../../harness/context.ts';
import { createS3Server, fetchFrom, type S3Server, type S3ServerOptions } from '../../harness/s3.ts';
import { openStoreAt, s3Address, s3Environment } from '../../harness/stores.ts';
import type { StateStore } from '../../../src/state/store/store.ts';
import { bytesOf, textOf } from './contract.ts';

const entry = 'entries/00000000-0000-4000-8000-000000000001';

function open(server: S3Server): Promise<StateStore> {
  return openStoreAt(testContext({ env: s3Environment, fetch: fetchFrom(server) }).ctx, s3Address);
}

async function world(options: S3ServerOptions = {}): Promise<{ server: S3Server; store: StateStore }> {
  const server = createS3Server(options);
  return { server, store: await open(server) };
}

/** A store in which a value was removed by a run that has not closed it. */
async function withRemoved(key: string, options: S3ServerOptions = {}): ReturnType<typeof world> {
  const made = await world(options);
  const { store, server } = made;
  expect(await store.remove(key, (await store.create(key, bytesOf('one'))) ?? '')).toBe(true);
  expect(server.requests).toHaveLength(2);
  return made;
}

test('a removed value is no value, and can be created again', async () => {
  const { store, server } = await withRemoved('k');
  expect(server.objects.get('prod/k')?.bytes.length).toBe(0);
  expect(await store.get('k')).toBeNull();
  expect(await store.list('')).toEqual([]);
  expect(await store.create('k', bytesOf('two'))).not.toBeNull();
  expect(await textOf(store, 'k')).toBe('two');
  await store.close();
  expect(await textOf(store, 'k')).toBe('two');
});

describe('what is left of removed values', () => {
  it('is deleted with one request when the store is closed', async () => {
    const { store, server } = await withRemoved('a');
    await store.remove('b', (await store.create('b', bytesOf('one'))) ?? '');
    await store.close();
    expect(server.requests.slice(4)).toEqual(['POST delete']);
    expect([...server.objects.keys()]).toEqual([]);
    await store.close();
    expect(server.requests).toHaveLength(5);
  });

  it('is deleted by another run that lists it and removes a value, and by none that only reads', async () => {
    const { server } = await withRemoved(entry);
    const next = await open(server);
    expect(await next.list('entries/')).toEqual([]);
    await next.close();
    expect(server.requests.slice(2)).toEqual(['GET list prod/entries/']);
    await next.remove('k', (await next.create('k', bytesOf('one'))) ?? '');
    await vi.waitUntil(() => !server.objects.has(`prod/${entry}`));
    await next.remove('l', (await next.create('l', bytesOf('one'))) ?? '');
    expect(server.requests.filter((request) => request === 'POST delete')).toHaveLength(1);
  });

  it('is deleted a thousand at a time', async () => {
    const { store, server } = await world();
    for (let at = 0; at < 1001; at += 1) server.write(`prod/entries/a${String(at)}`, 'one');
    const keys = await store.list('entries/');
    for (const key of keys) await store.remove(key, (await store.get(key))?.revision ?? '');
    await vi.waitUntil(() => server.objects.size === 1);
    expect(server.requests.filter((request) => request === 'POST delete')).toHaveLength(1);
  });

  it('is no empty object of another program, and no event that somebody emptied', async () => {
    const { store, server } = await world();
    const event = 'prod/audit/2026-11-22/20261122t120000000z-00000000-0000-4000-8000-000000000001';
    const names = ['prod/entries/', 'prod/entries/x', event];
    for (const name of names) server.write(name, '');
    expect(await store.list('')).toEqual([]);
    await store.remove('k', (await store.create('k', bytesOf('one'))) ?? '');
    await store.close();
    expect([...server.objects.keys()]).toEqual(names);
  });

  it('stays where the server does not do that, which is no failure', async () => {
    const { store, server } = await withRemoved(entry, {
      fault: ({ method }) => (method === 'POST' ? 'lost-before' : null),
    });
    await store.close();
    expect(server.requests.slice(2)).toEqual(['POST delete']);
    expect(await store.list('')).toEqual([]);
    expect(server.objects.size).toBe(1);
  });

  it('stays where it is a value again, made since the list', async () => {
    let isLate = false;
    const { server } = await withRemoved(entry, {
      fault: ({ method }) => {
        if (method === 'POST' && !isLate) {
          isLate = true;
          server.write(`prod/${entry}`, 'again');
        }
        return null;
      },
    });
    const next = await open(server);
    await next.list('entries/');
    await next.remove('k', (await next.create('k', bytesOf('one'))) ?? '');
    await vi.waitUntil(() => isLate);
    expect(server.objects.get(`prod/${entry}`)?.bytes.length).toBe(5);
  });
});

import { describe, expect, it, test } from 'vitest';

import { readListPage } from '../../../src/state/store/s3-answer.ts';
import { s3Credentials } from '../../../src/state/store/s3-credential.ts';
import { StateError, type StateStore } from '../../../src/state/store/store.ts';
import { Secret } from '../../../src/model/credential.ts';
import { testContext, testNow, type TestContext } from '../../harness/context.ts';
import { createS3Server, fetchFrom, type S3Fault, type S3Server, type S3ServerOptions } from '../../harness/s3.ts';
import { openStoreAt, s3Address, s3Environment } from '../../harness/stores.ts';
import { bytesOf, textOf } from './contract.ts';

interface World {
  readonly server: S3Server;
  readonly store: StateStore;
  readonly context: TestContext;
}

/** A store whose requests go wrong as `faults` say, one after the other; then they are right. */
async function world(faults: readonly (S3Fault | null)[] = [], options: S3ServerOptions = {}): Promise<World> {
  const left = [...faults];
  const server = createS3Server({ fault: () => left.shift() ?? null, ...options });
  const context = testContext({ env: s3Environment, fetch: fetchFrom(server) });
  return { server, context, store: await openStoreAt(context.ctx, s3Address) };
}

function failureOf(work: Promise<unknown>): Promise<StateError> {
  return work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => (error instanceof StateError ? error : Promise.reject(error)),
  );
}

const put = 'PUT prod/k if-none-match=*';
const get = 'GET prod/k';

describe('a write whose answer is lost', () => {
  it.each<[S3Fault, readonly string[]]>([
    ['lost-after', [put, get]],
    ['error-after', [put, get]],
    ['lost-before', [put, get, put]],
    ['slow-down', [put, put]],
    ['conflict', [put, put]],
  ])('%s: is found out by what stands there', async (fault, requests) => {
    const { store, server } = await world([fault]);
    const revision = await store.create('k', bytesOf('mine'));
    expect(revision).not.toBeNull();
    expect(server.requests).toEqual(requests);
    expect(await store.get('k')).toMatchObject({ revision });
  });

  it('is lost where somebody else was faster, and is known to be', async () => {
    const { store, server } = await world([null, 'conflict']);
    await store.create('k', bytesOf('theirs'));
    expect(await store.create('k', bytesOf('mine'))).toBeNull();
    expect(server.requests.slice(1)).toEqual([put, put, get]);
  });

  it('is not known where something else stands there afterwards', async () => {
    const { store } = await world([null, 'lost-before']);
    await store.create('k', bytesOf('theirs'));
    const error = await failureOf(store.create('k', bytesOf('mine')));
    expect(error).toMatchObject({ isUncertain: true, retryable: true, exitCode: 1 });
    expect(error.message).toBe(
      'cannot write the state in s3://ops/prod: the store ended the connection without an answer (ECONNRESET)',
    );
    expect(await textOf(store, 'k')).toBe('theirs');
  });

  it('is not known where the store does not answer any more', async () => {
    const { store, context } = await world(Array.from({ length: 20 }, () => 'lost-before' as const));
    expect(await failureOf(store.create('k', bytesOf('mine')))).toMatchObject({ isUncertain: true });
    expect(context.sleeps.length).toBeGreaterThan(0);
  });

  it('was not made where the store says so to the end', async () => {
    const { store, server } = await world(Array.from({ length: 4 }, () => 'slow-down' as const));
    const error = await failureOf(store.create('k', bytesOf('mine')));
    expect(error).toMatchObject({ isUncertain: false, retryable: true, hint: 'run it again later' });
    expect(server.requests).toEqual([put, put, put, put]);
    expect(server.objects.size).toBe(0);
  });

  it('of a removal is not known either: an empty object is nobody’s', async () => {
    const { store } = await world([null, 'lost-after']);
    const revision = (await store.create('k', bytesOf('mine'))) ?? '';
    expect(await failureOf(store.remove('k', revision))).toMatchObject({ isUncertain: true });
    expect(await store.get('k')).toBeNull();
  });
});

test('a late request of one that slept loses', async () => {
  const { store, server } = await world();
  const revision = (await store.create('k', bytesOf('one'))) ?? '';
  const { ctx } = testContext({ env: s3Environment, fetch: fetchFrom(lateServer(server)) });
  const late = (await openStoreAt(ctx, s3Address)).replace('k', bytesOf('late'), revision);
  await store.replace('k', bytesOf('two'), revision);
  expect(await late).toBeNull();
  expect(await textOf(store, 'k')).toBe('two');
});

function lateServer({ fetch }: S3Server): Pick<S3Server, 'fetch'> {
  return {
    fetch: async (request) => {
      await new Promise((resolve) => setImmediate(resolve));
      return fetch(request);
    },
  };
}

test('reads are repeated, and say so when the store does not come back', async () => {
  const { store } = await world([null, 'lost-after', 'slow-down', 'error-after']);
  await store.create('k', bytesOf('one'));
  expect(await textOf(store, 'k')).toBe('one');
  const away = await world(Array.from({ length: 20 }, () => 'lost-before' as const));
  const error = await failureOf(away.store.get('k'));
  expect(error).toMatchObject({ isUncertain: false, retryable: true });
  expect(error.message).toMatch(/^cannot read the state in s3:\/\/ops\/prod: the store ended the connection/);
});

test('the age is by the clock of the server, whatever ours says', async () => {
  let now = Date.UTC(2001, 0, 1);
  const { store } = await world([], { now: () => now });
  await store.create('k', bytesOf('one'));
  now += 90_000;
  expect(await (await store.get('k'))?.age()).toBe(90_000);
});

test('objects that are not ours are not listed', async () => {
  const { store, server } = await world();
  await store.create('accounts/a', bytesOf('one'));
  for (const name of ['prod/README.md', 'prod/accounts/', 'prod/accounts/B', 'production/accounts/a']) {
    await server.fetch(new Request(`http://127.0.0.1:9/ops/${name}`, { method: 'PUT', body: 'x' }));
  }
  expect(await store.list('')).toEqual(['accounts/a']);
});

test('a bucket of AWS is asked under its own host, in its region', async () => {
  const asked: string[] = [];
  const { ctx } = testContext({
    env: { ...s3Environment, AWS_REGION: 'eu-west-1' },
    fetch: async (input) => {
      asked.push(String(input));
      return Promise.resolve(new Response('<Error><Code>NoSuchKey</Code></Error>', { status: 404 }));
    },
  });
  for (const address of ['s3://ops', 's3://ops/p?region=cn-north-1', 's3://ops.example']) {
    expect(await (await openStoreAt(ctx, address)).get('a=2/b')).toBeNull();
  }
  expect(asked).toEqual([
    'https://ops.s3.eu-west-1.amazonaws.com/a=2/b',
    'https://ops.s3.cn-north-1.amazonaws.com.cn/p/a=2/b',
    'https://s3.eu-west-1.amazonaws.com/ops.example/a=2/b',
  ]);
});

test.each([
  [301, 'PermanentRedirect', { 'x-amz-bucket-region': 'eu-north-1' }, 'the bucket is elsewhere: ?region=eu-north-1'],
  [403, 'RequestTimeTooSkewed', {}, "set this machine's clock"],
  [501, 'NotImplemented', {}, 'this server does not support conditional writes: use another store'],
  [
    403,
    'AccessDenied',
    {},
    'the credential needs s3:ListBucket on ops, and s3:GetObject, s3:PutObject and s3:DeleteObject in it',
  ],
  [400, 'Odd', {}, null],
])('an answer of %i (%s) is an error with what helps', async (status, code, headers, hint) => {
  const body = `<Error><Code>${code}</Code><Message>s3cret</Message></Error>`;
  const { ctx } = testContext({
    env: s3Environment,
    fetch: () => Promise.resolve(new Response(body, { status, headers: new Headers(Object.entries(headers)) })),
  });
  const error = await failureOf((await openStoreAt(ctx, s3Address)).create('k', bytesOf('one')));
  expect(error).toMatchObject({ hint, isUncertain: false });
  expect(error.message).toBe(`cannot write the state in s3://ops/prod: the store answered ${status} (${code})`);
});

test('without a credential nothing is sent, and the variables are named', async () => {
  const { ctx } = testContext({ env: { AWS_ACCESS_KEY_ID: 'AKIDTEST' } });
  const error = await failureOf((await openStoreAt(ctx, s3Address)).get('k'));
  expect(error.message).toBe('no credential for the state store: AWS_SECRET_ACCESS_KEY not set');
});

describe('a credential that a command prints', () => {
  const end = new Date(testNow + 600_000).toISOString();
  const document = {
    Version: 1,
    AccessKeyId: 'AKIDTEST',
    SecretAccessKey: 'sec',
    SessionToken: 'tok',
    Expiration: end,
  };

  it('is read once, and again before it expires', async () => {
    let now = testNow;
    let reads = 0;
    const read = s3Credentials({
      env: {},
      now: () => now,
      document: () => {
        reads += 1;
        return Promise.resolve(new Secret(JSON.stringify(document)));
      },
    });
    expect(await read()).toMatchObject({ accessKeyId: 'AKIDTEST', expiresAt: Date.parse(end) });
    await Promise.all([read(), read()]);
    expect(reads).toBe(1);
    now += 550_000;
    expect((await read()).sessionToken?.reveal()).toBe('tok');
    expect(reads).toBe(2);
  });

  it.each(['', 'AKIDTEST:sec', '{"AccessKeyId":"AKIDTEST"}', '{"AccessKeyId":"AK\\nID","SecretAccessKey":"sec"}'])(
    'is refused without being quoted: %j',
    async (text) => {
      const read = s3Credentials({ env: {}, now: () => 0, document: () => Promise.resolve(new Secret(text)) });
      const error = await failureOf(read());
      expect(error.message).toMatch(/^(?:no|the) credential for the state store/);
      expect(error.message).not.toMatch(/AKID|AK.?ID|sec\b/);
    },
  );
});

function page(text: string) {
  return readListPage({ status: 200, headers: new Map(), bytes: bytesOf(text) });
}

test('a page of a list is read, whatever order its elements have', () => {
  expect(
    page(
      '<?xml version="1.0"?><ListBucketResult xmlns="x"><Contents><Size>3</Size><Key>a%3D2/b</Key></Contents>' +
        '<Contents><Key>gone</Key><Size>0</Size></Contents><IsTruncated>true</IsTruncated>' +
        '<NextContinuationToken>1&amp;2&#x26;&#38;&lt;&unknown;</NextContinuationToken></ListBucketResult>',
    ),
  ).toEqual({ names: ['a=2/b'], empty: [{ name: 'gone', etag: null }], next: '1&2&&<&unknown;' });
  expect(page('<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>')).toEqual({
    names: [],
    empty: [],
    next: null,
  });
});

test.each([
  '',
  '<html>',
  '{}',
  '<ListBucketResult><IsTruncated>true</IsTruncated>',
  '<ListBucketResult><Contents></Contents>',
])('what is no page is refused: %j', (text) => {
  expect(() => page(text)).toThrow(/list/);
});

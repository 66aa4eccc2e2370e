// @module-tag slow
import { expect, onTestFinished, test } from 'vitest';

import { readFailure } from '../../../src/state/store/kubernetes-api.ts';
import type { StateStore } from '../../../src/state/store/store.ts';
import { testContext } from '../../harness/context.ts';
import { startKubectl, type Kubectl, type KubectlFault } from '../../harness/kubectl.ts';
import { openStoreAt } from '../../harness/stores.ts';
import { bytesOf, textOf } from './contract.ts';

async function world(
  faults: readonly (KubectlFault | null)[] = [],
  address = 'kubernetes:ops',
): Promise<{ kubectl: Kubectl; store: StateStore }> {
  const left = [...faults];
  const kubectl = await startKubectl({ fault: () => left.shift() ?? null });
  onTestFinished(() => kubectl.close());
  const env = { PATH: kubectl.bin, NSCALE_SERVICE_TOKEN: 'nsc', SACTL_STATE_IDENTITY: 'AGE-SECRET-KEY-1' };
  const { ctx } = testContext({ env, cwd: '/' });
  return { kubectl, store: await openStoreAt(ctx, address) };
}

test('a value is a Secret with its key in an annotation, and stands in no argument', async () => {
  const { kubectl, store } = await world([], 'kubernetes:ops?context=admin@prod');
  await store.create('accounts/a', bytesOf('s3cret'));
  const [secret] = [...kubectl.secrets.values()];
  expect(secret).toMatchObject({
    kind: 'Secret',
    metadata: {
      name: expect.stringMatching(/^sactl-[0-9a-f]{64}$/),
      labels: { 'app.kubernetes.io/managed-by': 'sactl', 'sactl/folder': 'accounts' },
      annotations: { 'sactl/key': 'accounts/a' },
    },
    data: { value: Buffer.from('s3cret').toString('base64') },
  });
  expect(kubectl.calls).toEqual([
    ['--context=admin@prod', 'create', '--raw', '/api/v1/namespaces/ops/secrets', '-f', '-'],
  ]);
});

test('a list goes over all pages, and reads only the folder that it is about', async () => {
  const { kubectl, store } = await world();
  const keys = Array.from({ length: 60 }, (_, at) => `accounts/${String(at).padStart(2, '0')}`);
  await Promise.all(keys.map((key) => store.create(key, bytesOf(key))));
  await store.create('entries/a', bytesOf('entry'));
  expect(await store.list('accounts/')).toEqual(keys);
  expect(await store.list('')).toEqual([...keys, 'entries/a']);
  const lists = kubectl.calls.filter(([verb]) => verb === 'get').map(([, , path]) => decodeURIComponent(path ?? ''));
  expect(lists).toHaveLength(4);
  expect(lists[0]).toContain('labelSelector=app.kubernetes.io/managed-by=sactl,sactl/folder=accounts');
});

test.each<[KubectlFault, readonly string[]]>([
  ['lost-after', ['create', 'get']],
  ['lost-before', ['create', 'get', 'create']],
  ['unreachable', ['create', 'create']],
])('a write whose answer is lost (%s) is found out by what stands there', async (fault, verbs) => {
  const { kubectl, store } = await world([fault]);
  expect(await store.create('k', bytesOf('mine'))).not.toBeNull();
  expect(kubectl.calls.map(([verb]) => verb)).toEqual(verbs);
  expect(await textOf(store, 'k')).toBe('mine');
});

test('a write is not known where something else stands there afterwards', async () => {
  const { store } = await world([null, 'lost-before']);
  await store.create('k', bytesOf('theirs'));
  await expect(store.create('k', bytesOf('mine'))).rejects.toMatchObject({
    isUncertain: true,
    message: 'cannot write the state in kubernetes:ops: Unable to connect to the server: unexpected EOF',
  });
});

test('reads are repeated', async () => {
  const { store } = await world([null, 'lost-before', 'unreachable']);
  await store.create('k', bytesOf('one'));
  expect(await textOf(store, 'k')).toBe('one');
});

test('without kubectl it is said where it was looked for', async () => {
  const { ctx } = testContext({ env: { PATH: '/nonexistent' }, cwd: '/' });
  const store = await openStoreAt(ctx, 'kubernetes:ops');
  await expect(store.get('k')).rejects.toMatchObject({
    code: 'state',
    message: 'cannot use kubernetes:ops: there is no program "kubectl" in PATH (/nonexistent)',
  });
});

test.each([
  ['Error from server (Conflict): the object has been modified', { kind: 'refused', reason: 'Conflict' }],
  ['Error from server (Forbidden): secrets is forbidden: User "x"', { kind: 'refused', reason: 'Forbidden' }],
  ['error: You must be logged in to the server (Unauthorized)', { kind: 'refused', reason: 'Unauthorized' }],
  ['error: context "none" does not exist', { kind: 'silent', isUnsent: true }],
  [
    'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
    { isUnsent: true },
  ],
  ['Unable to connect to the server: dial tcp: lookup x: no such host', { kind: 'silent', isUnsent: true }],
  ['Unable to connect to the server: net/http: request canceled (Client.Timeout exceeded)', { isUnsent: false }],
  ['Unable to connect to the server: read tcp 127.0.0.1: connection reset by peer', { isUnsent: false }],
  ['', { kind: 'silent', isUnsent: false, message: 'kubectl failed and said nothing' }],
])('what kubectl says is understood: %s', (said, expected) => {
  expect(readFailure(said)).toMatchObject(expected);
});

import { describe, expect, test } from 'vitest';

import { runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { testNow } from '../../harness/context.ts';
import { account, accounts, administrator, deploy, namesOf, newcomer } from './deployment.ts';

const absent = `${accounts}/00000000-0000-4000-8000-000000000000`;
const ciVision = `${accounts}/${runaiAccountIds.ciVision}`;
const time = new Date(testNow).toISOString();
const keys = ['id', 'name', 'clientId', 'enabled', 'createdBy', 'createdAt', 'updatedAt', 'lastLogin', 'tenantId'];

describe('list', () => {
  test('is a bare array of everything, whatever the parameters say', async () => {
    const { send } = deploy();
    const { array } = await send('GET', accounts);
    const { array: same } = await send('GET', `${accounts}?limit=1&offset=5&search=x`);
    expect(namesOf(same)).toEqual(namesOf(array));
    expect(array.length).toBeGreaterThanOrEqual(12);
  });

  test('shows every documented field and no secret', async () => {
    const { array, text } = await deploy().send('GET', accounts);
    for (const item of array) expect(Object.keys(item)).toEqual(keys);
    expect(text).not.toMatch(/secretHash|clientSecret/);
  });

  // docs/contracts/runai.md 15.26
  test('ends at 1000, and the accounts after that are reached by their id', async () => {
    const deployment = deploy();
    const [first] = deployment.state.accounts;
    if (first === undefined) throw new Error('this test expects an account');
    for (let index = 0; index < 1000; index += 1) deployment.state.accounts.push({ ...first, id: `more-${index}` });
    const { array } = await deployment.send('GET', accounts);
    expect(array).toHaveLength(1000);
    const last = `${accounts}/more-999`;
    expect(array.some(({ id }) => id === 'more-999')).toBe(false);
    expect((await deployment.send('GET', last)).object['id']).toBe('more-999');
    expect((await deployment.send('PATCH', last, { body: { enabled: false } })).status).toBe(200);
    expect((await deployment.send('POST', `${last}/secret`)).status).toBe(200);
    expect((await deployment.send('DELETE', last)).status).toBe(204);
  });
});

// docs/contracts/runai.md 15.11 and 15.28
test('the tenant is a string here, and a number in rules and clusters', async () => {
  const { send } = deploy();
  const rule = await send('GET', '/api/v1/authorization/access-rules/101');
  const clusters = await send('GET', '/api/v1/clusters');
  const { array } = await send('GET', accounts);
  const tenants = [...array, rule.object, ...clusters.array].map(({ tenantId }) => tenantId);
  expect(new Set(tenants)).toEqual(new Set(['1001', 1001]));
  expect([array[0]?.['tenantId'], rule.object['tenantId'], clusters.array[0]?.['tenantId']]).toEqual([
    '1001',
    1001,
    1001,
  ]);
});

describe('get', () => {
  test('has a string for the tenant, and null for times that are not known', async () => {
    const { status, json } = await deploy().send('GET', `${accounts}/${runaiAccountIds.importedJob}`);
    expect(status).toBe(200);
    expect(json).toEqual({
      id: runaiAccountIds.importedJob,
      name: 'imported-job',
      clientId: 'imported-job',
      enabled: true,
      createdBy: 'ann@example.com',
      createdAt: null,
      updatedAt: null,
      lastLogin: new Date(testNow - 240 * 86_400_000).toISOString(),
      tenantId: '1001',
    });
  });
});

describe('create', () => {
  test('answers 201 with the secret, which works, and the caller as creator', async () => {
    const deployment = deploy({ newId: () => 'id-1' });
    const { status, json } = await deployment.send('POST', accounts, {
      body: { name: 'nightly', description: 'ignored' },
    });
    expect(status).toBe(201);
    expect(json).toEqual({ id: 'id-1', name: 'nightly', clientSecret: 'secret-1', clientId: 'nightly' });
    expect(await account(deployment, 'nightly')).toEqual({
      id: 'id-1',
      name: 'nightly',
      clientId: 'nightly',
      enabled: true,
      createdBy: administrator.clientId,
      createdAt: time,
      updatedAt: time,
      lastLogin: null,
      tenantId: '1001',
    });
    const client = { clientId: 'nightly', clientSecret: 'secret-1' };
    expect(await deployment.signIn(client)).not.toBe('no token');
  });

  test('leaves out the client id where the option says so', async () => {
    const { object } = await deploy({ createReplyClientId: false }).send('POST', accounts, {
      body: { name: 'nightly' },
    });
    expect(Object.keys(object)).toEqual(['id', 'name', 'clientSecret']);
  });

  test('makes another id and secret each time', async () => {
    const { send } = deploy({ newSecret: undefined as never });
    const { object: one } = await send('POST', accounts, { body: { name: 'one' } });
    const { object: two } = await send('POST', accounts, { body: { name: 'two' } });
    expect(one['id']).not.toBe(two['id']);
    expect(one['clientSecret']).not.toBe(two['clientSecret']);
  });

  test.each(['a_', 'a-', '1a', 'A', 'Ab', 'a.b', 'a b', 'a', '', `a${'b'.repeat(255)}`, 7])(
    'refuses the name %j',
    async (name) => {
      const deployment = deploy();
      const { status, object } = await deployment.send('POST', accounts, { body: { name } });
      expect([status, object['code']]).toEqual([400, 400]);
      expect(deployment.state.accounts.some((item) => item.name === name)).toBe(false);
    },
  );

  test.each(['ab', 'a1', 'a-_b', 'service-account-123', `a${'b'.repeat(254)}`])('takes the name %s', async (name) => {
    expect((await deploy().send('POST', accounts, { body: { name } })).status).toBe(201);
  });

  test('refuses a name that is taken', async () => {
    const { status, json } = await deploy().send('POST', accounts, { body: { name: 'ci-vision' } });
    expect(status).toBe(409);
    expect(json).toEqual({ code: 409, message: 'A resource with this name already exists' });
  });
});

describe('enable and disable', () => {
  test.each([false, true])('to %s answers 200 with nothing', async (enabled) => {
    const deployment = deploy();
    const { status, text } = await deployment.send('PATCH', ciVision, { body: { enabled } });
    expect([status, text]).toEqual([200, '']);
    const { object } = await deployment.send('GET', ciVision);
    expect([object['enabled'], object['updatedAt']]).toEqual([enabled, time]);
  });

  test.each([[{}], [{ enabled: 'no' }], [{ name: 'x' }], ['{']])('%j is 400', async (body) => {
    expect((await deploy().send('PATCH', ciVision, { body })).status).toBe(400);
  });
});

describe('regenerate', () => {
  test('answers with the secret alone, and the old one is dead', async () => {
    const deployment = deploy();
    const path = `${accounts}/${runaiAccountIds.newcomer}/secret`;
    const { status, json } = await deployment.send('POST', path);
    expect([status, json]).toEqual([200, { clientSecret: 'secret-1' }]);
    expect(await deployment.signIn(newcomer)).toBe('no token');
    const client = { ...newcomer, clientSecret: 'secret-1' };
    expect(await deployment.signIn(client)).not.toBe('no token');
  });

  test('loses the secret where the option says so', async () => {
    const deployment = deploy({ regenerateReplySecret: false });
    const path = `${accounts}/${runaiAccountIds.newcomer}/secret`;
    expect((await deployment.send('POST', path)).json).toEqual({});
    expect(await deployment.signIn(newcomer)).toBe('no token');
  });
});

test('delete answers 204 with nothing, and 404 the second time', async () => {
  const { send } = deploy();
  const { status, text } = await send('DELETE', ciVision);
  expect([status, text]).toEqual([204, '']);
  expect((await send('DELETE', ciVision)).status).toBe(404);
});

test.each([
  ['GET', absent, undefined],
  ['PATCH', absent, { enabled: true }],
  ['DELETE', absent, undefined],
  ['POST', `${absent}/secret`, undefined],
  ['GET', `${accounts}/not-an-id`, undefined],
])('%s of an account that is not there is 404 (%s)', async (method, path, body) => {
  const { status, json } = await deploy().send(method, path, { body });
  expect([status, json]).toEqual([404, { code: 404, message: expect.stringContaining('not found') }]);
});

test.each([
  ['POST', accounts, { name: 'nightly' }],
  ['PATCH', ciVision, { enabled: false }],
  ['POST', `${ciVision}/secret`, undefined],
  ['DELETE', ciVision, undefined],
])('%s %s is saved before it is answered', async (method, path, body) => {
  const order: string[] = [];
  const { send, signIn } = deploy({
    save: async () => {
      await Promise.resolve();
      order.push('saved');
    },
  });
  const token = await signIn(administrator);
  order.length = 0;
  await send(method, path, { token, body });
  order.push('answered');
  expect(order).toEqual(['saved', 'answered']);
});

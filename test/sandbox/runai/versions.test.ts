// @module-tag slow
import { describe, expect, test } from 'vitest';

import { clusterIds, roleIds, runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { controlPlanes as versions, type ControlPlane } from '../../../src/sandbox/runai/versions.ts';
import { accounts, administrator, deploy, items, newcomer, rules } from './deployment.ts';

const apps = '/api/v1/apps';
const everybody = 'all-authenticated-users';
const { clientId, clientSecret } = administrator;

describe('which paths there are', () => {
  test.each<[method: string, path: string, since: readonly ControlPlane[]]>([
    ['POST', '/api/v1/token', versions],
    ['POST', '/api/v2/token', ['2.24', '3.0']],
    ['GET', accounts, ['2.24', '3.0']],
    ['GET', apps, ['2.20', '2.23', '2.24']],
    ['GET', '/api/v1/authorization/roles', ['2.20', '2.23', '2.24']],
    ['GET', '/api/v2/authorization/roles', ['2.24', '3.0']],
    ['GET', rules, versions],
    ['GET', '/api/v1/authorization/permissions', versions],
    ['GET', '/api/v1/authorization/me/access-rules', ['2.23', '2.24', '3.0']],
    ['GET', '/api/v1/clusters/minimal', ['3.0']],
    ['GET', `/api/v1/clusters/${clusterIds.east}/minimal`, ['3.0']],
  ])('%s %s is in %j', async (method, path, expected) => {
    const present: ControlPlane[] = [];
    for (const controlPlane of versions) {
      const { status } = await deploy({ controlPlane }).send(method, path);
      if (status !== 404) present.push(controlPlane);
    }
    expect(present).toEqual(expected);
  });

  test('without a word about it are those of 2.24', async () => {
    const { send } = deploy();
    const statuses = [(await send('GET', accounts)).status, (await send('GET', apps)).status];
    expect(statuses).toEqual([200, 200]);
  });
});

describe('a path that does not exist', () => {
  const controlPlane = '2.23';

  test('is 404 in the envelope, without a token too', async () => {
    const { status, json } = await deploy({ controlPlane }).send('POST', '/api/v2/token', { token: null });
    expect([status, json]).toEqual([404, { code: 404, message: 'Resource not found' }]);
  });

  test('is the UI where the option says so', async () => {
    const { send } = deploy({ controlPlane, unknownPath: 'html' });
    const { status, headers, text } = await send('POST', '/api/v2/token', { token: null });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toMatch(/^<!doctype html>/);
    expect((await send('GET', `${apps}/absent`)).status).toBe(404);
  });
});

describe('POST /api/v1/token', () => {
  const path = '/api/v1/token';
  const body = { grantType: 'client_credentials', clientId, clientSecret };

  test.each([
    ['2.20', false],
    ['2.23', false],
    ['2.24', true],
    ['3.0', true],
  ] as const)('of %s tells the life of a token: %s', async (controlPlane, isTold) => {
    const { object } = await deploy({ controlPlane }).send('POST', path, { token: null, body });
    expect('expiresIn' in object).toBe(isTold);
  });
});

describe.each(['2.20', '2.23', '2.24'] as const)('applications of %s', (controlPlane) => {
  test('are the accounts, with `secret` in replies', async () => {
    const { send, signIn } = deploy({ controlPlane, newId: () => 'id-1' });
    const { status, json } = await send('POST', apps, { body: { name: 'nightly' } });
    expect(status).toBe(201);
    expect(json).toEqual({ id: 'id-1', name: 'nightly', secret: 'secret-1', clientId: 'nightly' });
    const regenerated = await send('POST', `${apps}/id-1/secret`);
    expect(regenerated.json).toEqual({ secret: 'secret-2' });
    const client = { clientId: 'nightly', clientSecret: 'secret-2' };
    expect(await signIn(client)).not.toBe('no token');
    expect((await send('PATCH', `${apps}/id-1`, { body: { enabled: false } })).text).toBe('');
    expect((await send('GET', `${apps}/id-1`)).object).toMatchObject({ enabled: false });
    expect((await send('DELETE', `${apps}/id-1`)).status).toBe(204);
    expect((await send('POST', apps, { body: { name: 'Bad' } })).status).toBe(400);
  });
});

describe('access rules', () => {
  const body = { subjectId: newcomer.clientId, roleId: roleIds.viewer, scopeId: '1001', scopeType: 'tenant' };

  test.each([
    ['2.20', 'service-account', 400],
    ['2.20', 'app', 201],
    ['2.23', 'service-account', 400],
    ['2.24', 'service-account', 201],
    ['2.24', 'app', 201],
    ['3.0', 'service-account', 201],
  ] as const)('of %s for a subject of type %s are %i', async (controlPlane, type, status) => {
    const { send } = deploy({ controlPlane });
    const answer = await send('POST', rules, { body: { ...body, subjectType: type } });
    expect(answer.status).toBe(status);
    expect(answer.object['subjectType']).toBe(status === 201 ? type : undefined);
  });

  test('before 2.24 know accounts as `app` only', async () => {
    const { send } = deploy({ controlPlane: '2.23' });
    const list = items(await send('GET', rules), 'accessRules');
    expect(new Set(list.map(({ subjectType }) => subjectType))).toEqual(new Set(['app', 'user', 'group']));
    expect(list.filter(({ subjectType }) => subjectType === 'app')).toHaveLength(14);
    const again = { ...body, subjectId: 'dashboards', subjectType: 'app' };
    expect((await send('POST', rules, { body: again })).status).toBe(409);
  });
});

describe.each(['2.20', '2.23', '2.24'] as const)('in %s', (controlPlane) => {
  test('nobody knows rules of all authenticated users', async () => {
    const { send, signIn, state } = deploy({ controlPlane });
    expect(state.rules.filter(({ subjectType }) => subjectType === everybody)).toHaveLength(1);
    const list = items(await send('GET', rules), 'accessRules');
    expect(list.filter(({ subjectType }) => subjectType === everybody)).toEqual([]);
    expect((await send('GET', `${rules}/100`)).status).toBe(404);
    expect((await send('DELETE', `${rules}/100`)).status).toBe(404);
    expect((await send('GET', '/api/v1/clusters', { token: await signIn(newcomer) })).status).toBe(403);
  });
});

// docs/contracts/runai.md 15.23
describe('a rule of all authenticated users, in 3.0,', () => {
  const controlPlane = '3.0';

  test('is among the others, is nobody’s own, and can be deleted', async () => {
    const { send } = deploy({ controlPlane });
    const list = items(await send('GET', rules), 'accessRules');
    const rule = list.find(({ id }) => id === 100);
    expect(rule).toMatchObject({ subjectType: everybody, roleName: 'Viewer', scopeName: 'robotics' });
    const found = await send('GET', `${rules}?subjectIds=${newcomer.clientId}`);
    expect(found.object['totalRecords']).toBe(0);
    const scopePath = 'acme/gpu-west/lab/robotics';
    expect((await send('GET', `${rules}/100`)).json).toEqual({ ...rule, scopePath });
    expect((await send('DELETE', `${rules}/100`)).status).toBe(204);
    expect(items(await send('GET', rules), 'accessRules')).toEqual(list.filter((item) => item !== rule));
  });

  test('gives rights to an account that no rule names', async () => {
    const { send, signIn } = deploy({ controlPlane });
    const token = await signIn(newcomer);
    expect((await send('GET', '/api/v1/clusters', { token })).status).toBe(200);
    expect((await send('GET', accounts, { token })).status).toBe(403);
    const { array } = await send('GET', '/api/v1/authorization/permissions', { token });
    expect(array).toContainEqual(expect.objectContaining({ resourceType: 'cluster', actions: ['read'] }));
  });

  test('can be made by no request', async () => {
    const body = { subjectId: everybody, roleId: roleIds.viewer, scopeId: '1001', scopeType: 'tenant' };
    const { status } = await deploy({ controlPlane }).send('POST', rules, {
      body: { ...body, subjectType: everybody },
    });
    expect(status).toBe(400);
  });
});

// docs/contracts/runai.md 15.29
describe('minimal clusters', () => {
  const controlPlane = '3.0';
  const path = '/api/v1/clusters/minimal';

  test('are pages of bare arrays with three keys', async () => {
    const { send } = deploy({ controlPlane });
    const [east, west] = (await send('GET', path)).array;
    expect(east).toEqual({ uuid: clusterIds.east, name: 'gpu-east', tenantId: 1001 });
    expect((await send('GET', `${path}?limit=1&offset=1`)).json).toEqual([west]);
    expect((await send('GET', `${path}?filterBy=name==gpu-west`)).json).toEqual([west]);
    expect((await send('GET', `/api/v1/clusters/${clusterIds.west}/minimal`)).json).toEqual(west);
    expect((await send('GET', '/api/v1/clusters/x/minimal')).status).toBe(404);
  });

  test('are for every account that a rule reaches', async () => {
    const deployment = deploy({ controlPlane });
    const token = await deployment.signIn(newcomer);
    expect((await deployment.send('GET', path, { token })).status).toBe(200);
    await deployment.send('DELETE', `${rules}/100`);
    expect((await deployment.send('GET', path, { token })).status).toBe(403);
  });
});

test.each([
  ['2.20', false],
  ['2.23', false],
  ['2.24', true],
  ['3.0', true],
] as const)('permissions and roles of %s know service accounts: %s', async (controlPlane, isKnown) => {
  const { send } = deploy({ controlPlane });
  const { array } = await send('GET', '/api/v1/authorization/permissions');
  expect(array.some(({ resourceType }) => resourceType === 'service-account')).toBe(isKnown);
  const path = controlPlane === '3.0' ? '/api/v2/authorization/roles' : '/api/v1/authorization/roles';
  expect((await send('GET', path)).text.includes('"service-account"')).toBe(isKnown);
});

test('an account has the same id in both words of 2.24', async () => {
  const { send } = deploy();
  const { json } = await send('GET', `${apps}/${runaiAccountIds.ciVision}`);
  expect(json).toEqual((await send('GET', `${accounts}/${runaiAccountIds.ciVision}`)).json);
});

import { describe, expect, test } from 'vitest';

import { roleIds, runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { accounts, deploy, newcomer, rules } from './deployment.ts';

const permissions = '/api/v1/authorization/permissions';
const ciVision = `${accounts}/${runaiAccountIds.ciVision}`;
const grant = {
  subjectId: newcomer.clientId,
  subjectType: 'service-account',
  roleId: roleIds.viewer,
  scopeId: '1001',
  scopeType: 'tenant',
};

const requests = [
  ['GET', accounts],
  ['POST', accounts],
  ['GET', ciVision],
  ['PATCH', ciVision],
  ['DELETE', ciVision],
  ['POST', `${ciVision}/secret`],
  ['GET', '/api/v1/apps'],
  ['GET', rules],
  ['POST', rules],
  ['DELETE', `${rules}/101`],
  ['GET', '/api/v1/authorization/roles'],
  ['GET', '/api/v2/authorization/roles'],
  ['GET', '/api/v1/clusters'],
  ['GET', '/api/v1/org-unit/departments'],
  ['GET', '/api/v1/org-unit/projects'],
  ['GET', permissions],
] as const;

test.each(requests)('%s %s needs a token, and a rule that allows it', async (method, path) => {
  const { send, signIn, state } = deploy();
  expect((await send(method, path, { token: null })).status).toBe(401);
  const token = await signIn(newcomer);
  const before = JSON.stringify(state);
  const { status, json } = await send(method, path, { token });
  expect([status, json]).toEqual([403, { code: 403, message: expect.stringContaining('Lack of') }]);
  expect(JSON.stringify(state)).toBe(before);
});

describe('a role', () => {
  test.each([
    ['its name', { subjectId: newcomer.clientId }, 200],
    ['its name as an app', { subjectId: newcomer.clientId, subjectType: 'app' }, 200],
    ['its id', { subjectId: runaiAccountIds.newcomer }, 403],
    ['its name as a user', { subjectId: newcomer.clientId, subjectType: 'user' }, 403],
  ])('reaches an account by %s', async (_, subject, status) => {
    const { send, signIn } = deploy();
    await send('POST', rules, { body: { ...grant, ...subject } });
    const token = await signIn(newcomer);
    expect((await send('GET', '/api/v1/clusters', { token })).status).toBe(status);
    expect((await send('GET', accounts, { token })).status).toBe(403);
  });

  test('that is not effective allows nothing', async () => {
    const { send, signIn } = deploy();
    await send('POST', rules, { body: { ...grant, roleId: roleIds.l2Researcher } });
    const token = await signIn(newcomer);
    expect((await send('GET', '/api/v1/clusters', { token })).status).toBe(403);
  });

  test('can be given by those only who may do as much', async () => {
    const { send, signIn } = deploy();
    await send('POST', rules, { body: { ...grant, roleId: roleIds.departmentAdministrator } });
    const token = await signIn(newcomer);
    const mine = { ...grant, subjectId: 'robot-arm' };
    const wider = { ...mine, roleId: roleIds.systemAdministrator };
    const narrower = { ...mine, roleId: roleIds.l1Researcher };
    expect((await send('POST', rules, { token, body: wider })).status).toBe(403);
    expect((await send('POST', rules, { token, body: narrower })).status).toBe(201);
  });
});

describe('permissions', () => {
  test('of the administrator name both spellings of resource types', async () => {
    const { array } = await deploy().send('GET', permissions);
    const all = ['create', 'read', 'update', 'delete'];
    for (const resourceType of ['service-account', 'access_rules', 'roles']) {
      expect(array).toContainEqual(expect.objectContaining({ resourceType, actions: all }));
    }
    expect(Object.keys(array[0] ?? {})).toEqual(['resourceType', 'displayName', 'groupId', 'actions']);
  });

  test('of several roles are joined', async () => {
    const { send, signIn } = deploy();
    await send('POST', rules, { body: grant });
    await send('POST', rules, { body: { ...grant, roleId: roleIds.environmentAdministrator } });
    const { array } = await send('GET', permissions, { token: await signIn(newcomer) });
    const environment = array.find(({ resourceType }) => resourceType === 'environment');
    expect(new Set(environment?.['actions'] as string[])).toEqual(new Set(['read', 'create', 'update', 'delete']));
  });
});

test.each([
  ['GET', '/api/v1/tenants'],
  ['GET', `${rules}/101`],
  ['GET', `${rules}/count`],
  ['POST', `${rules}/batch-create`],
  ['GET', '/api/v1/authorization/me/access-rules'],
])('%s %s, which sactl never asks for, is 404', async (method, path) => {
  const { status, json } = await deploy().send(method, path);
  expect([status, json]).toEqual([404, { code: 404, message: 'Resource not found' }]);
});

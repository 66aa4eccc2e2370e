import { describe, expect, test } from 'vitest';

import {
  clusterIds,
  departmentIds,
  projectIds,
  roleIds,
  runaiAccountIds,
} from '../../../src/sandbox/runai/seed-ids.ts';
import { accounts, deploy, newcomer, rules } from './deployment.ts';

const permissions = '/api/v1/authorization/permissions';
const own = '/api/v1/authorization/me/access-rules';
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
  ['GET', `${rules}/101`],
  ['GET', `/api/v1/clusters/${clusterIds.east}`],
  ['GET', `/api/v1/org-unit/departments/${departmentIds.lab}`],
  ['GET', `/api/v1/org-unit/projects/${projectIds.visionEast}`],
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

// docs/contracts/runai.md 15.9
describe('a fresh account is known, and may do nothing', () => {
  test.each([
    [permissions, []],
    [own, { accessRules: { totalRecords: 0, displayRecords: 0, accessRules: [] } }],
  ])('%s answers 200', async (path, nothing) => {
    const { send, signIn } = deploy();
    const answer = await send('GET', path, { token: await signIn(newcomer) });
    expect([answer.status, answer.json]).toEqual([200, nothing]);
  });

  test.each([permissions, own])('%s needs a token', async (path) => {
    const answer = await deploy().send('GET', path, { token: null });
    expect([answer.status, answer.json]).toEqual([401, { code: 401, message: 'Issuer is not familiar' }]);
  });
});

// docs/contracts/runai.md 15.15
test('own access rules are wrapped twice, and are nobody else’s', async () => {
  const { send, signIn } = deploy();
  await send('POST', rules, { body: grant });
  await send('POST', rules, { body: { ...grant, subjectType: 'user' } });
  const { object } = await send('GET', `${own}?limit=1`, { token: await signIn(newcomer) });
  expect(object).toEqual({
    accessRules: {
      totalRecords: 1,
      displayRecords: 1,
      accessRules: [expect.objectContaining({ ...grant, roleName: 'Viewer', scopeName: 'acme' })],
    },
  });
  expect((await send('GET', `${own}?limit=0`)).status).toBe(400);
});

describe('permissions', () => {
  test('of the administrator name both spellings of resource types', async () => {
    const { array } = await deploy().send('GET', permissions);
    const all = ['create', 'read', 'update', 'delete'];
    for (const resourceType of ['service-account', 'access_rules', 'roles']) {
      expect(array).toContainEqual(expect.objectContaining({ resourceType, actions: all }));
    }
    const access = { resourceType: 'access_rules', displayName: 'Access rules', groupId: 'iam', actions: all };
    expect(array).toContainEqual(access);
  });

  test('of several roles are joined', async () => {
    const { send, signIn } = deploy();
    await send('POST', rules, { body: grant });
    await send('POST', rules, { body: { ...grant, roleId: roleIds.environmentAdministrator } });
    const { array } = await send('GET', permissions, { token: await signIn(newcomer) });
    const environments = array.find(({ resourceType }) => resourceType === 'environments');
    expect(new Set(environments?.['actions'] as string[])).toEqual(new Set(['read', 'create', 'update', 'delete']));
  });
});

test.each([
  ['GET', '/api/v1/tenants'],
  ['POST', `${rules}/batch-create`],
  ['GET', '/api/v1/authorization/me/access-rules/count'],
])('%s %s, which sactl never asks for, is 404', async (method, path) => {
  const { status, json } = await deploy().send(method, path);
  expect([status, json]).toEqual([404, { code: 404, message: 'Resource not found' }]);
});

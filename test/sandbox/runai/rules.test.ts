import { describe, expect, test } from 'vitest';

import {
  clusterIds,
  departmentIds,
  projectIds,
  roleIds,
  runaiAccountIds,
} from '../../../src/sandbox/runai/seed-ids.ts';
import { testNow } from '../../harness/context.ts';
import { accounts, administrator, deploy, items, newcomer, rules, type Json } from './deployment.ts';

const time = new Date(testNow).toISOString();
const batch = `${rules}/batch-create`;
const project = { scopeId: projectIds.visionEast, scopeType: 'project' };
const rule: Json = {
  subjectId: newcomer.clientId,
  subjectType: 'service-account',
  roleId: roleIds.l1Researcher,
  ...project,
};

describe('list', () => {
  test('counts all of them and this page', async () => {
    const { send } = deploy();
    const answer = await send('GET', `${rules}?limit=3&offset=1`);
    const { object } = answer;
    expect(Object.keys(object)).toEqual(['totalRecords', 'displayRecords', 'accessRules']);
    expect(object).toMatchObject({ totalRecords: 16, displayRecords: 3 });
    expect(items(answer, 'accessRules').map(({ id }) => id)).toEqual([102, 103, 104]);
    expect((await send('GET', `${rules}?offset=500`)).object).toMatchObject({ displayRecords: 0 });
  });

  test('has 50 on a page where no limit is given', async () => {
    const deployment = deploy();
    const subjects = Array.from({ length: 60 }, (_, index) => ({
      subjectId: `more-${index}`,
      subjectType: 'user',
    }));
    const payload = { roleId: roleIds.viewer, subjects, scopes: [project] };
    await deployment.send('POST', batch, { body: { payload } });
    const { object } = await deployment.send('GET', rules);
    expect(object).toMatchObject({ totalRecords: 76, displayRecords: 50 });
  });

  test.each(['limit=0', 'limit=501', 'limit=x', 'offset=-1', 'filterBy=subjectId', 'filterBy=no==1'])(
    'refuses ?%s',
    async (query) => {
      const { status, object } = await deploy().send('GET', `${rules}?${query}`);
      expect([status, object['code']]).toEqual([400, 400]);
    },
  );

  test.each([
    ['', 16],
    ['subjectId=ci-vision', 16],
    ['whatever=1', 16],
    ['subjectType=service-account', 13],
    ['subjectType=app', 1],
    ['subjectIds=ci-vision', 2],
    ['subjectIds=ci-vision,batch-trainer', 4],
    ['subjectIds=absent', 0],
    ['subjectIdFilter=ci-vision', 2],
    [`roleId=${roleIds.mlEngineer}`, 1],
    [`scopeId=${projectIds.visionEast}`, 2],
    [`clusterId=${clusterIds.west}`, 3],
    ['filterBy=subjectId==ci-vision', 2],
    ['filterBy=subjectId=^ci-,roleName==L1 researcher', 3],
    ['filterBy=subjectType!=service-account', 3],
    ['filterBy=subjectId=@vision', 3],
    ['filterBy=subjectId!@vision', 13],
    ['filterBy=subjectId=$vision', 2],
    [`filterBy=roleId<=${roleIds.systemAdministrator}`, 2],
    [`filterBy=createdAt>=${new Date(testNow - 136 * 86_400_000).toISOString()}`, 2],
    ['search=VISION-team', 1],
    ['search=ml engineer', 1],
    [`lastUpdated=${new Date(testNow - 136 * 86_400_000).toISOString()}`, 2],
  ])('?%s leaves %i', async (query, count) => {
    const { object } = await deploy().send('GET', `${rules}?${query}`);
    expect(object['totalRecords']).toBe(count);
  });

  test('is sorted as asked', async () => {
    const { send } = deploy();
    const up = items(await send('GET', `${rules}?sortBy=roleId`), 'accessRules');
    const down = items(await send('GET', `${rules}?sortBy=roleId&sortOrder=desc`), 'accessRules');
    const ids = up.map(({ roleId }) => Number(roleId));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(down.map(({ roleId }) => roleId)).toEqual(ids.toReversed());
  });

  test('shows deleted rules only when asked', async () => {
    const { send } = deploy();
    await send('DELETE', `${rules}/102`);
    expect((await send('GET', rules)).object['totalRecords']).toBe(15);
    const all = items(await send('GET', `${rules}?includeDeleted=true`), 'accessRules');
    expect(all.find(({ id }) => id === 102)).toMatchObject({ deletedAt: time });
  });
});

test('count takes filters too', async () => {
  const { send } = deploy();
  expect((await send('GET', `${rules}/count`)).json).toEqual({ count: 16 });
  const { json } = await send('GET', `${rules}/count?filterBy=subjectId==ci-vision`);
  expect(json).toEqual({ count: 2 });
});

describe('create', () => {
  test('answers 201 with names, and get adds the path', async () => {
    const { send } = deploy();
    const { status, json } = await send('POST', rules, { body: rule });
    const made = {
      id: 117,
      ...rule,
      clusterId: clusterIds.east,
      roleName: 'L1 researcher',
      scopeName: 'vision',
      createdBy: administrator.clientId,
      createdAt: time,
      updatedAt: time,
      deletedAt: null,
      tenantId: 1001,
    };
    expect([status, json]).toEqual([201, made]);
    const { json: got } = await send('GET', `${rules}/117`);
    expect(got).toEqual({ ...made, scopePath: 'acme/gpu-east/research/vision' });
  });

  test.each([
    ['tenant', '1001', 'acme'],
    ['cluster', clusterIds.west, 'acme/gpu-west'],
    ['department', departmentIds.lab, 'acme/gpu-west/lab'],
  ])('takes a %s', async (scopeType, scopeId, scopePath) => {
    const { send } = deploy();
    const { object } = await send('POST', rules, { body: { ...rule, scopeType, scopeId } });
    const { object: got } = await send('GET', `${rules}/${String(object['id'])}`);
    expect(got).toMatchObject({ scopeType, scopeId, scopePath });
    expect('clusterId' in got).toBe(scopeType !== 'tenant');
  });

  test('refuses the same rule, until it is deleted', async () => {
    const { send } = deploy();
    await send('POST', rules, { body: rule });
    const { status, json } = await send('POST', rules, { body: rule });
    expect(status).toBe(409);
    expect(json).toEqual({ code: 409, message: 'The access rule already exists' });
    expect((await send('DELETE', `${rules}/117`)).status).toBe(204);
    const { object } = await send('POST', rules, { body: rule });
    expect(object['id']).toBe(118);
  });

  test.each([
    ['no role', { roleId: undefined }, 400],
    ['a role by name', { roleId: 'Viewer' }, 400],
    ['a number for the scope', { scopeId: 4301 }, 400],
    ['a scope of no kind', { scopeType: 'planet' }, 400],
    ['a subject of no kind', { subjectType: 'robot' }, 400],
    ['an unknown role', { roleId: 999 }, 404],
    ['an unknown scope', { scopeId: '1' }, 404],
  ])('with %s is refused', async (_, change, status) => {
    const deployment = deploy();
    const answer = await deployment.send('POST', rules, { body: { ...rule, ...change } });
    expect([answer.status, answer.object['code']]).toEqual([status, status]);
    expect(deployment.state.rules).toHaveLength(16);
  });
});

describe('delete', () => {
  test('answers 204 with nothing, and 404 the second time', async () => {
    const { send } = deploy();
    const { status, text } = await send('DELETE', `${rules}/102`);
    expect([status, text]).toEqual([204, '']);
    expect((await send('DELETE', `${rules}/102`)).status).toBe(404);
    expect((await send('GET', `${rules}/102`)).status).toBe(404);
  });

  test('of an account keeps its rules, and the next account of its name has them', async () => {
    const { send, signIn } = deploy();
    await send('POST', rules, {
      body: { ...rule, subjectId: 'dashboards', scopeId: '1001', scopeType: 'tenant' },
    });
    await send('DELETE', `${accounts}/${runaiAccountIds.dashboards}`);
    const { object } = await send('GET', `${rules}?subjectIds=dashboards`);
    expect(object['totalRecords']).toBe(3);
    await send('POST', accounts, { body: { name: 'dashboards' } });
    const token = await signIn({ clientId: 'dashboards', clientSecret: 'secret-1' });
    expect((await send('GET', '/api/v1/clusters', { token })).status).toBe(200);
  });
});

describe('batch-create', () => {
  test('makes every subject meet every scope, and says 200 whatever failed', async () => {
    const { send } = deploy();
    const subjects = ['ci-vision', 'new-one'].map((subjectId) => ({
      subjectId,
      subjectType: 'service-account',
    }));
    const scopes = [project, { scopeId: '1', scopeType: 'project' }];
    const payload = { roleId: roleIds.l1Researcher, subjects, scopes };
    const { status, object } = await send('POST', batch, { body: { payload } });
    expect(status).toBe(200);
    expect(object['succeeded']).toMatchObject([{ subjectId: 'new-one', ...project }]);
    const message: unknown = expect.any(String);
    const unknown = { ...rule, scopeId: '1' };
    expect(object['failed']).toEqual([
      { payload: { ...rule, subjectId: 'ci-vision' }, code: 409, message },
      { payload: { ...unknown, subjectId: 'ci-vision' }, code: 404, message },
      { payload: { ...unknown, subjectId: 'new-one' }, code: 404, message },
    ]);
  });

  test.each([[{}], [{ payload: [] }], [{ payload: { roleId: 1, subjects: [], scopes: 7 } }]])(
    'of %j is 400',
    async (body) => {
      expect((await deploy().send('POST', batch, { body })).status).toBe(400);
    },
  );
});

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
    const [first] = deployment.state.rules;
    if (first === undefined) throw new Error('this test expects a rule');
    for (let id = 1001; id <= 1060; id += 1) deployment.state.rules.push({ ...first, id });
    const { object } = await deployment.send('GET', rules);
    expect(object).toMatchObject({ totalRecords: 76, displayRecords: 50 });
  });

  // No 400 is documented here (docs/contracts/runai.md 7).
  test.each(['limit=0', 'limit=501', 'limit=x', 'offset=-1'])('knows no ?%s', async (query) => {
    const { send } = deploy();
    const { status, json } = await send('GET', `${rules}?${query}`);
    expect([status, json]).toEqual([200, (await send('GET', rules)).json]);
  });

  test.each([
    ['', 16],
    ['subjectId=ci-vision', 16],
    ['whatever=1', 16],
    ['subjectIds=ci-vision', 2],
    ['subjectIds=ci-vision,batch-trainer', 4],
    ['subjectIds=absent', 0],
    ['subjectType=app', 1],
    ['subjectIds=dashboards&subjectType=service-account', 1],
    ['scopeId=52', 2],
    [`clusterId=${clusterIds.west}`, 3],
  ])('?%s leaves %i', async (query, count) => {
    const { object } = await deploy().send('GET', `${rules}?${query}`);
    expect(object['totalRecords']).toBe(count);
  });

  test('shows no deleted rules', async () => {
    const { send } = deploy();
    await send('DELETE', `${rules}/102`);
    const answer = await send('GET', rules);
    expect(answer.object['totalRecords']).toBe(15);
    expect(items(answer, 'accessRules').map(({ id }) => id)).not.toContain(102);
  });
});

describe('get', () => {
  test.each([
    [101, 'acme'],
    [102, 'acme/gpu-east/research/vision'],
    [106, 'acme/gpu-west'],
    [108, 'acme/gpu-east/platform'],
  ])('of %i says the path of its scope: %s', async (id, scopePath) => {
    const { send } = deploy();
    const list = items(await send('GET', rules), 'accessRules');
    const { status, json } = await send('GET', `${rules}/${id}`);
    expect([status, json]).toEqual([200, { ...list.find((item) => item['id'] === id), scopePath }]);
  });

  test.each(['999', 'x', '-1'])('of %s, which is not there, is 404', async (id) => {
    const { status, json } = await deploy().send('GET', `${rules}/${id}`);
    expect([status, json]).toEqual([404, { code: 404, message: `Access rule with id ${id} not found` }]);
  });
});

describe('create', () => {
  test('answers 201 with names, as the list does', async () => {
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
    expect(items(await send('GET', rules), 'accessRules')).toContainEqual(made);
  });

  test.each([
    ['tenant', '1001', 'acme'],
    ['cluster', clusterIds.west, 'gpu-west'],
    ['department', departmentIds.lab, 'lab'],
  ])('takes a %s', async (scopeType, scopeId, scopeName) => {
    const { object } = await deploy().send('POST', rules, { body: { ...rule, scopeType, scopeId } });
    expect(object).toMatchObject({ scopeType, scopeId, scopeName });
    expect('clusterId' in object).toBe(scopeType !== 'tenant');
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
    ['everybody for a subject', { subjectType: 'all-authenticated-users' }, 400],
    ['an unknown role', { roleId: 999 }, 404],
    ['an unknown scope', { scopeId: '1' }, 404],
  ])('with %s is refused', async (_, change, status) => {
    const deployment = deploy();
    const before = structuredClone(deployment.state.rules);
    const answer = await deployment.send('POST', rules, { body: { ...rule, ...change } });
    expect([answer.status, answer.object['code']]).toEqual([status, status]);
    expect(deployment.state.rules).toEqual(before);
  });
});

describe('delete', () => {
  test('answers 204 with nothing, and 404 the second time', async () => {
    const { send } = deploy();
    const { status, text } = await send('DELETE', `${rules}/102`);
    expect([status, text]).toEqual([204, '']);
    expect((await send('DELETE', `${rules}/102`)).status).toBe(404);
  });

  test('of an account keeps its rules, and the next account of its name has them', async () => {
    const { send, signIn } = deploy();
    await send('POST', rules, { body: { ...rule, subjectId: 'dashboards', scopeId: '1001', scopeType: 'tenant' } });
    await send('DELETE', `${accounts}/${runaiAccountIds.dashboards}`);
    const { object } = await send('GET', `${rules}?subjectIds=dashboards`);
    expect(object['totalRecords']).toBe(3);
    await send('POST', accounts, { body: { name: 'dashboards' } });
    const token = await signIn({ clientId: 'dashboards', clientSecret: 'secret-1' });
    expect((await send('GET', '/api/v1/clusters', { token })).status).toBe(200);
  });
});

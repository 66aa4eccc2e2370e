import { describe, expect, test } from 'vitest';

import type { ControlPlane } from '../../harness/runai-variants.ts';
import { roleIds, runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { accounts, administrator, deploy, items, newcomer, rules } from './deployment.ts';

const apps = '/api/v1/apps';
const { clientId, clientSecret } = administrator;
const versions: readonly ControlPlane[] = ['2.20', '2.23', '2.24', '3.0'];

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

test('an account has the same id in both words of 2.24', async () => {
  const { send } = deploy();
  const { json } = await send('GET', `${apps}/${runaiAccountIds.ciVision}`);
  expect(json).toEqual((await send('GET', `${accounts}/${runaiAccountIds.ciVision}`)).json);
});

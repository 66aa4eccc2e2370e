import { describe, expect, test } from 'vitest';

import {
  accountIds,
  groupIds,
  organizationId,
  otherOrganizationId,
  sandboxTokens,
} from '../../../src/sandbox/nscale/seed-ids.ts';
import { absentId, accounts, deploy, home, write, type Call, idsOf } from './deployment.ts';

const account = `${accounts}/${accountIds.terraform}`;
const elsewhere = `/api/v1/organizations/${otherOrganizationId}/serviceaccounts`;
const nowhere = `/api/v1/organizations/${absentId}/serviceaccounts`;
const bad = '/api/v1/organizations/acme/serviceaccounts';
const { auditor, user } = sandboxTokens;

describe('the first check that fails decides', () => {
  test.each<[string, string, string, Call, number]>([
    ['route before token', 'GET', '/api/v1/nothing', { token: null }, 404],
    ['token before path', 'GET', bad, { token: null }, 401],
    ['token before body', 'POST', accounts, { token: null, body: '{' }, 401],
    ['path before permission', 'GET', bad, { token: user }, 400],
    ['body before permission', 'POST', accounts, { token: user, body: {} }, 400],
    ['body before existence', 'PUT', `${accounts}/${absentId}`, { body: {} }, 400],
    ['permission before existence', 'PUT', `${accounts}/${absentId}`, { token: auditor, body: write('a') }, 403],
    ['existence last', 'PUT', `${accounts}/${absentId}`, { body: write('a') }, 404],
  ])('%s', async (_, method, path, call, status) => {
    expect((await deploy().send(method, path, call)).status).toBe(status);
  });
});

describe('404', () => {
  test.each([
    ['GET of an account that exists', 'GET', account],
    ['PATCH of an account', 'PATCH', account],
    ['rotate of an absent account', 'POST', `${accounts}/${absentId}/rotate`],
    ['delete of an absent account', 'DELETE', `${accounts}/${absentId}`],
    ['GET of a group', 'GET', `${home}/groups/${groupIds.inference}`],
    ['the version', 'GET', '/api/version'],
    ['a trailing slash', 'GET', `${accounts}/`],
  ])('%s', async (_, method, path) => {
    const { status, headers, json } = await deploy().send(method, path);
    expect(status).toBe(404);
    expect(json).toEqual({
      error: 'not_found',
      error_description: 'resource not found',
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(headers.get('cache-control')).toBe('no-cache');
  });
});

describe('an id in the path that is no UUID is 400', () => {
  test.each([
    ['GET', bad, 'organizationID', undefined],
    ['PUT', `${accounts}/terraform`, 'serviceAccountID', write('a')],
    ['POST', `${accounts}/terraform/rotate`, 'serviceAccountID', undefined],
    ['DELETE', `${accounts}/terraform`, 'serviceAccountID', undefined],
  ])('%s %s', async (method, path, parameter, body) => {
    const { status, error } = await deploy().send(method, path, { body });
    expect(status).toBe(400);
    expect(error.error).toBe('invalid_request');
    expect(error.error_description).toContain(`parameter "${parameter}" in path is not valid: `);
  });
});

describe('403', () => {
  test.each<[string, string, string, string, string]>([
    ['a plain user listing accounts', 'GET', accounts, user, "'read'"],
    ['a plain user listing groups', 'GET', `${home}/groups`, user, "'read'"],
    ['a plain user listing roles', 'GET', `${home}/roles`, user, "'read'"],
    ['an auditor rotating', 'POST', `${account}/rotate`, auditor, "'update'"],
    ['an auditor deleting', 'DELETE', account, auditor, "'delete'"],
    ['an administrator in an organization of others', 'GET', elsewhere, 'admin', "'read'"],
    ['an administrator in no organization at all', 'GET', nowhere, 'admin', "'read'"],
    ['an account without roles listing groups', 'GET', `${home}/groups`, 'self', "'read'"],
    ['an account rotating another', 'POST', `${account}/rotate`, 'self', "'update'"],
  ])('%s', async (_, method, path, who, operation) => {
    const token = tokenOf(who);
    const { status, error } = await deploy().send(method, path, { token });
    expect([status, error.error]).toEqual([403, 'forbidden']);
    expect(error.error_description).toContain(
      `operation is not allowed by rbac: operation ${operation} on endpoint 'identity:`,
    );
  });

  test.each([
    ['auditor', auditor],
    ['service account without roles', sandboxTokens.selfRotating],
  ])('an %s that creates', async (_, token) => {
    const deployment = deploy();
    const { status } = await deployment.send('POST', accounts, { token, body: write('a') });
    expect(status).toBe(403);
    expect(deployment.saves()).toBe(0);
  });

  test('an account that renames or deletes itself', async () => {
    const { send } = deploy();
    const path = `${accounts}/${accountIds.selfRotating}`;
    const token = sandboxTokens.selfRotating;
    expect((await send('PUT', path, { token, body: write('a') })).status).toBe(403);
    expect((await send('DELETE', path, { token })).status).toBe(403);
  });
});

function tokenOf(who: string): string {
  if (who === 'admin') return sandboxTokens.administrator;
  return who === 'self' ? sandboxTokens.selfRotating : who;
}

describe('a service account token on the list', () => {
  const token = sandboxTokens.selfRotating;

  test.each([
    ['of its own organization shows itself', accounts, 200, [accountIds.selfRotating]],
    ['of a foreign organization is empty, not refused', elsewhere, 200, []],
  ])('%s', async (_, path, status, ids) => {
    const answer = await deploy().send('GET', path, { token });
    expect(answer.status).toBe(status);
    expect(idsOf(answer.items)).toEqual(ids);
  });

  test('of an absent organization is 404', async () => {
    expect((await deploy().send('GET', nowhere, { token })).status).toBe(404);
  });

  test.each([
    ['administrator', groupIds.platformAdmins, 200],
    ['auditor', groupIds.billingReadonly, 200],
    ['user', groupIds.mlTraining, 403],
  ])('reads groups once it is in a group of role %s: %s', async (_, group, status) => {
    const { send } = deploy();
    const body = write('self-rotating', [group]);
    await send('PUT', `${accounts}/${accountIds.selfRotating}`, { body });
    expect((await send('GET', `${home}/groups`, { token })).status).toBe(status);
  });

  test('of an account that became administrator shows all and lets it create', async () => {
    const { send, state } = deploy();
    const body = write('self-rotating', [groupIds.platformAdmins]);
    await send('PUT', `${accounts}/${accountIds.selfRotating}`, { body });
    const mine = state.accounts.filter((item) => item.organizationId === organizationId);
    expect((await send('GET', accounts, { token })).items).toHaveLength(mine.length);
    const created = await send('POST', accounts, { token, body: write('child') });
    expect(created.item.metadata['createdBy']).toBe(accountIds.selfRotating);
  });
});

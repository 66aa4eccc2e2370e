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
const foreign = `/api/v1/organizations/${otherOrganizationId}`;
const elsewhere = `${foreign}/serviceaccounts`;
const nowhere = `/api/v1/organizations/${absentId}`;
const bad = '/api/v1/organizations/acme/serviceaccounts';
const { auditor, consultant, selfRotating, user } = sandboxTokens;
const granted = ' is not permitted';
const none = ' — this principal has no organization-scope permissions';

describe('the first check that fails decides', () => {
  test.each<[string, string, string, Call, number]>([
    ['route before token', 'GET', '/api/v1/nothing', { token: null }, 404],
    ['path before token', 'GET', bad, { token: null }, 400],
    ['token before membership', 'GET', elsewhere, { token: 'nobody' }, 401],
    ['membership before body', 'POST', elsewhere, { body: '{' }, 500],
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
    ['GET', bad, undefined],
    ['PUT', `${accounts}/terraform`, write('a')],
    ['POST', `${accounts}/terraform/rotate`, undefined],
    ['DELETE', `${accounts}/terraform`, undefined],
  ])('%s %s, whoever asks', async (method, path, body) => {
    const { status, error } = await deploy().send(method, path, { body, token: null });
    expect(status).toBe(400);
    expect(error.error).toBe('invalid_request');
    expect(error.error_description).toBe('invalid path/query element');
  });
});

describe('403', () => {
  test.each<[string, string, string, string, string, string, string]>([
    ['a plain user listing accounts', 'GET', accounts, user, 'read', 'serviceaccounts', granted],
    ['a plain user listing groups', 'GET', `${home}/groups`, user, 'read', 'groups', granted],
    ['a plain user listing roles', 'GET', `${home}/roles`, user, 'read', 'roles', granted],
    ['a member without a role', 'GET', elsewhere, consultant, 'read', 'serviceaccounts', none],
    ['an auditor rotating', 'POST', `${account}/rotate`, auditor, 'update', 'serviceaccounts', granted],
    ['an auditor deleting', 'DELETE', account, auditor, 'delete', 'serviceaccounts', granted],
    ['an account without roles listing groups', 'GET', `${home}/groups`, selfRotating, 'read', 'groups', none],
    ['an account without roles in a foreign one', 'GET', `${foreign}/groups`, selfRotating, 'read', 'groups', none],
    ['an account rotating another', 'POST', `${account}/rotate`, selfRotating, 'update', 'serviceaccounts', none],
  ])('%s', async (_, method, path, token, operation, endpoint, why) => {
    const { status, error } = await deploy().send(method, path, { token });
    expect([status, error.error, error.error_description]).toEqual([
      403,
      'forbidden',
      `operation is not allowed by rbac: operation '${operation}' on endpoint 'identity:${endpoint}'${why}`,
    ]);
  });

  test('an account with rights at home in a foreign one', async () => {
    const { send } = deploy();
    const body = write('self-rotating', [groupIds.platformAdmins]);
    await send('PUT', `${accounts}/${accountIds.selfRotating}`, { body });
    const { error } = await send('GET', `${foreign}/groups`, { token: selfRotating });
    expect(error.error_description).toMatch(/ — organization is not in this principal's accessible set$/);
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

describe('an organization that a person is not in is 500, on every path below it', () => {
  const upper = home.toUpperCase().replace('/API/V1/ORGANIZATIONS', '/api/v1/organizations');
  test.each([
    ['a foreign one', foreign, 'GET', '/serviceaccounts', undefined],
    ['a foreign one', foreign, 'GET', '/groups', undefined],
    ['a foreign one', foreign, 'GET', '/roles', undefined],
    ['a foreign one', foreign, 'POST', '/serviceaccounts', write('a')],
    ['a foreign one', foreign, 'DELETE', `/serviceaccounts/${absentId}`, undefined],
    ['none at all', nowhere, 'GET', '/serviceaccounts', undefined],
    ['the own one in upper case', upper, 'GET', '/serviceaccounts', undefined],
    ['the own one without dashes', home.replaceAll('-', ''), 'GET', '/serviceaccounts', undefined],
  ])('%s: %s', async (_, organization, method, path, body) => {
    const deployment = deploy();
    const { status, error } = await deployment.send(method, organization + path, { body });
    expect([status, error]).toEqual([
      500,
      {
        error: 'server_error',
        error_description: 'an internal error has occurred, please contact support',
        trace_id: expect.any(String),
      },
    ]);
    expect(deployment.saves()).toBe(0);
  });

  test.each(['upper case', 'braces', 'no dashes', 'a URN'])('the id of an account may be in %s', async (form) => {
    const id = accountIds.selfRotating;
    const forms = { 'upper case': id.toUpperCase(), braces: `{${id}}`, 'no dashes': id.replaceAll('-', '') };
    const { send } = deploy();
    const given = new Map(Object.entries(forms)).get(form) ?? `urn:uuid:${id}`;
    expect((await send('POST', `${accounts}/${encodeURIComponent(given)}/rotate`)).status).toBe(200);
  });

  test('to a service account any form of its organization is the same', async () => {
    const path = `${upper}/serviceaccounts`;
    expect((await deploy().send('GET', path, { token: selfRotating })).items).toHaveLength(1);
  });
});

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

  test('of an absent organization ends the connection, because its 404 is not declared', async () => {
    await expect(deploy().send('GET', `${nowhere}/serviceaccounts`, { token })).rejects.toThrow('fetch failed');
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

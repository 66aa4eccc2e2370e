import { describe, expect, test } from 'vitest';

import {
  accountIds,
  groupIds,
  organizationId,
  otherOrganizationId,
  sandboxTokens,
} from '../../../src/sandbox/nscale/seed-ids.ts';
import { deploy, home, idsOf } from './deployment.ts';

const { administrator, consultant, selfRotating } = sandboxTokens;

describe('userinfo', () => {
  test.each([
    ['user', administrator, 'ann@example.com', [organizationId]],
    ['user', consultant, 'dora@example.com', [organizationId, otherOrganizationId]],
    ['service', selfRotating, accountIds.selfRotating, [organizationId]],
  ])('says %s for %s', async (acctype, token, sub, orgIds) => {
    const { status, json } = await deploy().send('GET', '/oauth2/v2/userinfo', { token });
    expect(status).toBe(200);
    expect(json).toEqual({ sub, 'https://unikorn-cloud.org/authz': { acctype, orgIds } });
  });
});

describe('organizations', () => {
  test.each([
    ['an administrator', administrator, [organizationId]],
    ['a service account', selfRotating, [organizationId]],
    ['a member of two', consultant, [organizationId, otherOrganizationId]],
  ])('%s sees its own, by id', async (_, token, ids) => {
    const { items } = await deploy().send('GET', '/api/v1/organizations', { token });
    expect(idsOf(items)).toEqual(ids.toSorted());
  });

  test('have no organizationId of their own', async () => {
    const { text, items } = await deploy().send('GET', '/api/v1/organizations');
    expect(items[0]).toEqual({
      metadata: {
        id: organizationId,
        name: 'acme-research',
        description: expect.any(String),
        creationTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        provisioningStatus: 'provisioned',
        healthStatus: 'healthy',
      },
      spec: { organizationType: 'adhoc' },
    });
    expect(text).not.toContain('null');
  });
});

describe('groups', () => {
  test('are a bare array sorted by id', async () => {
    const { text, items } = await deploy().send('GET', `${home}/groups`);
    const ids = idsOf(items);
    expect(ids).toEqual(Object.values(groupIds).toSorted());
    expect(text).not.toContain('null');
  });

  test('always have the four lists of what they are and whom they hold', async () => {
    const { items } = await deploy().send('GET', `${home}/groups`);
    for (const { spec } of items) {
      expect(Object.keys(spec)).toEqual(['roleIDs', 'serviceAccountIDs', 'userIDs', 'subjects']);
    }
    expect(items.map(({ spec }) => JSON.parse(JSON.stringify(spec)) as { subjects: unknown[] })).toContainEqual(
      expect.objectContaining({
        userIDs: [expect.any(String)],
        subjects: [{ id: expect.any(String), issuer: expect.any(String), email: 'ann@example.com' }],
      }),
    );
  });

  test('name their roles and their service accounts', async () => {
    const { items } = await deploy().send('GET', `${home}/groups`);
    const group = items.find(({ metadata }) => metadata['id'] === groupIds.platformAdmins);
    expect(group?.metadata).toMatchObject({ name: 'platform-admins', organizationId });
    expect(group?.spec.serviceAccountIDs).toEqual([accountIds.terraform]);
    expect(group?.spec.roleIDs).toHaveLength(1);
  });
});

test('roles are a bare array sorted by name, of no organization, each saying whether it can be granted', async () => {
  const { items } = await deploy().send('GET', `${home}/roles`);
  expect(items.map(({ metadata }) => metadata['name'])).toEqual(['administrator', 'auditor', 'reader', 'user']);
  for (const { grantable, metadata } of items) {
    expect(grantable).toBeTypeOf('boolean');
    expect(metadata).not.toHaveProperty('organizationId');
  }
});

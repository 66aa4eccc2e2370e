import { describe, expect, test } from 'vitest';

import { accountIds, groupIds, organizationId } from '../../../src/sandbox/nscale/seed-ids.ts';
import { testNow } from '../../harness/context.ts';
import { absentId, accounts, deploy, home, listed, rfc3339, write, idsOf } from './deployment.ts';

const { inference, mlTraining, observability, platformAdmins } = groupIds;
const account = `${accounts}/${accountIds.ciDeploy}`;
const day = 86_400_000;
const inNinetyDays = rfc3339(testNow + 90 * day);

describe('list', () => {
  test('is a bare array sorted by id, without tokens or nulls', async () => {
    const { status, text, headers, items } = await deploy().send('GET', accounts);
    expect(status).toBe(200);
    const ids = idsOf(items);
    expect(ids).toEqual(ids.toSorted());
    expect(text).not.toMatch(/accessToken|null|tokenHash/);
    expect(headers.get('cache-control')).toBe('no-cache');
  });

  test('shows the same groups of an account in another order the next time', async () => {
    const deployment = deploy();
    const orders = new Set<string>();
    for (let turn = 0; turn < 4; turn += 1) {
      const { spec } = await listed(deployment, accountIds.ciDeploy);
      expect(spec.groupIDs.toSorted()).toEqual([mlTraining, inference].toSorted());
      orders.add(spec.groupIDs.join());
    }
    expect(orders.size).toBeGreaterThan(1);
  });

  test('shows an account that is being deleted as deprovisioning, with its time', async () => {
    const { metadata } = await listed(deploy(), accountIds.retired);
    expect(metadata['provisioningStatus']).toBe('deprovisioning');
    expect(Date.parse(metadata['deletionTime'] ?? '')).toBeLessThan(testNow);
  });

  test('lags behind each write for the given number of lists', async () => {
    const deployment = deploy({ listLag: 2 });
    await deployment.send('PUT', account, { body: write('renamed') });
    const names: (string | undefined)[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      names.push((await listed(deployment, accountIds.ciDeploy)).metadata['name']);
    }
    expect(names).toEqual(['ci-deploy', 'ci-deploy', 'renamed']);
  });
});

describe('create', () => {
  test('answers 201 with the token, a letter at the start of the id and no groups (v1.19)', async () => {
    const deployment = deploy();
    const tags = [{ name: 'team', value: 'vision' }];
    const body = write('nightly', [inference], { description: 'Runs at night', tags });
    const { status, json, item } = await deployment.send('POST', accounts, { body });
    expect(status).toBe(201);
    expect(json).toEqual({
      metadata: {
        id: expect.stringMatching(/^[a-f][0-9a-f]{7}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-/),
        name: 'nightly',
        description: 'Runs at night',
        tags,
        organizationId,
        creationTime: rfc3339(testNow),
        createdBy: 'ann@example.com',
        provisioningStatus: 'provisioned',
        healthStatus: 'healthy',
      },
      spec: { groupIDs: [] },
      status: { expiry: inNinetyDays, accessToken: 'a.b.c.d.1' },
    });
    expect((await listed(deployment, item.metadata['id'])).spec.groupIDs).toEqual([inference]);
    expect(deployment.saves()).toBe(1);
  });

  test('takes ids from the caller where they are given', async () => {
    const { send } = deploy({ newId: () => absentId });
    const { item } = await send('POST', accounts, { body: write('a') });
    expect(item.metadata['id']).toBe(absentId);
  });

  test('makes tokens of five base64url segments, each another one', async () => {
    const { send } = deploy({ newSecret: undefined as never });
    const tokens: string[] = [];
    for (const name of ['a', 'b']) {
      tokens.push((await send('POST', accounts, { body: write(name) })).item.status.accessToken);
    }
    for (const token of tokens) expect(token).toMatch(/^[\w-]+(?:\.[\w-]+){4}$/);
    expect(new Set(tokens).size).toBe(2);
  });

  test('leaves out an absent description and empty tags', async () => {
    const body = write('bare', [], { tags: [] });
    const { item } = await deploy().send('POST', accounts, { body });
    expect(Object.keys(item.metadata)).not.toContain('description');
    expect(Object.keys(item.metadata)).not.toContain('tags');
  });
});

describe('update', () => {
  const before = [mlTraining, inference].toSorted();

  test('replaces everything that a client can set', async () => {
    const deployment = deploy();
    const old = await listed(deployment, accountIds.ciDeploy);
    deployment.wait(5000);
    await deployment.send('PUT', account, { body: write('renamed', [observability]) });
    const { metadata, spec, status } = await listed(deployment, accountIds.ciDeploy);
    const { id, creationTime, createdBy } = old.metadata;
    expect(metadata).toEqual({
      id,
      name: 'renamed',
      organizationId,
      creationTime,
      createdBy,
      modifiedTime: rfc3339(testNow + 5000),
      modifiedBy: 'ann@example.com',
      provisioningStatus: 'provisioned',
      healthStatus: 'healthy',
    });
    expect(spec.groupIDs).toEqual([observability]);
    expect(status).toEqual(old.status);
  });

  test.each([
    ['v1.19', before],
    ['v1.20', [platformAdmins]],
  ] as const)('of %s answers without a token and with groups %j', async (behaviour, groups) => {
    const body = write('ci-deploy', [platformAdmins]);
    const { status, item } = await deploy({ behaviour }).send('PUT', account, { body });
    expect(status).toBe(200);
    expect(item.spec.groupIDs.toSorted()).toEqual(groups);
    expect(Object.keys(item.status)).toEqual(['expiry']);
  });

  test('keeps membership on the group, where the group list shows it', async () => {
    const { send } = deploy();
    await send('PUT', account, { body: write('ci-deploy', [observability]) });
    const { items } = await send('GET', `${home}/groups`);
    const holders = items.filter((group) => group.spec.serviceAccountIDs.includes(accountIds.ciDeploy));
    expect(holders.map((group) => group.metadata['id'])).toEqual([observability]);
  });
});

describe('a group that does not exist', () => {
  const body = write('a', [absentId]);

  test.each([
    ['POST', accounts, 201],
    ['PUT', account, 200],
  ])('is ignored by %s up to v1.19', async (method, path, status) => {
    const deployment = deploy({ behaviour: 'v1.19' });
    const answer = await deployment.send(method, path, { body });
    expect(answer.status).toBe(status);
    expect((await listed(deployment, answer.item.metadata['id'])).spec.groupIDs).toEqual([]);
  });

  test.each([
    ['POST', accounts],
    ['PUT', account],
  ])('is refused by %s from v1.20, which then changes nothing', async (method, path) => {
    const deployment = deploy({ behaviour: 'v1.20' });
    const before = JSON.stringify(deployment.state);
    const { status, error } = await deployment.send(method, path, { body });
    expect([status, error.error]).toEqual([400, 'invalid_request']);
    expect(error.error_description).toBe(`group ${absentId} does not exist in this organization`);
    expect(JSON.stringify(deployment.state)).toBe(before);
  });
});

test('create from v1.20 answers with the true groups', async () => {
  const body = write('a', [inference, mlTraining]);
  const { item } = await deploy({ behaviour: 'v1.20' }).send('POST', accounts, { body });
  expect(item.spec.groupIDs.toSorted()).toEqual([inference, mlTraining].toSorted());
});

describe('rotate', () => {
  test('issues a token for 90 days and touches nothing else', async () => {
    const deployment = deploy();
    const old = await listed(deployment, accountIds.ciDeploy);
    const { status, item } = await deployment.send('POST', `${account}/rotate`);
    expect(status).toBe(200);
    expect(item.status).toEqual({ expiry: inNinetyDays, accessToken: 'a.b.c.d.1' });
    expect(item.metadata).toEqual(old.metadata);
    expect(item.spec.groupIDs.toSorted()).toEqual(old.spec.groupIDs.toSorted());
    expect(deployment.saves()).toBe(1);
  });

  test('ignores a body, whatever it is', async () => {
    expect((await deploy().send('POST', `${account}/rotate`, { body: '{' })).status).toBe(200);
  });
});

describe('delete', () => {
  test('answers 200 with nothing, and 404 the second time', async () => {
    const deployment = deploy();
    const { status, text } = await deployment.send('DELETE', account);
    expect([status, text]).toEqual([200, '']);
    expect((await deployment.send('DELETE', account)).status).toBe(404);
    expect(deployment.saves()).toBe(1);
  });

  test('takes the account out of its groups', async () => {
    const { send, state } = deploy();
    await send('DELETE', account);
    expect(JSON.stringify(state)).not.toContain(accountIds.ciDeploy);
  });
});

test('a change is saved before it is answered', async () => {
  const order: string[] = [];
  const { send } = deploy({
    save: async () => {
      await Promise.resolve();
      order.push('saved');
    },
  });
  await send('POST', `${account}/rotate`).then(() => order.push('answered'));
  expect(order).toEqual(['saved', 'answered']);
});

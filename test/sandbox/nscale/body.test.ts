import { describe, expect, test } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { accounts, deploy, listed, write } from './deployment.ts';

const account = `${accounts}/${accountIds.terraform}`;
const spec = { groupIDs: [] };

describe('a body that does not fit is 400 and changes nothing', () => {
  const cases: readonly [string, unknown, string][] = [
    ['nothing at all', '', 'the request body is not valid'],
    ['no JSON', '{', ': failed to decode request body'],
    ['a BOM', `\uFEFF${JSON.stringify(write('a'))}`, ': failed to decode request body'],
    ['no metadata', { spec }, '"/metadata" '],
    ['metadata of null', { metadata: null, spec }, '"/metadata" '],
    ['no name', { metadata: {}, spec }, '"/metadata/name" '],
    ['a name of null', { metadata: { name: null }, spec }, '"/metadata/name" '],
    ['a name that is no string', { metadata: { name: 1 }, spec }, '"/metadata/name" '],
    ['no spec', { metadata: { name: 'a' } }, '"/spec" '],
    ['no groupIDs', { metadata: { name: 'a' }, spec: {} }, '"/spec/groupIDs" '],
    ['groupIDs of null', write('a', null as never), '"/spec/groupIDs" '],
    ['a group that is no string', write('a', [1] as never), '"/spec/groupIDs/0" '],
    ['a description of null', write('a', [], { description: null }), '"/metadata/description" '],
    ['tags of null', write('a', [], { tags: null }), '"/metadata/tags" '],
    ['a tag without value', write('a', [], { tags: [{ name: 'a' }] }), '"/metadata/tags/0/value" '],
    ['a tag without name', write('a', [], { tags: [{ value: 'a' }] }), '"/metadata/tags/0/name" '],
  ];

  test.each(
    cases.flatMap(([what, body, message]) => [
      { what, method: 'POST', path: accounts, body, message },
      { what, method: 'PUT', path: account, body, message },
    ]),
  )('$method with $what', async ({ method, path, body, message }) => {
    const deployment = deploy();
    const before = JSON.stringify(deployment.state);
    const { status, error } = await deployment.send(method, path, { body });
    expect([status, error.error]).toEqual([400, 'invalid_request']);
    expect(error.error_description).toContain(message);
    expect(error.error_description).toMatch(/^the request body is not valid(?:: |$)/);
    expect(JSON.stringify(deployment.state)).toBe(before);
    expect(deployment.saves()).toBe(0);
  });
});

describe('what only the handler notices ends the connection, because its 400 is not declared, and changes nothing', () => {
  test.each([
    ['bytes after the JSON', `${JSON.stringify(write('a'))} x`],
    ['a second document', JSON.stringify(write('a')).repeat(2)],
    ['metadata that is no object', { metadata: 'a', spec }],
    ['metadata that is a list', { metadata: [], spec }],
  ])('%s', async (_, body) => {
    const deployment = deploy();
    const before = JSON.stringify(deployment.state);
    await expect(deployment.send('POST', accounts, { body })).rejects.toThrow('fetch failed');
    await expect(deployment.send('PUT', account, { body })).rejects.toThrow('fetch failed');
    expect(JSON.stringify(deployment.state)).toBe(before);
    expect(deployment.saves()).toBe(0);
  });
});

function sendAs(type: string): ReturnType<ReturnType<typeof deploy>['send']> {
  return deploy().send('POST', accounts, { body: write('a'), headers: { 'content-type': type } });
}

describe('the content type', () => {
  test.each(['application/json', 'application/json; charset=utf-8', 'application/json;charset=ascii'])(
    '%s is taken',
    async (type) => {
      expect((await sendAs(type)).status).toBe(201);
    },
  );

  test.each(['text/plain', 'application/JSON', 'application/problem+json', 'application/jsonx', ''])(
    '%j is not',
    async (type) => {
      const { status, error } = await sendAs(type);
      expect([status, error.error_description]).toEqual([
        400,
        `the request body is not valid: header Content-Type has unexpected value "${type}"`,
      ]);
    },
  );

  test('is not looked at where nothing is read', async () => {
    const headers = { 'content-type': 'text/plain' };
    const { status } = await deploy().send('POST', `${account}/rotate`, { body: 'anything', headers });
    expect(status).toBe(200);
  });
});

describe('a description', () => {
  test.each([
    ['POST', 261_000, 201],
    ['POST', 262_144, 500],
    ['PUT', 261_000, 200],
    ['PUT', 1_500_000, 500],
  ])('%s of %i bytes is %i', async (method, length, expected) => {
    const deployment = deploy();
    const body = write('a', [], { description: 'x'.repeat(length) });
    const path = method === 'PUT' ? account : accounts;
    expect((await deployment.send(method, path, { body })).status).toBe(expected);
    expect(deployment.saves()).toBe(expected === 500 ? 0 : 1);
  });

  test('of nothing is kept as it is', async () => {
    const { item } = await deploy().send('POST', accounts, { body: write('a', [], { description: '' }) });
    expect(item.metadata['description']).toBe('');
  });
});

test('tags of one name, without a name and without a value are kept', async () => {
  const deployment = deploy();
  const tags = [
    { name: 'a', value: '1' },
    { name: 'a', value: '2' },
    { name: '', value: '' },
  ];
  const { item } = await deployment.send('POST', accounts, { body: write('a', [], { tags }) });
  expect((await listed(deployment, item.metadata['id'])).metadata).toMatchObject({ tags });
});

describe('a name', () => {
  test.each(['a', 'A9', 'ci-deploy', 'a.b_c-D', '0', 'x'.repeat(63)])('may be %s', async (name) => {
    expect((await deploy().send('POST', accounts, { body: write(name) })).status).toBe(201);
  });

  test.each(['', '-a', 'a-', '.a', 'a_', 'a b', 'ä', 'a\n', 'a/b', 'x'.repeat(64)])('may not be %j', async (name) => {
    const { status, error } = await deploy().send('POST', accounts, { body: write(name) });
    expect(status).toBe(400);
    expect(error.error_description).toContain('"/metadata/name" ');
  });

  test('need not be unique', async () => {
    const { send } = deploy();
    expect((await send('POST', accounts, { body: write('terraform') })).status).toBe(201);
    expect((await send('POST', accounts, { body: write('terraform') })).status).toBe(201);
  });
});

test('a document that was read can be put back, its own id and status being ignored', async () => {
  const deployment = deploy();
  const read = await listed(deployment, accountIds.terraform);
  const body = {
    ...read,
    metadata: { ...read.metadata, id: accountIds.ciDeploy, createdBy: 'mallory@example.com' },
    status: { expiry: '2099-01-01T00:00:00Z', accessToken: 'mine' },
    extra: true,
  };
  const answer = await deployment.send('PUT', account, { body });
  expect(answer.status).toBe(200);
  expect(answer.item.status).toEqual(read.status);
  expect(answer.item.metadata).toMatchObject({ id: accountIds.terraform, createdBy: read.metadata['createdBy'] });
});

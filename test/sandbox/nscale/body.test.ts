import { describe, expect, test } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { accounts, deploy, listed, write } from './deployment.ts';

const account = `${accounts}/${accountIds.terraform}`;
const spec = { groupIDs: [] };

describe('a body that does not fit is 400 and changes nothing', () => {
  const cases: readonly [string, unknown, string][] = [
    ['nothing at all', '', 'the request body is missing or malformed'],
    ['no JSON', '{', 'the request body is missing or malformed'],
    ['no metadata', { spec }, '"/metadata" '],
    ['metadata that is no object', { metadata: 'a', spec }, '"/metadata" '],
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
    expect(error.error_description).toMatch(/^the request body is (?:not valid: "|missing or)/);
    expect(JSON.stringify(deployment.state)).toBe(before);
    expect(deployment.saves()).toBe(0);
  });
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

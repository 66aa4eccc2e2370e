// @module-tag slow
import { describe, expect, test } from 'vitest';

import { groupIds, roleIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { runIn } from '../../harness/run.ts';
import { faults, lost } from '../faults.ts';
import { ciDeploy } from './ci-deploy.ts';
import { problem } from './faults.ts';
import { again, counted, looking } from './lost.ts';
import { accounts, verification } from './paths.ts';

/** Surprises 30, 34 to 37 and 39 of docs/contracts/nscale.md 9, each by its number. */
const deploy = useNscale();
const rotate = ['sa', 'rotate', '--id', ciDeploy, '--yes', '-q', '.credential.value, .verified'];

function badPath(): Response {
  return problem(400, 'invalid_request', 'invalid path/query element');
}

describe('30: 400 says nothing of a credential', () => {
  test('a new token that is answered 400 is not called bad', async () => {
    const deployment = deploy({
      newSecret: () => 'token',
      intercept: faults({ method: 'GET', path: '/organizations', hits: [2], answer: badPath }),
    });
    const { code, stdout, stderr } = await deployment.run(rotate);
    expect([code, stdout]).toEqual([0, 'token\nnull\n']);
    expect(stderr).toContain('could not be verified');
  });

  test('a token is tried by a path without ids', async () => {
    const deployment = deploy({ newSecret: () => 'token' });
    expect((await deployment.run(rotate)).stdout).toBe('token\ntrue\n');
    expect(deployment.requests.at(-1)).toBe(verification);
  });
});

test('34: a body is JSON and nothing else, and is called exactly that', async () => {
  const sent: { type: string | null; text: string }[] = [];
  const deployment = deploy({
    intercept: async (request, next) => {
      if (request.method !== 'GET') {
        const bytes = new Uint8Array(await request.clone().arrayBuffer());
        const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
        sent.push({ type: request.headers.get('content-type'), text });
      }
      return next(request);
    },
  });
  const stdin = `\uFEFF${JSON.stringify({ name: 'fresh' })}\n`;
  expect((await deployment.run(['sa', 'create', '--stdin', '-q', '.credential.value'], { stdin })).code).toBe(0);
  expect((await deployment.run(['sa', 'update', '--id', ciDeploy, '--description', 'x'])).code).toBe(0);
  expect((await deployment.run(rotate)).code).toBe(0);
  expect(sent.map(({ type }) => type)).toEqual(['application/json', 'application/json', null]);
  expect(sent.map(({ text }) => text[0] ?? '')).toEqual(['{', '{', '']);
  expect(sent.map(({ text }) => text.at(-1) ?? '')).toEqual(['}', '}', '']);
});

describe('35: too long a description', () => {
  const long = 'ä'.repeat(131_073);

  test.each([
    ['create', ['--name', 'fresh', '--to', 'file:a']],
    ['update', ['--id', ciDeploy]],
  ])('is found before anything is sent: %s', async (verb, flags) => {
    const deployment = deploy();
    const { code, stdout, stderr } = await deployment.run(['sa', verb, ...flags, '--description', long]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('sactl: the description is too long: nscale takes 256 KiB at most\n');
    expect(deployment.requests).toEqual([]);
  });

  test('is one that does not fit: 250,000 bytes do', async () => {
    const deployment = deploy();
    const argv = [
      'sa',
      'update',
      '--id',
      ciDeploy,
      '--description',
      'x'.repeat(250_000),
      '-q',
      '.description | length',
    ];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: '250000\n', stderr: '' });
  });
});

describe('36: a fresh token', () => {
  const lag = [
    ['403', () => problem(403, 'forbidden', 'service account not found'), 'null'],
    ['401 for a moment', () => problem(401, 'access_denied', 'token validation failed'), 'true'],
  ] as const;
  test.each(lag)('that is answered %s is not called bad', async (_, answer, verified) => {
    const fault = { method: 'GET', path: '/organizations', hits: [2, 3], answer };
    const deployment = deploy({ newSecret: () => 'token', intercept: faults(fault) });
    const context = deployment.context();
    const { code, stdout } = await runIn(context, rotate);
    expect([code, stdout]).toEqual([0, `token\n${verified}\n`]);
    expect(context.sleeps).toEqual(verified === 'true' ? [1000, 2000] : []);
  });
});

test('37: a connection that the server closed just then is settled by reading', async () => {
  const intercept = faults({ method: 'POST', hits: [1], done: true, answer: lost });
  const deployment = deploy({ ...counted(), intercept });
  const outcome = await deployment.run([...rotate.slice(0, -1), '.credential.value']);
  expect(outcome).toEqual({ code: 0, stdout: 'second\n', stderr: `${looking}${again('ci-deploy', ciDeploy)}` });
  const post = `POST ${accounts}/${ciDeploy}/rotate`;
  expect(deployment.mutations()).toEqual([post, post]);
});

describe('39: lists as they come', () => {
  test('roles by name, and of no organization', async () => {
    const outcome = await deploy().run(['roles', 'list', '--raw', '-q', '.[].metadata | .name, has("organizationId")']);
    expect(outcome.stdout).toBe('administrator\nfalse\nauditor\nfalse\nreader\nfalse\nuser\nfalse\n');
  });

  test('groups by id, with all members of each kind', async () => {
    const argv = ['groups', 'list', '--raw', '-q', '.[] | [.metadata.id, (.spec | keys_unsorted | length)] | @csv'];
    const { stdout } = await deploy().run(argv);
    const ids = Object.values(groupIds).toSorted();
    expect(stdout).toBe(ids.map((id) => `"${id}",4\n`).join(''));
  });

  test('a role is named in the table of groups, whatever the order of the lists', async () => {
    const { stdout } = await deploy().run(['groups', 'list', '-q', '.[] | select(.name == "inference") | .roles[]']);
    expect(stdout.trim().split('\n').toSorted()).toEqual([roleIds.reader, roleIds.user].toSorted());
  });
});

test.each(['two words', ' and'])('11: a space inside the token is never sent: %j', async (rest) => {
  const deployment = deploy();
  const env = { NSCALE_SERVICE_TOKEN: `${sandboxTokens.administrator} ${rest.trim()}` };
  const { code, stdout, stderr } = await deployment.run(['sa', 'list'], { env });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).not.toContain(sandboxTokens.administrator);
  expect(deployment.requests).toEqual([]);
});

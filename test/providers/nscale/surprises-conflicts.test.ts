import { describe, expect, test } from 'vitest';

import type { Intercept } from '../../harness/deployment.ts';
import { sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { runIn } from '../../harness/run.ts';
import { faults, lost } from '../faults.ts';
import { ciDeploy, described, put } from './ci-deploy.ts';
import { conflict, problem } from './faults.ts';
import { again, counted, looking, readings } from './lost.ts';
import { accounts, discovery, list, userInfo } from './paths.ts';

/** Surprises 29, 31 and 32 of docs/contracts/nscale.md 9, each by its number. */
const deploy = useNscale();
const rotate = ['sa', 'rotate', '--id', ciDeploy, '--yes', '-q', '.credential.value'];
const post = `POST ${accounts}/${ciDeploy}/rotate`;

describe('29: a connection that ends without an answer may be a decided error', () => {
  const create = ['sa', 'create', '--name', 'fresh', '--format', 'yaml'];
  const ended = 'nscale at https://identity.nks.europe-west4.nscale.com ended the connection without an answer';

  test('a create that left an account behind is found, and its token replaced', async () => {
    const id = 'aaaaaaaa-0000-4000-8000-000000000001';
    const intercept = faults({ method: 'POST', hits: [1], done: true, answer: lost });
    const deployment = deploy({ ...counted(), newId: () => id, intercept });
    const outcome = await deployment.run([...create.slice(0, -2), '-q', '.id, .credential.value']);
    expect(outcome).toEqual({ code: 0, stdout: `${id}\nsecond\n`, stderr: `${looking}${again('fresh', id)}` });
    expect(deployment.state.accounts.filter(({ name }) => name === 'fresh')).toHaveLength(1);
  });

  test('a create that did nothing is not sent again', async () => {
    const deployment = deploy({ intercept: faults({ method: 'POST', answer: lost }) });
    const context = deployment.context();
    expect(await runIn(context, create)).toEqual({
      code: 1,
      stdout: '',
      stderr: `${looking}sactl: cannot create service account fresh: ${ended}; nothing was changed\n`,
    });
    expect(deployment.mutations()).toEqual([`POST ${accounts}`]);
    expect(context.sleeps).toEqual(readings.window);
  });

  test('a delete that met another change is looked at, and sent again', async () => {
    const deployment = deploy({ intercept: faults({ method: 'DELETE', hits: [1], answer: lost }) });
    const remove = `DELETE ${accounts}/${ciDeploy}`;
    const outcome = await deployment.run(['sa', 'delete', '--id', ciDeploy, '--yes', '-q', '.deleted']);
    expect(outcome).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
    expect(deployment.requests).toEqual([discovery, list, userInfo, remove, list, remove]);
  });

  test('the list of an organization that does not exist', async () => {
    const argv = ['sa', 'list', '--org', 'aaaaaaaa-0000-4000-8000-000000000000'];
    const { code, stderr } = await deploy({ token: sandboxTokens.selfRotating }).run(argv);
    expect(code).toBe(4);
    expect(stderr).toContain('is not a member of nscale organization aaaaaaaa-');
  });
});

describe('31: a conflict', () => {
  test('of a rotation changed nothing, and is repeated', async () => {
    const deployment = deploy({
      ...counted(),
      intercept: faults({ method: 'POST', hits: [1, 2, 3], answer: conflict }),
    });
    const context = deployment.context();
    expect(await runIn(context, rotate)).toEqual({ code: 0, stdout: 'first\n', stderr: '' });
    expect(deployment.mutations()).toEqual([post, post, post, post]);
    expect(context.sleeps).toEqual([250, 250, 250]);
  });

  test('of a rotation that does not end is told as what it is', async () => {
    const deployment = deploy({ intercept: faults({ method: 'POST', answer: conflict }) });
    const outcome = await deployment.run([...rotate.slice(0, -2), '--format', 'yaml']);
    expect(outcome).toEqual({
      code: 5,
      stdout: '',
      stderr: `sactl: cannot rotate service account ci-deploy (${ciDeploy}): nscale answered 409: another change was made at the same time, at each of 4 tries; nothing was changed\n`,
    });
    expect(deployment.mutations()).toEqual([post, post, post, post]);
  });

  test.each([
    ["a gateway's page", () => new Response('<html>', { status: 409 })],
    ["somebody's JSON", () => Response.json({ message: 'conflict' }, { status: 409 })],
    ['another code', () => problem(409, 'teapot', 'this is another thing')],
  ])('that nscale does not call one is not repeated: %s', async (_, answer) => {
    const deployment = deploy({ intercept: faults({ method: 'POST', answer }) });
    expect((await deployment.run(rotate)).code).not.toBe(0);
    expect(deployment.mutations()).toEqual([post]);
  });

  test('of an update can come after half of it is stored: it is read again and merged', async () => {
    const deployment = deploy({ intercept: half });
    async function half(...[request, next]: Parameters<Intercept>): Promise<Response> {
      if (request.method !== 'PUT' || deployment.mutations().length > 1) return next(request);
      await next(request);
      for (const group of deployment.state.groups) group.accountIds = group.accountIds.filter((id) => id !== ciDeploy);
      return conflict();
    }
    const argv = [
      'sa',
      'update',
      '--id',
      ciDeploy,
      '--description',
      'new',
      '--add-group',
      'inference',
      '-q',
      '.groups[]',
    ];
    const { code, stdout, stderr } = await deployment.run(argv);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(deployment.mutations()).toEqual([put, put]);
  });
});

test('32: an update has no precondition, so what it does not name is read just before it is sent', async () => {
  const deployment = deploy({
    intercept: (request, next) => {
      const reads = deployment.requests.filter((one) => one === list).length;
      // Somebody else adds a tag after the account was found.
      if (request.method === 'GET' && reads === 2) {
        const account = deployment.state.accounts.find(({ id }) => id === ciDeploy);
        if (account !== undefined) account.tags = [...account.tags, { name: 'other', value: '1' }];
      }
      return next(request);
    },
  });
  const outcome = await deployment.run(['sa', 'update', '--id', ciDeploy, '--description', 'new', '-q', '.tags']);
  expect(outcome).toEqual({ code: 0, stdout: '{"team":"platform","other":"1"}\n', stderr: '' });
  const { metadata, spec } = described;
  expect(deployment.bodies).toEqual([
    { metadata: { ...metadata, tags: [...metadata.tags, { name: 'other', value: '1' }] }, spec },
  ]);
});

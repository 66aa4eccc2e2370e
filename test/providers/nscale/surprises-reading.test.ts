import { describe, expect, test } from 'vitest';

import { accountIds, groupIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { organizationId, sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { runIn } from '../../harness/run.ts';
import { ciDeploy, put } from './ci-deploy.ts';
import { faults, type Fault } from '../faults.ts';
import { accounts, discovery, groups, list, roles, verification } from './paths.ts';

/** Surprises 17, 18 and 21 to 26 of docs/contracts/nscale.md 9, each by its number. */
const deploy = useNscale();
const { inference, mlTraining } = groupIds;

describe('17: the order of lists and of groups means nothing', () => {
  test('accounts are shown by name, and raw as they came', async () => {
    const deployment = deploy();
    const { stdout: names } = await deployment.run(['sa', 'list', '-q', '.[].name']);
    const shown = names.trim().split('\n');
    expect(shown).toEqual(shown.toSorted());
    const raw = ['sa', 'list', '--raw', '-q', '.[].metadata.id'];
    const ids = (await deployment.run(raw)).stdout.trim().split('\n');
    expect(ids).toEqual(Object.values(accountIds).toSorted());
  });

  test('groups are shown in one order whenever they are read', async () => {
    const deployment = deploy();
    const shown = JSON.stringify([mlTraining, inference].toSorted());
    for (let turn = 0; turn < 3; turn += 1) {
      const outcome = await deployment.run(['sa', 'get', '--id', ciDeploy, '-q', '.groups']);
      expect(outcome.stdout).toBe(`${shown}\n`);
    }
  });

  test('the groups an account has in another order are no change', async () => {
    const deployment = deploy();
    const flags = ['--group', inference, '--group', mlTraining, '-q', '.id'];
    const outcome = await deployment.run(['sa', 'update', '--id', ciDeploy, ...flags]);
    expect(outcome).toEqual({
      code: 0,
      stdout: `${ciDeploy}\n`,
      stderr: 'sactl: nothing to change; nothing was sent\n',
    });
    expect(deployment.mutations()).toEqual([]);
  });
});

test('18: what nscale leaves out is null here, and left out of raw', async () => {
  const deployment = deploy();
  const argv = ['sa', 'get', '--id', accountIds.scratch, '-q'];
  const filter = '[.description, .updatedAt, .tags]';
  expect((await deployment.run([...argv, filter])).stdout).toBe('[null,null,{}]\n');
  const raw = await deployment.run([...argv, '.metadata | has("description"), has("tags")', '--raw']);
  expect(raw.stdout).toBe('false\nfalse\n');
});

describe('21: words and keys of other versions', () => {
  const item = {
    metadata: {
      id: ciDeploy,
      name: 'ci-deploy',
      provisioningStatus: 'hibernating',
      healthStatus: 'sleepy',
      provisioningStatusDetail: { reason: 'Winter', message: 'zzz' },
    },
    spec: { groupIDs: [], quota: 3 },
    status: { expiry: '2027-02-20T12:00:00Z' },
    more: true,
  };
  const fault: Fault = { method: 'GET', path: '/serviceaccounts', answer: () => Response.json([item]) };

  test('are no error: the status is unknown', async () => {
    const deployment = deploy({ intercept: faults(fault) });
    const outcome = await deployment.run(['sa', 'get', '--id', ciDeploy, '-q', '.status']);
    expect(outcome).toEqual({ code: 0, stdout: 'unknown\n', stderr: '' });
  });

  test('are all in raw', async () => {
    const deployment = deploy({ intercept: faults(fault) });
    const outcome = await deployment.run(['sa', 'get', '--id', ciDeploy, '--raw', '-q', '.']);
    expect(JSON.parse(outcome.stdout)).toEqual(item);
  });
});

test.each(['v1.19', 'v1.20'] as const)(
  '22: no command asks for the version, or does otherwise with %s',
  async (behaviour) => {
    const deployment = deploy({ behaviour, newSecret: () => 'token' });
    const create = ['sa', 'create', '--name', 'fresh', '--group', 'inference'];
    const outcome = await deployment.run([...create, '-q', '.credential.value,.groups[]']);
    expect(outcome).toEqual({ code: 0, stdout: `token\n${inference}\n`, stderr: '' });
    expect(deployment.requests).toEqual([
      discovery,
      list,
      `GET ${groups}`,
      `GET ${roles}`,
      list,
      `POST ${accounts}`,
      list,
      verification,
    ]);
  },
);

test('23: who may not list groups types their ids', async () => {
  const forbidden: Fault = {
    method: 'GET',
    path: '/groups',
    answer: () => Response.json({ error: 'forbidden', error_description: 'forbidden' }, { status: 403 }),
  };
  const deployment = deploy({ newSecret: () => 'token', intercept: faults(forbidden) });
  const asked: string[] = [];
  const answers = ['fresh', '', `${inference}, ${mlTraining}`];
  const outcome = await deployment.run(['sa', 'create', '-q', '.credential.value'], {
    terminal: 120,
    prompt: {
      confirm: () => Promise.resolve(true),
      input: ({ message }) => {
        asked.push(message);
        return Promise.resolve(answers[asked.length - 1] ?? '');
      },
    },
  });
  expect(outcome).toMatchObject({ code: 0, stdout: 'token\n' });
  expect(asked).toEqual([
    'Name',
    'Description (optional)',
    'Group ids, separated by commas (this token may not list groups; optional)',
  ]);
  expect(deployment.bodies).toMatchObject([{ spec: { groupIDs: [inference, mlTraining] } }]);
});

test('24: a new group may take a minute to act, so nobody tries it at once', async () => {
  const deployment = deploy();
  const context = deployment.context();
  const argv = ['sa', 'update', '--id', accountIds.selfRotating, '--add-group', 'platform-admins'];
  const outcome = await runIn(context, [...argv, '-q', '.name']);
  expect(outcome).toEqual({ code: 0, stdout: 'self-rotating\n', stderr: '' });
  const after = deployment.requests.slice(deployment.requests.indexOf(deployment.mutations()[0] ?? ''));
  expect(after).toEqual([put.replace(ciDeploy, accountIds.selfRotating), list]);
  expect(context.sleeps).toEqual([]);
});

describe('25: an answer of a gateway', () => {
  const argv = ['sa', 'list', '--org', organizationId];

  test('is told by its status and its kind, and nothing of the page', async () => {
    const page = { headers: { 'content-type': 'text/html' }, status: 502 };
    const fault = { method: 'GET', answer: () => new Response('<html>nginx</html>', page) };
    const deployment = deploy({ intercept: faults(fault) });
    const context = deployment.context();
    expect(await runIn(context, argv)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'sactl: cannot list service accounts: a gateway answered in place of nscale: 502 (bad gateway) with an HTML page\n' +
        'hint: look for a proxy, firewall or login page before https://identity.nks.europe-west4.nscale.com, and check that endpoint (default)\n',
    });
    expect(deployment.requests).toEqual([list, list, list, list]);
    expect(context.sleeps).toEqual([500, 1000, 2000]);
  });

  test.each([
    ['0af7651916cd43dd8448eb211c80319c', '0af7651916cd43dd8448eb211c80319c'],
    ['0'.repeat(32), null],
  ])('has the trace id %s', async (id, traceId) => {
    const body = { error: 'server_error', error_description: 'no', trace_id: id };
    const fault = { method: 'GET', answer: () => Response.json(body, { status: 500 }) };
    const { stderr } = await deploy({ intercept: faults(fault) }).run([...argv, '--json']);
    expect(JSON.parse(stderr)).toMatchObject({ error: { status: 500, traceId } });
  });
});

test.each([
  ['list', []],
  ['get', ['--id', ciDeploy]],
  ['create', ['--name', 'fresh']],
  ['update', ['--id', ciDeploy, '--description', 'x']],
  ['rotate', ['--id', ciDeploy, '--yes']],
  ['delete', ['--id', ciDeploy, '--yes']],
])('26: %s takes -q or --json, not both', async (verb, flags) => {
  const deployment = deploy({ token: sandboxTokens.administrator });
  const { code, stdout, stderr } = await deployment.run(['sa', verb, ...flags, '--json', '-q', '.']);
  expect([code, stdout]).toEqual([2, '']);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'usage' } });
  expect(deployment.requests).toEqual([]);
});

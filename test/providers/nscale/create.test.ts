// @module-tag slow
import { describe, expect, test } from 'vitest';

import { accountIds, groupIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import type { Intercept } from '../../harness/deployment.ts';
import { useNscale, type NscaleOptions } from '../../harness/nscale.ts';
import { runIn } from '../../harness/run.ts';
import { faults, lost, type Fault } from '../faults.ts';
import { conflict, forbidden, serverError } from './faults.ts';
import { accounts, discovery, groups, list, verification, roles } from './paths.ts';

const install = useNscale();
const { inference, mlTraining } = groupIds;
const id = 'aaaaaaaa-0000-4000-8000-000000000001';
const tag = { name: 'sactl-operation', value: '00000000-0000-4000-8000-000000000001' };
const post = `POST ${accounts}`;
const put = `PUT ${accounts}/${id}`;
const create = ['sa', 'create', '--name', 'fresh'];
const printed = ['-q', '.credential.value', '-q', '.groups'];

function deploy(options: NscaleOptions = {}): ReturnType<typeof install> {
  return install({ newId: () => id, newSecret: () => 'a.b.c.d.e', ...options });
}

/** Forgets the groups of whatever is created, as v1.19 does when putting an account into them fails. */
function forgetting(deployment: () => ReturnType<typeof install>, intercept: Intercept): Intercept {
  return async (request, next) => {
    const answer = await intercept(request, next);
    if (request.method === 'POST') {
      for (const group of deployment().state.groups) {
        group.accountIds = group.accountIds.filter((account) => account !== id);
      }
    }
    return answer;
  };
}

function deployForgetting(...hits: readonly Fault[]): ReturnType<typeof install> {
  const deployment = deploy({ intercept: forgetting(() => deployment, faults(...hits)) });
  return deployment;
}

test('sends the account once, with a tag that tells it is ours', async () => {
  const deployment = deploy();
  const flags = ['--description', 'Builds', '--tag', 'team=vision', '--group', 'inference'];
  expect(await deployment.run([...create, ...flags, ...printed])).toEqual({
    code: 0,
    stdout: `a.b.c.d.e\n["${inference}"]\n`,
    stderr: '',
  });
  expect(deployment.requests).toEqual([
    discovery,
    list,
    `GET ${groups}`,
    `GET ${roles}`,
    list,
    post,
    list,
    verification,
  ]);
  expect(deployment.bodies).toEqual([
    {
      metadata: { name: 'fresh', description: 'Builds', tags: [{ name: 'team', value: 'vision' }, tag] },
      spec: { groupIDs: [inference] },
    },
  ]);
});

test('without groups nothing has to be read again', async () => {
  const deployment = deploy();
  const outcome = await deployment.run([...create, ...printed]);
  expect(outcome).toEqual({ code: 0, stdout: 'a.b.c.d.e\n[]\n', stderr: '' });
  expect(deployment.requests).toEqual([discovery, list, list, post, verification]);
});

describe('groups that are shown are those that took effect', () => {
  test.each(['v1.19', 'v1.20'] as const)('%s', async (behaviour) => {
    const deployment = deploy({ behaviour });
    const flags = ['--group', 'inference', '--group', mlTraining];
    const outcome = await deployment.run([...create, ...flags, ...printed]);
    const shown = JSON.stringify([inference, mlTraining].toSorted());
    expect(outcome).toEqual({ code: 0, stdout: `a.b.c.d.e\n${shown}\n`, stderr: '' });
    expect(deployment.mutations()).toEqual([post]);
  });

  test('a list that lags is read until it shows the account', async () => {
    const deployment = deploy({ listLag: 3 });
    const context = deployment.context();
    const outcome = await runIn(context, [...create, '--group', inference, ...printed]);
    expect(outcome).toEqual({ code: 0, stdout: `a.b.c.d.e\n["${inference}"]\n`, stderr: '' });
    expect(context.sleeps).toEqual([500, 500, 500]);
    expect(deployment.mutations()).toEqual([post]);
  });

  test('a list that never shows the account: credential delivered, groups unknown', async () => {
    const deployment = deploy({ listLag: 6 });
    const argv = [...create, '--group', inference, '-q', '.credential.value'];
    const outcome = await deployment.run(argv);
    expect(outcome.code).toBe(6);
    expect(outcome.stdout).toBe('a.b.c.d.e\n');
    expect(JSON.parse(outcome.stderr)).toMatchObject({
      error: {
        code: 'partial',
        message: `service account fresh (${id}) was created, but the list does not show it yet, so its groups could not be checked`,
        hint: `sactl serviceaccounts get --id ${id}`,
      },
    });
  });
});

describe('a group that did not take', () => {
  const argv = [...create, '--group', 'inference', ...printed];

  test('is set by an update', async () => {
    const deployment = deployForgetting();
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: `a.b.c.d.e\n["${inference}"]\n`, stderr: '' });
    expect(deployment.mutations()).toEqual([post, put]);
    expect(deployment.bodies[1]).toEqual({ metadata: { name: 'fresh', tags: [tag] }, spec: { groupIDs: [inference] } });
  });

  test.each([
    ['may not', { method: 'PUT', answer: forbidden }, 1],
    ['meets other writes', { method: 'PUT', answer: conflict }, 5],
    ['fails', { method: 'PUT', answer: serverError }, 5],
    ['loses its answer', { method: 'PUT', answer: lost }, 5],
  ] as const)('where the update %s: partial, and the credential is out', async (_, fault, count) => {
    const deployment = deployForgetting(fault);
    const { code, stdout, stderr } = await deployment.run(argv);
    expect([code, stdout]).toEqual([6, 'a.b.c.d.e\n[]\n']);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'partial',
        message: `service account fresh (${id}) was created, but could not be put into group ${inference}`,
        hint: `sactl serviceaccounts get --id ${id}`,
        provider: 'nscale',
        status: null,
        traceId: null,
        retryable: false,
        exitCode: 6,
      },
    });
    expect(deployment.mutations()).toEqual([post, ...Array.from({ length: count }, () => put)]);
  });

  test('where the list cannot be read: partial, and the credential is out', async () => {
    const deployment = deploy({
      intercept: (request, next) =>
        request.method === 'GET' && deployment.mutations().length > 0 ? forbidden() : next(request),
    });
    const { code, stdout } = await deployment.run(argv);
    expect([code, stdout]).toEqual([6, 'a.b.c.d.e\n[]\n']);
    expect(deployment.mutations()).toEqual([post]);
  });
});

describe('a name that is taken', () => {
  const taken = ['sa', 'create', '--name', 'ci-deploy', '-q', '.credential'];

  test('is refused before anything is sent, although nscale would make a second one', async () => {
    const deployment = deploy();
    const { code, stdout, stderr } = await deployment.run(taken);
    expect([code, stdout]).toEqual([5, '']);
    expect(stderr).toContain(accountIds.ciDeploy);
    expect(deployment.mutations()).toEqual([]);
  });

  test('is used with --if-missing', async () => {
    const deployment = deploy();
    expect(await deployment.run([...taken, '--if-missing'])).toEqual({
      code: 0,
      stdout: 'null\n',
      stderr: 'sactl: an account named ci-deploy exists; its credential cannot be shown again\n',
    });
    expect(deployment.mutations()).toEqual([]);
  });

  test('is used twice with --allow-duplicate', async () => {
    const deployment = deploy();
    const argv = [...taken.slice(0, -1), '.credential.value', '--allow-duplicate'];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: 'a.b.c.d.e\n', stderr: '' });
    expect(deployment.mutations()).toEqual([post]);
  });
});

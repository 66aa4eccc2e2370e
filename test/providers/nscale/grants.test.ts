import { describe, expect, test } from 'vitest';

import { accountIds, groupIds, roleIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { useNscale } from '../../harness/nscale.ts';
import { faults } from '../faults.ts';
import { forbidden, problem, serverError } from './faults.ts';
import { accounts, discovery, groups, list, roles } from './paths.ts';

/** Surprise 38 of docs/contracts/nscale.md 9: groups with a role that the caller may not grant. */
const deploy = useNscale();
const { scratch } = accountIds;
const cost = 'cost-report';
const { billingReadonly, inference } = groupIds;
const create = ['sa', 'create', '--name', 'fresh', '--group', 'billing-readonly'];
const update = ['sa', 'update', '--id', scratch, '--add-group', 'billing-readonly'];
const warning = `group billing-readonly (${billingReadonly}) carries role "auditor", which you may not grant: nscale may refuse it`;

describe.each([
  ['create', create],
  ['update', update],
])('38: a role that the caller may not grant: %s', (verb, argv) => {
  test('says beforehand which role may not be granted', async () => {
    const deployment = deploy();
    const { code, stdout, stderr } = await deployment.run([...argv, '--dry-run', '-q', '.effects[]']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toContain(warning);
    expect(deployment.requests).toEqual([
      discovery,
      list,
      `GET ${groups}`,
      ...(verb === 'create' ? [`GET ${roles}`] : [list, `GET ${roles}`]),
    ]);
  });

  test.each([
    ['may not be read', forbidden],
    ['cannot be read', serverError],
    ['do not say', () => Response.json([{ metadata: { id: roleIds.auditor, name: 'auditor' } }])],
    ['are not listed', () => Response.json([])],
  ])('says nothing, and refuses nothing, where roles %s', async (_, answer) => {
    const deployment = deploy({
      newSecret: () => 'token',
      intercept: faults({ method: 'GET', path: '/roles', answer }),
    });
    const preview = await deployment.run([...argv, '--dry-run', '-q', '.effects[]']);
    expect([preview.code, preview.stdout.includes('grant')]).toEqual([0, false]);
    const outcome = await deployment.run([...argv, '-q', '.name']);
    expect(outcome.code).toBe(verb === 'create' ? 2 : 0);
  });

  test('leaves it to a server that allows it', async () => {
    const deployment = deploy({ newSecret: () => 'token', behaviour: 'v1.19' });
    const { code } = await deployment.run([...argv, '-q', '.']);
    expect(code).toBe(0);
  });

  test('gives the reason of a server that refuses it, and what helps', async () => {
    const deployment = deploy({ behaviour: 'v1.20' });
    const { code, stdout, stderr } = await deployment.run([...argv, '-q', '.']);
    const what = verb === 'create' ? 'create service account fresh' : `update service account scratch (${scratch})`;
    expect([code, stdout]).toEqual([4, '']);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'forbidden',
        message: `cannot ${what}: nscale answered 403: members cannot be added to the group: role "auditor" (${roleIds.auditor}) is not grantable by the caller`,
        hint: 'name groups whose roles you may grant: sactl roles list',
        provider: 'nscale',
        status: 403,
        traceId: '0af7651916cd43dd8448eb211c80319c',
        retryable: false,
        exitCode: 4,
      },
    });
    expect(deployment.mutations()).toHaveLength(1);
  });
});

test('groups whose roles may be granted are not spoken of, nor those an account is in already', async () => {
  const deployment = deploy();
  const joins = ['sa', 'update', '--id', scratch, '--add-group', 'inference', '--dry-run', '-q', '.effects[]'];
  expect((await deployment.run(joins)).stdout).toBe(`it joins group inference (${inference})\n`);
  const stays = ['sa', 'update', '--id', cost, '--add-group', 'billing-readonly', '--description', 'x'];
  const outcome = await deployment.run([...stays, '--dry-run', '-q', '.effects[]']);
  expect(outcome.stdout).not.toContain('grant');
});

test('a confirmation shows it', async () => {
  const deployment = deploy();
  const outcome = await deployment.run([...update], {
    terminal: 200,
    prompt: { confirm: () => Promise.resolve(false) },
  });
  expect(outcome.code).toBe(2);
  expect(outcome.stderr).toContain(`  - ${warning}\n`);
  expect(deployment.mutations()).toEqual([]);
});

test.each([
  ['the permission is lacking', 'operation is not allowed by rbac: operation not permitted here'],
  ['nothing is said', 'forbidden'],
])('a refusal because %s keeps its hint', async (_, description) => {
  function answer(): Response {
    return problem(403, 'forbidden', description);
  }
  const deployment = deploy({ intercept: faults({ method: 'POST', path: '/serviceaccounts', answer }) });
  const { stderr } = await deployment.run([...create, '-q', '.']);
  expect(JSON.parse(stderr)).toMatchObject({
    error: { hint: 'the credential from environment variable NSCALE_SERVICE_TOKEN lacks the permission' },
  });
  expect(deployment.mutations()).toEqual([`POST ${accounts}`]);
});

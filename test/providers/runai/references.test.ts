import { describe, expect, test } from 'vitest';

import { roleIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { useRunai } from '../../harness/runai.ts';
import { faults } from '../faults.ts';
import { pagesOf, problem } from './faults.ts';
import { clusters, departments, projects, roles, rules } from './paths.ts';

/** How roles, scopes and rules are named, and what is refused. */
const deploy = useRunai();
const create = ['accessrules', 'create', '--account', 'ci-vision'];

describe('a role or scope that is not one is refused with the candidates', () => {
  test.each([
    [
      'an ambiguous project',
      ['Viewer', 'project:vision'],
      'several projects are named "vision": 4301 (gpu-east/vision), 4302 (gpu-west/vision)',
      'name one by its id, or its cluster with --cluster',
    ],
    [
      'a project of another cluster',
      ['Viewer', 'project:language', '--cluster', 'gpu-west'],
      'no project has the id or name "language"',
      'sactl scopes list --provider runai',
    ],
    [
      'the beginning of a name',
      ['Viewer', 'project:visio'],
      'no project has the id or name "visio"',
      'sactl scopes list --provider runai',
    ],
    [
      'an unknown cluster',
      ['Viewer', 'project:vision', '--cluster', 'gpu-south'],
      'no cluster has the id or name "gpu-south"; there are gpu-east, gpu-west',
      null,
    ],
    [
      'a role that is not in force',
      ['L2 researcher', 'tenant'],
      'no role has the id or name "L2 researcher"; there are System administrator (1), ',
      'sactl roles list --provider runai',
    ],
  ])('%s', async (_, [role = '', scope = '', ...flags], problemText, hint) => {
    const deployment = deploy();
    const argv = [...create, '--role', role, '--scope', scope, ...flags, '--json'];
    const { code, stdout, stderr } = await deployment.run(argv);
    expect([code, stdout]).toEqual([2, '']);
    const { error } = JSON.parse(stderr) as { error: { message: string; hint: string | null } };
    expect(error.message.slice(0, problemText.length)).toBe(problemText);
    expect(error.hint).toBe(hint);
    expect(deployment.mutations()).toEqual([]);
  });

  test('an ambiguous role', async () => {
    const deployment = deploy({
      intercept: async (request, next) => {
        const answer = await next(request);
        if (!request.url.includes('/roles')) return answer;
        const body = (await answer.json()) as { roles: { id: number; name: string }[] };
        const double = body.roles.map((role) => ({ ...role, id: role.id + 100 }));
        return Response.json({ roles: [...body.roles, ...double] });
      },
    });
    const outcome = await deployment.run([...create, '--role', 'viewer', '--scope', 'tenant']);
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'sactl: several roles are named "viewer": Viewer (10), Viewer (110)\n' +
        'hint: sactl roles list --provider runai\n',
    });
    expect(deployment.mutations()).toEqual([]);
  });

  test.each(['vision', 'project:', 'workload:x', 'tenant:acme', 'tenant:', ''])(
    'the scope "%s" before anything is asked',
    async (scope) => {
      const deployment = deploy();
      const outcome = await deployment.run([...create, '--role', 'Viewer', '--scope', scope]);
      expect(outcome.code).toBe(2);
      expect([deployment.requests, deployment.tokenRequests]).toEqual([[], []]);
    },
  );
});

test.each([
  ['2.24', [roles]],
  ['3.0', [roles]],
  ['2.23', [roles, 'GET /api/v1/authorization/roles']],
] as const)('roles list on %s', async (controlPlane, requests) => {
  const deployment = deploy({ controlPlane });
  const { code, stdout, stderr } = await deployment.run(['roles', 'list', '-q', '.[].name']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.trim().split('\n')).toHaveLength(Object.keys(roleIds).length - 1);
  expect(stdout).not.toContain('L2 researcher');
  expect(deployment.requests).toEqual(requests);
});

test('roles are read page by page', async () => {
  const deployment = deploy({ intercept: pagesOf(4) });
  const outcome = await deployment.run(['roles', 'list', '-q', 'length']);
  expect(outcome).toEqual({ code: 0, stdout: '9\n', stderr: '' });
  expect(deployment.requests).toEqual([0, 4, 8].map((at) => roles.replace(/0$/, String(at))));
});

test('scopes list has the tenant, and every path says its cluster', async () => {
  const deployment = deploy();
  const outcome = await deployment.run(['scopes', 'list', '-q', '.[]|[.type,.path]|join(" ")']);
  expect(outcome.stdout.trim().split('\n').toSorted()).toEqual([
    'cluster gpu-east',
    'cluster gpu-west',
    'department gpu-east/platform',
    'department gpu-east/product',
    'department gpu-east/research',
    'department gpu-west/lab',
    'project gpu-east/language',
    'project gpu-east/monitoring',
    'project gpu-east/recommender',
    'project gpu-east/vision',
    'project gpu-west/robotics',
    'project gpu-west/vision',
    'tenant 1001',
  ]);
  expect(deployment.requests).toEqual([clusters, departments, projects]);
});

describe('accessrules delete', () => {
  const remove = ['accessrules', 'delete', '--yes', '--id'];

  test('takes the rule away', async () => {
    const deployment = deploy();
    expect(await deployment.run([...remove, '102', '-q', '.deleted,.id'])).toEqual({
      code: 0,
      stdout: 'true\n102\n',
      stderr: '',
    });
    // The accounts say whether it is the caller's own rule.
    expect(deployment.requests).toEqual([`GET ${rules}/102`, 'GET /api/v1/service-accounts', `DELETE ${rules}/102`]);
  });

  test.each(['999', '114'])("of %s, which is no account's, is not found", async (rule) => {
    const deployment = deploy();
    expect(await deployment.run([...remove, rule])).toEqual({
      code: 3,
      stdout: '',
      stderr:
        `sactl: there is no access rule with the id ${rule} of a Run:ai service account\n` +
        'hint: sactl accessrules list --provider runai\n',
    });
    expect(deployment.requests).toEqual([`GET ${rules}/${rule}`]);
  });

  test('of one that is gone by now is a success', async () => {
    const gone = { method: 'DELETE', answer: () => problem(404, 'not found') };
    const outcome = await deploy({ intercept: faults(gone) }).run([...remove, '102', '-q', '.id']);
    expect(outcome).toEqual({ code: 0, stdout: '102\n', stderr: '' });
  });
});

// @module-tag slow
import { describe, expect, test } from 'vitest';

import { clusterIds, projectIds, roleIds } from '../../../src/sandbox/runai/seed-ids.ts';
import type { Intercept } from '../../harness/deployment.ts';
import { useRunai } from '../../harness/runai.ts';
import { faults } from '../faults.ts';
import { forbidden, problem } from './faults.ts';
import { accounts, ciVision, clusters, departments, findCiVision, list, projects, roles, rules } from './paths.ts';

/** The surprises of docs/contracts/runai.md 15 about grants, each by its number. */
const deploy = useRunai();
const { name } = ciVision;
const create = ['accessrules', 'create', '--account', name];
const post = `POST ${rules}`;

/** The caller may read nothing whose path ends so. */
function blindTo(...paths: readonly string[]): Intercept {
  return faults(...paths.map((path) => ({ method: 'GET', path, answer: forbidden })));
}

const everything = ['/roles', '/clusters', clusterIds.west, '/departments', '/projects', projectIds.visionWest];

function newToken(): string {
  return 'opaque';
}

/** Accounts say of their tenant what `tenantOf` says; null: nothing. */
async function withTenants(answer: Response, tenantOf: (index: number) => number | string | null): Promise<Response> {
  const items = (await answer.json()) as Record<string, unknown>[];
  for (const [index, item] of items.entries()) item['tenantId'] = tenantOf(index);
  return Response.json(items);
}

/** Accounts without their tenant, as a control plane may show them. */
async function withoutTenants(...[request, next]: Parameters<Intercept>): Promise<Response> {
  const answer = await next(request);
  return request.url.endsWith(accounts) ? withTenants(answer, () => null) : answer;
}

describe('25: a grant needs what it names, and nothing else', () => {
  const tenant = [...create, '--role', String(roleIds.viewer), '--scope', 'tenant', '-q', '.scopeType,.scopeId'];
  const granted = { code: 0, stdout: 'tenant\n1001\n', stderr: '' };

  test.each([
    ['the tenant by the token', ['/clusters', '/departments', '/projects'], 'tenant', []],
    ['a tenant by its id', ['/clusters', '/departments', '/projects'], 'tenant:1001', []],
    ['a project by its name', ['/clusters', '/departments'], 'project:language', [projects]],
    ['a department by its name', ['/clusters', '/projects'], 'department:lab', [departments]],
    ['a cluster by its name', ['/departments', '/projects'], 'cluster:gpu-west', [clusters]],
  ])('%s', async (_, unreadable, scope, asked) => {
    const deployment = deploy({ intercept: blindTo(...unreadable) });
    const outcome = await deployment.run([...create, '--role', 'Viewer', '--scope', scope, '-q', '.role']);
    expect(outcome).toEqual({ code: 0, stdout: 'Viewer\n', stderr: '' });
    expect(deployment.requests).toEqual([...findCiVision, roles, ...asked, post]);
  });

  test.each([
    ['project', projectIds.visionWest, undefined],
    ['cluster', clusterIds.west, undefined],
    ['tenant', '1001', undefined],
  ])('ids go as they are where nothing can be read: %s', async (type, scopeId) => {
    const deployment = deploy({ intercept: blindTo(...everything) });
    const argv = [...create, '--role', '10', '--scope', `${type}:${scopeId}`, '-q', '.role,.scopeId'];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: `Viewer\n${scopeId}\n`, stderr: '' });
    expect(deployment.bodies).toEqual([
      { subjectId: name, subjectType: 'service-account', roleId: 10, scopeType: type, scopeId },
    ]);
    expect(deployment.requests).not.toEqual(expect.arrayContaining([departments]));
  });

  test('the cluster of an id that cannot be read is the one that was given', async () => {
    const deployment = deploy({ intercept: blindTo(...everything) });
    const scope = `project:${projectIds.visionWest}`;
    const argv = [...create, '--role', '10', '--scope', scope, '--cluster', clusterIds.west, '-q', '.id'];
    expect((await deployment.run(argv)).code).toBe(0);
    expect(deployment.bodies).toMatchObject([{ scopeId: projectIds.visionWest, clusterId: clusterIds.west }]);
  });

  test('so does a new account', async () => {
    const options = { newId: () => 'a1', newSecret: () => 'new-secret' };
    const deployment = deploy({ ...options, intercept: blindTo(...everything) });
    const rights = ['--role', '10', '--scope', `project:${projectIds.visionWest}`];
    expect(await deployment.run(['sa', 'create', '--name', 'fresh', ...rights, '-q', '.credential.value'])).toEqual({
      code: 0,
      stdout: 'new-secret\n',
      stderr: `sactl: granted role 10 on project ${projectIds.visionWest}\n`,
    });
    expect(deployment.mutations()).toEqual([`POST ${accounts}`, post]);
  });

  test.each([
    [
      'role',
      ['Viewer', 'tenant'],
      'role "Viewer": this credential may not list roles',
      'name it by its id, a number: --role <id>',
    ],
    [
      'project',
      ['10', 'project:vision'],
      'project "vision": this credential may not list projects',
      'name it by its id, a number: --scope project:<id>',
    ],
    [
      'department',
      ['10', 'department:lab'],
      'department "lab": this credential may not list departments',
      'name it by its id, a number: --scope department:<id>',
    ],
    [
      'cluster',
      ['10', 'cluster:gpu-west'],
      'cluster "gpu-west": this credential may not list clusters',
      'name it by its id, a UUID',
    ],
    [
      'cluster of a project',
      ['10', 'project:4302', '--cluster', 'gpu-west'],
      'cluster "gpu-west": this credential may not list clusters',
      'name it by its id, a UUID',
    ],
  ])(
    'a name that cannot be looked up is refused with the reason: %s',
    async (_, [role = '', scope = '', ...flags], what, hint) => {
      const deployment = deploy({ intercept: blindTo(...everything) });
      expect(await deployment.run([...create, '--role', role, '--scope', scope, ...flags])).toEqual({
        code: 4,
        stdout: '',
        stderr: `sactl: cannot look up ${what}\nhint: ${hint}\n`,
      });
      expect(deployment.mutations()).toEqual([]);
    },
  );

  test('an outage of a list is no lack of permission', async () => {
    const broken = { method: 'GET', path: '/projects', answer: () => problem(500, 'Something went wrong') };
    const deployment = deploy({ intercept: faults(broken) });
    const { code, stderr } = await deployment.run([...create, '--role', 'Viewer', '--scope', 'project:language']);
    expect([code, stderr]).toEqual([1, 'sactl: cannot list projects: runai answered 500: Something went wrong\n']);
    expect(deployment.mutations()).toEqual([]);
  });

  describe('a token that says no tenant', () => {
    const firstRule = `GET ${rules}?limit=1&offset=0`;

    test('has it in the accounts', async () => {
      const deployment = deploy({ newToken, intercept: blindTo('/clusters') });
      expect(await deployment.run(tenant)).toEqual(granted);
      expect(deployment.requests).toEqual([...findCiVision, roles, list, post]);
    });

    test('else in the rules', async () => {
      const deployment = deploy({ newToken, intercept: withoutTenants });
      expect(await deployment.run(tenant)).toEqual(granted);
      expect(deployment.requests).toEqual([...findCiVision, roles, list, firstRule, post]);
    });

    test('else in the clusters', async () => {
      const deployment = deploy({
        newToken,
        intercept: (request, next) =>
          request.method === 'GET' && request.url.includes('limit=1&') ? forbidden() : withoutTenants(request, next),
      });
      expect(await deployment.run(tenant)).toEqual(granted);
      expect(deployment.requests).toEqual([...findCiVision, roles, list, firstRule, clusters, post]);
    });

    test('else has to be told it', async () => {
      const deployment = deploy({
        newToken,
        intercept: (request, next) =>
          /limit=1&|clusters/.test(request.url) ? forbidden() : withoutTenants(request, next),
      });
      expect(await deployment.run(tenant.slice(0, -2))).toEqual({
        code: 1,
        stdout: '',
        stderr:
          "sactl: the tenant's id is not known: neither the access token nor accounts, access rules or clusters say it\n" +
          'hint: name it by its id: --scope tenant:<id>\n',
      });
      expect(deployment.mutations()).toEqual([]);
    });

    test('and sees accounts of several has to be told which', async () => {
      const deployment = deploy({
        newToken,
        intercept: async (request, next) => {
          const answer = await next(request);
          if (!request.url.endsWith(accounts)) return answer;
          return withTenants(answer, (index) => (index < 2 ? 1001 : '1002'));
        },
      });
      expect(await deployment.run(tenant.slice(0, -2))).toEqual({
        code: 2,
        stdout: '',
        stderr: 'sactl: several tenants are seen: 1001, 1002\nhint: name it by its id: --scope tenant:<id>\n',
      });
      expect(deployment.mutations()).toEqual([]);
    });
  });

  test('scopes list shows what it may', async () => {
    const deployment = deploy({ intercept: blindTo('/clusters', '/departments') });
    expect(await deployment.run(['scopes', 'list', '-q', '[.[].type]|group_by(.)|map([.[0],length])'])).toEqual({
      code: 0,
      stdout: '[["project",6],["tenant",1]]\n',
      stderr:
        'sactl: clusters are left out: this credential may not list them\n' +
        'sactl: departments are left out: this credential may not list them\n',
    });
  });
});

describe('27: no filter takes an id', () => {
  test('so an id is checked by the GET of it, before names', async () => {
    const deployment = deploy();
    const argv = [...create, '--role', 'Viewer', '--scope', `project:${projectIds.visionWest}`, '-q', '.scopeName'];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: 'vision\n', stderr: '' });
    const byId = `GET /api/v1/org-unit/projects/${projectIds.visionWest}`;
    expect(deployment.requests).toEqual([...findCiVision, roles, byId, post]);
    expect(deployment.bodies).toMatchObject([{ clusterId: clusterIds.west }]);
  });

  test('and one that is not there may be a name', async () => {
    const deployment = deploy();
    const [outcome] = [await deployment.run([...create, '--role', 'Viewer', '--scope', 'project:2024'])];
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sactl: no project has the id or name "2024"\nhint: sactl scopes list --provider runai\n',
    });
    expect(deployment.requests.slice(-2)).toEqual(['GET /api/v1/org-unit/projects/2024', projects]);
    const named = deploy({
      intercept: async (request, next) => {
        const answer = await next(request);
        if (!request.url.includes('/projects?')) return answer;
        return Response.json(JSON.parse((await answer.text()).replace('"language"', '"2024"')));
      },
    });
    const argv = [...create, '--role', 'Viewer', '--scope', 'project:2024', '-q', '.scopeId'];
    expect(await named.run(argv)).toEqual({ code: 0, stdout: `${projectIds.language}\n`, stderr: '' });
  });

  test('and the id of a project on another cluster is not taken', async () => {
    const deployment = deploy();
    const scope = `project:${projectIds.visionWest}`;
    const outcome = await deployment.run([...create, '--role', 'Viewer', '--scope', scope, '--cluster', 'gpu-east']);
    expect([outcome.code, deployment.mutations()]).toEqual([2, []]);
  });
});

test('28: ids are texts, also where they come as the numbers of the examples', async () => {
  const unit = { id: 50, name: 'numbered', clusterId: clusterIds.west };
  const answer = { method: 'GET', path: '/projects', answer: () => Response.json({ projects: [unit], next: '' }) };
  const deployment = deploy({ intercept: faults(answer, { method: 'POST', path: rules, answer: forbidden }) });
  await deployment.run([...create, '--role', 'Viewer', '--scope', 'project:numbered']);
  expect(deployment.bodies).toMatchObject([{ roleId: 10, scopeId: '50' }]);
});

test('29: clusters/minimal is not asked: where it is missing, that says nothing of a cluster', async () => {
  const deployment = deploy({ intercept: blindTo(...everything) });
  await deployment.run([...create, '--role', '10', '--scope', `cluster:${clusterIds.west}`]);
  await deployment.run([...create, '--role', '10', '--scope', 'cluster:gpu-west']);
  expect(deployment.requests.filter((request) => request.includes('minimal'))).toEqual([]);
  expect(deployment.mutations()).toEqual([post]);
  expect(deployment.state.rules.at(-1)).toMatchObject({ scopeId: clusterIds.west, subjectId: name });
});

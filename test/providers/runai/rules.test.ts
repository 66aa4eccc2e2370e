import { describe, expect, test } from 'vitest';

import { clusterIds, projectIds, roleIds } from '../../../src/sandbox/runai/seed-ids.ts';
import type { RunaiState } from '../../../src/sandbox/runai/state.ts';
import type { Intercept } from '../../harness/deployment.ts';
import { useRunai, type RunaiDeployment } from '../../harness/runai.ts';
import { faults, lost } from '../faults.ts';
import { pagesOf } from './faults.ts';
import { ciVision, findCiVision, list, projects, roles, rules, rulesOf } from './paths.ts';

const deploy = useRunai();
const { id, name } = ciVision;
const seedRules = 16;

function addRule(
  { rules: all }: RunaiState,
  rule: Partial<RunaiState['rules'][number]> & { readonly id: number },
): void {
  const [, sample] = all;
  if (sample === undefined) throw new Error('this test expects the rules of the seed');
  all.push({ ...sample, ...rule });
}

/** Gives ci-vision `count` rules more. */
function withRules(deployment: RunaiDeployment, count: number): void {
  for (let index = 0; index < count; index += 1) {
    addRule(deployment.state, { id: 1000 + index, scopeId: String(9000 + index) });
  }
}

/** A control plane that does not know the parameter and ignores it. */
function ignoresSubjects(...[request, next]: Parameters<Intercept>): ReturnType<Intercept> {
  const url = new URL(request.url);
  url.searchParams.delete('subjectIds');
  return next(new Request(url, request));
}

function page(offset: number, filter = ''): string {
  return `GET ${rules}?limit=500&offset=${offset}${filter}`;
}

describe('120 rules on three pages are all joined', () => {
  test('by get', async () => {
    const deployment = deploy({ intercept: pagesOf(50) });
    withRules(deployment, 118);
    const outcome = await deployment.run(['sa', 'get', '--id', name, '-q', '.accessRules|length']);
    expect(outcome).toEqual({ code: 0, stdout: '120\n', stderr: '' });
    const filter = `&subjectIds=${name},${id}`;
    expect(deployment.requests).toEqual([list, ...[0, 50, 100].map((at) => page(at, filter))]);
  });

  test('by list, which reads those of everybody', async () => {
    const deployment = deploy({ intercept: pagesOf(50) });
    withRules(deployment, 120 - seedRules);
    const argv = ['sa', 'list', '--columns', 'name,rules', '--format', 'csv'];
    const { code, stdout, stderr } = await deployment.run(argv);
    // All but those of the user, of the group, and of the account that is gone.
    expect([code, stdout.split(' on ').length - 1, stderr]).toEqual([0, 117, '']);
    const read = deployment.requests.filter((request) => request !== list);
    expect(read).toEqual([0, 50, 100].map((at) => page(at)));
  });

  test('an empty page ends it, whatever the total says', async () => {
    const deployment = deploy({
      intercept: async (request, next) => {
        const { pathname, searchParams } = new URL(request.url);
        if (pathname !== rules) return next(request);
        const { accessRules } = (await (await next(request)).json()) as { accessRules: unknown[] };
        const shown = searchParams.get('offset') === '0' ? accessRules : [];
        return Response.json({ totalRecords: 999, displayRecords: 0, accessRules: shown });
      },
    });
    const outcome = await deployment.run(['sa', 'get', '--id', name, '-q', '.accessRules|length']);
    expect(outcome).toEqual({ code: 0, stdout: '2\n', stderr: '' });
    const filter = `&subjectIds=${name},${id}`;
    expect(deployment.requests).toEqual([list, page(0, filter), page(2, filter)]);
  });
});

test.each([
  ['get', ['sa', 'get', '--id', name, '-q', '.accessRules[].id']],
  ['accessrules list', ['accessrules', 'list', '--account', name, '-q', '.[].id']],
])('a server that ignores subjectIds leaks nothing into %s', async (_, argv) => {
  const deployment = deploy({ intercept: ignoresSubjects });
  expect(await deployment.run(argv)).toEqual({ code: 0, stdout: '102\n103\n', stderr: '' });
});

describe('a rule is matched', () => {
  test.each([
    ['name', 'service-account', name],
    ['name', 'app', name],
    ['id', 'service-account', id],
    ['id', 'app', id],
    ['client id', 'service-account', 'c1'],
    ['client id', 'app', 'c1'],
  ] as const)('by %s as %s', async (_, subjectType, subjectId) => {
    const deployment = deploy();
    const { state } = deployment;
    state.accounts = state.accounts.map((item) => (item.id === id ? { ...item, clientId: 'c1' } : item));
    addRule(state, { id: 777, subjectId, subjectType, scopeId: '4303' });
    const argv = ['sa', 'get', '--id', name, '-q', '.accessRules[].id'];
    expect((await deployment.run(argv)).stdout).toBe('102\n103\n777\n');
    const joined = ['sa', 'list', '--columns', 'rules', '--search', name, '--format', 'csv'];
    const outcome = await deployment.run(joined);
    const texts = ['vision (4301)', 'vision (4302)', 'language (4303)'].map((on) => `L1 researcher on project ${on}`);
    expect(outcome.stdout).toBe(`rules\n"${texts.join(', ')}"\n`);
    expect(deployment.requests).toContain(rulesOf(name, 'c1', id));
  });

  test.each(['user', 'group'] as const)('but not that of a %s of the name', async (subjectType) => {
    const deployment = deploy();
    addRule(deployment.state, { id: 777, subjectId: name, subjectType });
    const argv = ['sa', 'get', '--id', name, '-q', '.accessRules[].id'];
    expect((await deployment.run(argv)).stdout).toBe('102\n103\n');
  });
});

describe('accessrules create', () => {
  const create = ['accessrules', 'create', '--account', name];
  const researcher = [...create, '--role', 'l1 RESEARCHER', '--scope'];
  const body = {
    subjectId: name,
    subjectType: 'service-account',
    roleId: roleIds.l1Researcher,
    scopeId: projectIds.language,
    scopeType: 'project',
    clusterId: clusterIds.east,
  };

  test('binds the name to role and scope', async () => {
    const deployment = deploy();
    const argv = [...researcher, 'project:language', '-q', '.id,.account,.role,.scopeName'];
    expect(await deployment.run(argv)).toEqual({
      code: 0,
      stdout: `117\n${name}\nL1 researcher\nlanguage\n`,
      stderr: '',
    });
    expect(deployment.requests).toEqual([...findCiVision, roles, projects, `POST ${rules}`]);
    expect(deployment.bodies).toEqual([body]);
  });

  test('that exists already is a success', async () => {
    const deployment = deploy();
    const argv = [...researcher, `project:${projectIds.visionEast}`, '-q', '.id'];
    expect(await deployment.run(argv)).toEqual({
      code: 0,
      stdout: '102\n',
      stderr: `sactl: ${name} had this access rule already\n`,
    });
    expect(deployment.mutations()).toEqual([`POST ${rules}`]);
  });

  test.each([{ roleId: roleIds.viewer }, { scopeType: 'department' }, { scopeId: '4309' }] as const)(
    'that exists already is not taken for one of another kind: %j',
    async (other) => {
      const deployment = deploy();
      const { rules: all } = deployment.state;
      const same = all.find((rule) => String(rule.id) === '102');
      if (same === undefined) throw new Error('this test expects the rules of the seed');
      all.unshift({ ...same, id: 7, ...other });
      const argv = [...researcher, `project:${projectIds.visionEast}`, '-q', '.id'];
      expect((await deployment.run(argv)).stdout).toBe('102\n');
    },
  );

  test('whose answer is lost is settled by the list', async () => {
    const fault = { method: 'POST', path: rules, done: true, answer: lost };
    const deployment = deploy({ intercept: faults(fault) });
    const outcome = await deployment.run([...researcher, 'project:language', '-q', '.id']);
    expect(outcome).toEqual({ code: 0, stdout: '117\n', stderr: '' });
    expect(deployment.mutations()).toEqual([`POST ${rules}`]);
  });

  test.each([
    ['--cluster gpu-west', ['--cluster', 'gpu-west'], 'project:vision', '4302', clusterIds.west],
    ['--cluster by id', ['--cluster', clusterIds.west], 'project:vision', '4302', clusterIds.west],
    ['an id', [], 'project:4302', '4302', clusterIds.west],
    ['tenant', [], 'tenant', '1001', undefined],
    ['a cluster', [], 'cluster:gpu-west', clusterIds.west, undefined],
    ['a department', [], 'department:lab', '53', clusterIds.west],
  ])('takes a scope by %s', async (_, flags, scope, scopeId, clusterId) => {
    const deployment = deploy();
    const argv = [...create, '--role', 'Viewer', '--scope', scope, ...flags, '-q', '.scopeId'];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: `${scopeId}\n`, stderr: '' });
    expect(deployment.bodies).toMatchObject([{ roleId: roleIds.viewer, scopeId }]);
    expect(deployment.bodies).toHaveProperty('0.subjectId', name);
    expect((deployment.bodies[0] as { clusterId?: string }).clusterId).toBe(clusterId);
  });
});

// @module-tag slow
import { describe, expect, test } from 'vitest';

import { roleIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { everybody, type RunaiState } from '../../../src/sandbox/runai/state.ts';
import { runaiSandboxClients, useRunai } from '../../harness/runai.ts';
import { problem } from './faults.ts';
import { ciVision, rules, rulesForEverybody, rulesOf } from './paths.ts';

/** The surprises of docs/contracts/runai.md 15 about rights, each by its number. */
const deploy = useRunai();
const { name } = ciVision;
const create = ['accessrules', 'create', '--account', name];

/** A rule of 3.0, whose subject has an id that nothing documents. */
function withSharedRule({ rules: all }: RunaiState, more: Partial<RunaiState['rules'][number]> = {}): void {
  const [sample] = all;
  if (sample === undefined) throw new Error('the seed has no rule');
  const shared = {
    id: 200,
    subjectId: 'a-subject',
    subjectType: everybody,
    scopeType: 'tenant',
    scopeId: '1001',
  } as const;
  all.push({ ...sample, clusterId: null, roleId: roleIds.viewer, ...shared, ...more });
}

/** In the seed of 3.0 there is one already, on a project. */
describe('23: a rule of all-authenticated-users', () => {
  const shown = ['-q', '.[]|[.id,.account,.role,.scopeType,.scopeId]|join(" ")'];
  const row = '200 all-authenticated-users Viewer tenant 1001\n';

  test('is in the list of all rules', async () => {
    const deployment = deploy({ controlPlane: '3.0' });
    withSharedRule(deployment.state);
    const { code, stdout, stderr } = await deployment.run(['accessrules', 'list', ...shown]);
    expect([code, stdout.split('\n').length - 1, stderr]).toEqual([0, 16, '']);
    expect(stdout).toContain(row);
    expect(deployment.requests).toEqual([rulesOf()]);
  });

  test.each([
    ['with rules of its own', name, 4],
    ['without', 'imported-job', 2],
  ])('is in the list of one account %s', async (_, account, count) => {
    const deployment = deploy({ controlPlane: '3.0' });
    withSharedRule(deployment.state);
    const { code, stdout, stderr } = await deployment.run(['accessrules', 'list', '--account', account, ...shown]);
    expect([code, stdout.split('\n').length - 1, stderr]).toEqual([0, count, '']);
    expect(stdout).toContain(row);
    expect(deployment.requests).toContain(rulesForEverybody);
  });

  test.each([
    ['ignored', undefined],
    ['refused', () => problem(400, 'subjectType is not valid')],
  ])('is asked for apart, and the parameter may be %s', async (_, answer) => {
    const deployment = deploy({
      intercept: (request, next) => {
        const url = new URL(request.url);
        if (!url.searchParams.has('subjectType')) return next(request);
        url.searchParams.delete('subjectType');
        return answer?.() ?? next(new Request(url, request));
      },
    });
    const outcome = await deployment.run(['accessrules', 'list', '--account', name, '-q', '.[].id']);
    expect(outcome).toEqual({ code: 0, stdout: '102\n103\n', stderr: '' });
  });

  test('is no account’s own, and said of all of them', async () => {
    const deployment = deploy({ controlPlane: '3.0' });
    withSharedRule(deployment.state, { subjectId: name });
    const argv = ['sa', 'list', '--search', name, '--columns', 'rules', '--format', 'csv'];
    expect(await deployment.run(argv)).toEqual({
      code: 0,
      stdout: 'rules\n"L1 researcher on project vision (4301), L1 researcher on project vision (4302)"\n',
      stderr: expect.stringMatching(/^sactl: every account has these rights, too: .+, Viewer on tenant .+\(1001\)\n$/),
    });
    const outcome = await deployment.run(['sa', 'get', '--id', name, '-q', '.accessRules[].id']);
    expect(outcome).toEqual({ code: 0, stdout: '102\n103\n', stderr: '' });
  });

  test('is not deleted with an account', async () => {
    const deployment = deploy({ controlPlane: '3.0' });
    withSharedRule(deployment.state, { subjectId: name });
    const outcome = await deployment.run(['sa', 'delete', '--id', name, '--yes', '-q', '.deleted']);
    expect([outcome.code, outcome.stdout]).toEqual([0, 'true\n']);
    expect(deployment.mutations()).not.toContain(`DELETE ${rules}/200`);
    expect(deployment.state.rules.find((rule) => rule.id === 200)?.deletedAt).toBeNull();
  });

  test('is no rule that an earlier account left', async () => {
    const deployment = deploy({ controlPlane: '3.0', newSecret: () => 'new-secret' });
    withSharedRule(deployment.state, { subjectId: 'fresh' });
    const outcome = await deployment.run(['sa', 'create', '--name', 'fresh', '-q', '.credential.value']);
    expect(outcome).toEqual({ code: 0, stdout: 'new-secret\n', stderr: '' });
  });

  test('is not taken away by its id, and is not said to be missing', async () => {
    const deployment = deploy({ controlPlane: '3.0' });
    withSharedRule(deployment.state);
    const { code, stdout, stderr } = await deployment.run(['accessrules', 'delete', '--id', '200', '--yes']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^sactl: access rule 200 is for everybody, and no service account's own: Viewer on tenant .+\(1001\)\nhint: /,
    );
    expect(deployment.mutations()).toEqual([]);
  });

  test('counts for an account without a rule', async () => {
    const deployment = deploy({ controlPlane: '3.0', client: runaiSandboxClients.newcomer });
    withSharedRule(deployment.state);
    const outcome = await deployment.run(['whoami', '-q', '.permissions|length > 0']);
    expect(outcome).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
  });
});

describe('24: system is not the host organization', () => {
  test.each(['system', 'system:1001'])('so %s is refused before anything is asked', async (scope) => {
    const deployment = deploy();
    expect(await deployment.run([...create, '--role', 'Viewer', '--scope', scope])).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: --scope: scope "${scope}" would be all customers' tenants; the credential's own tenant is "tenant"\n`,
    });
    expect([deployment.tokenRequests, deployment.requests]).toEqual([[], []]);
  });

  test('and a rule of it is shown as what it is', async () => {
    const global = { id: 300, subjectId: name, subjectType: 'service-account', roleId: 10, roleName: 'Viewer' };
    const deployment = deploy({
      intercept: (request, next) =>
        request.url.includes(rules)
          ? Response.json({ totalRecords: 1, accessRules: [{ ...global, scopeType: 'system', scopeId: '' }] })
          : next(request),
    });
    const outcome = await deployment.run(['sa', 'get', '--id', name, '-q', '.accessRules[]|.scopeType,.scopeId']);
    expect(outcome).toEqual({ code: 0, stdout: 'system\n\n', stderr: '' });
  });
});

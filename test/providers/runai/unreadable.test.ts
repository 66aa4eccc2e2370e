// @module-tag slow
import { describe, expect, test } from 'vitest';

import type { Intercept } from '../../harness/deployment.ts';
import { useRunai } from '../../harness/runai.ts';
import { faults } from '../faults.ts';
import { accounts, ciVision, list, one, rules } from './paths.ts';

/** One item that cannot be read costs itself, and not the list (docs/design.md 1). */
const deploy = useRunai();
const { id, name } = ciVision;
const bad = 'ffffffff-0000-4000-8000-000000000000';

/** Adds an item to the first page of a list; null: the list is the whole answer. */
function adding(path: string, key: string | null, item: unknown): Intercept {
  return async (request, next) => {
    const answer = await next(request);
    const { pathname, searchParams } = new URL(request.url);
    if (request.method !== 'GET' || !pathname.endsWith(path) || (searchParams.get('offset') ?? '0') !== '0') {
      return answer;
    }
    const body = (await answer.json()) as Record<string, unknown> & unknown[];
    const items = (key === null ? body : body[key]) as unknown[];
    items.push(item);
    return Response.json(body);
  };
}

describe('an account', () => {
  const nameless = { id: bad, name: 7, clientId: 'x', enabled: true };
  const what = `Run:ai service account ${bad} cannot be read: it does not fit at name`;

  test('without a name is told by its id, left out, and the list is partial: exit 6', async () => {
    const deployment = deploy({ intercept: adding(accounts, null, nameless) });
    expect(await deployment.run(['sa', 'list', '-q', 'length'])).toEqual({
      code: 6,
      stdout: '13\n',
      stderr: `sactl: ${what}\n`,
    });
    expect(deployment.requests).toEqual([list]);
  });

  test('without a name stops nothing that is about others', async () => {
    const deployment = deploy({ newSecret: () => 'new-secret', intercept: adding(accounts, null, nameless) });
    const argv = ['sa', 'rotate', '--id', id, '--yes', '-q', '.credential.value'];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: 'new-secret\n', stderr: '' });
  });

  test.each(['get', 'delete', 'rotate'])('has to be readable where it is asked for: %s', async (verb) => {
    const deployment = deploy({ intercept: adding(accounts, null, nameless) });
    const flags = verb === 'get' ? [] : ['--yes'];
    const outcome = await deployment.run(['sa', verb, '--id', bad, ...flags, '--format', 'yaml']);
    expect([outcome.code, outcome.stdout]).toEqual([1, '']);
    expect(outcome.stderr).toContain(`sactl: ${what}\n`);
    expect(deployment.requests).toEqual([list]);
  });

  test.each([
    ['a name', nameless, 'gone'],
    ['a name and an id', null, 'gone'],
    ['an id', { name: 'x' }, 'a0000000-0000-4000-8000-00000000dead'],
  ])('without %s may be the one that is not found: it is not said to be gone', async (_, item, reference) => {
    const deployment = deploy({ intercept: adding(accounts, null, item) });
    const argv = ['sa', 'delete', '--id', reference, '--yes', '--ignore-missing'];
    const { code, stdout, stderr } = await deployment.run(argv);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`sactl: no Run:ai service account "${reference}"; Run:ai service account `);
    expect(deployment.requests).toEqual([list]);
  });

  test('without a name may be one of several that are to be rotated', async () => {
    const deployment = deploy({ intercept: adding(accounts, null, nameless) });
    const argv = ['sa', 'rotate', '--id', name, '--id', 'gone', '--yes', '--to', 'file:{name}.txt'];
    const outcome = await deployment.run([...argv, '--format', 'yaml']);
    expect([outcome.code, outcome.stdout]).toEqual([1, '']);
    expect(outcome.stderr).toContain(`sactl: no service account "gone"; ${what}\n`);
    expect(deployment.mutations()).toEqual([]);
  });

  test.each([
    ['a name', nameless, 'a0000000-0000-4000-8000-00000000dead'],
    ['an id', { name: 'x' }, 'gone'],
  ])('without %s is not the one with another', async (_, item, reference) => {
    const deployment = deploy({ intercept: adding(accounts, null, item) });
    const { code } = await deployment.run(['sa', 'delete', '--id', reference, '--yes', '--ignore-missing']);
    expect(code).toBe(0);
  });

  test('without a name may have that of a new one, which is told', async () => {
    const deployment = deploy({ newSecret: () => 'new-secret', intercept: adding(accounts, null, nameless) });
    const argv = ['sa', 'create', '--name', 'fresh', '--if-missing', '-q', '.credential.value'];
    expect(await deployment.run(argv)).toEqual({
      code: 0,
      stdout: 'new-secret\n',
      stderr: `sactl: ${what}; it may be named "fresh"\n`,
    });
  });

  test('of which something else cannot be read is listed with the rest', async () => {
    const odd = { id: bad, name: 'odd', clientId: 'odd', enabled: 'yes', lastLogin: 5 };
    const deployment = deploy({ intercept: adding(accounts, null, odd) });
    const argv = ['sa', 'list', '--search', 'odd', '-q', '.[]|.name,.enabled,.status,.lastUsedAt'];
    expect(await deployment.run(argv)).toEqual({
      code: 0,
      stdout: 'odd\nnull\nunknown\nnull\n',
      stderr: `sactl: Run:ai service account odd (${bad}) cannot be read as a whole: it does not fit at enabled and lastLogin\n`,
    });
  });

  test.each(['..', '.', 'half a \ud800'])('whose id no URL can hold is asked for by nobody: %j', async (dots) => {
    const deployment = deploy({ intercept: adding(accounts, null, { id: dots, name: 'x' }) });
    const { code, stdout, stderr } = await deployment.run(['sa', 'delete', '--id', 'x', '--yes']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('cannot be read: it does not fit at id');
    expect(deployment.requests).toEqual([list]);
  });

  test('read by its id may lack the rest, too', async () => {
    const answer = { method: 'GET', path: 'a1', answer: () => Response.json({ id: 'a1', name: 'fresh', enabled: 1 }) };
    const options = { newId: () => 'a1', newSecret: () => 'new-secret' };
    const deployment = deploy({ ...options, intercept: faults(answer) });
    const argv = ['sa', 'create', '--name', 'fresh', '-q', '.credential.value,.enabled'];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: 'new-secret\nnull\n', stderr: '' });
    expect(deployment.requests).toContain(one('a1'));
  });
});

describe('an access rule', () => {
  const lost = { id: 900, subjectType: 'service-account', roleId: 10, scopeId: '1001', scopeType: 'tenant' };
  const what = 'Run:ai access rule 900 cannot be read: it does not fit at subjectId';

  test.each([
    ['of all', [], '14\n'],
    ['of one account', ['--account', name], '2\n'],
  ])('without a subject is told by its id, and left out of the list %s', async (_, flags, stdout) => {
    const deployment = deploy({ intercept: adding('/access-rules', 'accessRules', lost) });
    const outcome = await deployment.run(['accessrules', 'list', ...flags, '-q', 'length']);
    expect(outcome).toEqual({ code: 0, stdout, stderr: `sactl: ${what}\n` });
  });

  test('without a subject may be the account’s, so that its rules are not known', async () => {
    const deployment = deploy({ intercept: adding('/access-rules', 'accessRules', lost) });
    const outcome = await deployment.run(['sa', 'get', '--id', name, '-q', '.accessRules']);
    expect(outcome).toEqual({ code: 0, stdout: 'null\n', stderr: '' });
    const plan = await deployment.run(['sa', 'delete', '--id', name, '--dry-run', '-q', '.effects[]']);
    expect(plan.stdout).toContain(`access rules that cannot be read would stay behind: ${what}\n`);
  });

  test('without a subject keeps none of the account’s other rules', async () => {
    const deployment = deploy({ intercept: adding('/access-rules', 'accessRules', lost) });
    const { code, stderr } = await deployment.run(['sa', 'delete', '--id', name, '--yes']);
    expect(code).toBe(0);
    expect(stderr).toContain(`sactl: access rules for the name ${name} may have stayed behind: ${what}\n`);
    expect(deployment.mutations().filter((request) => request.includes(rules))).toEqual([
      `DELETE ${rules}/102`,
      `DELETE ${rules}/103`,
    ]);
  });

  test('without a role or a scope is one, and can be deleted', async () => {
    const odd = { id: 900, subjectId: name, subjectType: 'service-account', roleId: {}, scopeId: null, scopeType: 1 };
    const deployment = deploy({ intercept: adding('/access-rules', 'accessRules', odd) });
    const outcome = await deployment.run(['sa', 'get', '--id', name, '-q', '.accessRules[]|.id,.role']);
    expect(outcome).toEqual({ code: 0, stdout: '102\nL1 researcher\n103\nL1 researcher\n900\nunknown\n', stderr: '' });
    await deployment.run(['sa', 'delete', '--id', name, '--yes', '--quiet']);
    expect(deployment.mutations()).toContain(`DELETE ${rules}/900`);
  });
});

describe('a role and a scope', () => {
  test.each([
    [
      ['roles', 'list'],
      '/roles',
      'roles',
      { id: 900 },
      '9\n',
      'Run:ai role 900 cannot be read: it does not fit at name',
    ],
    [
      ['scopes', 'list'],
      '/projects',
      'projects',
      { id: '900' },
      '13\n',
      'Run:ai project 900 cannot be read: it does not fit at name',
    ],
    [
      ['scopes', 'list'],
      '/clusters',
      null,
      { uuid: bad, name: null },
      '13\n',
      `Run:ai cluster ${bad} cannot be read: it does not fit at name`,
    ],
    [
      ['scopes', 'list'],
      '/departments',
      'departments',
      7,
      '13\n',
      'Run:ai department number 5 of the list cannot be read',
    ],
  ])('is told by its id, and left out: %j %s', async (argv, path, key, item, stdout, what) => {
    const deployment = deploy({ intercept: adding(path, key, item) });
    const outcome = await deployment.run([...argv, '-q', 'length']);
    expect([outcome.code, outcome.stdout]).toEqual([0, stdout]);
    expect(outcome.stderr).toMatch(/^[^\n]+\n$/);
    expect(outcome.stderr).toContain(`sactl: ${what}`);
  });

  test('of another name or id does not keep a grant from being made', async () => {
    const deployment = deploy({ intercept: adding('/projects', 'projects', { id: 900 }) });
    const create = ['accessrules', 'create', '--account', name, '--role', 'Viewer', '--scope'];
    const outcome = await deployment.run([...create, 'project:language', '-q', '.scopeName']);
    expect(outcome).toEqual({ code: 0, stdout: 'language\n', stderr: '' });
    const missing = await deployment.run([...create, 'project:nope']);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain(
      'no project has the id or name "nope"; Run:ai project 900 cannot be read: it does not fit at name\n',
    );
  });
});

// @module-tag slow
import { describe, expect, test } from 'vitest';

import { seedRunai } from '../../../src/sandbox/runai/seed.ts';
import type { RunaiState } from '../../../src/sandbox/runai/state.ts';
import { testNow } from '../../harness/context.ts';
import type { Intercept } from '../../harness/deployment.ts';
import { useRunai } from '../../harness/runai.ts';
import { faults } from '../faults.ts';
import { forbidden, pagesOf } from './faults.ts';
import { accounts, apps, ciVision, list, roles, rules, rulesOf } from './paths.ts';

/** The surprises of docs/contracts/runai.md 15 about reading, each by its number. */
const deploy = useRunai();
const { id, name } = ciVision;

function listOf(count: number): Intercept {
  const items = Array.from({ length: count }, (_, index) => ({ id: `id-${index}`, name: `account-${index}` }));
  const answer = { method: 'GET', path: accounts, answer: () => Response.json(items) };
  return faults(answer);
}

describe('6: the list has no pages, and is cut off at 1000', () => {
  test.each([
    [999, ''],
    [1000, 'sactl: Run:ai lists at most 1000 service accounts, so there may be more\n'],
    [1001, ''],
  ])('%i', async (count, stderr) => {
    const deployment = deploy({ intercept: listOf(count) });
    const outcome = await deployment.run(['sa', 'list', '-q', 'length']);
    expect(outcome).toEqual({ code: 0, stdout: `${count}\n`, stderr });
    expect(deployment.requests).toEqual([list]);
  });
});

test('7: access rules come in pages with a total, and no next', async () => {
  const deployment = deploy({ intercept: pagesOf(6) });
  const outcome = await deployment.run(['accessrules', 'list', '-q', 'length']);
  expect(outcome).toEqual({ code: 0, stdout: '14\n', stderr: '' });
  expect(deployment.requests).toEqual([0, 6, 12].map((at) => rulesOf().replace('=0', `=${at}`)));
});

test('11: enabled is shown, and ids are text whatever they come as', async () => {
  const deployment = deploy();
  const argv = ['sa', 'get', '--id', 'retired-notebooks', '-q', '.enabled,.status,.organization'];
  const outcome = await deployment.run(argv);
  expect(outcome).toEqual({ code: 0, stdout: 'false\ndisabled\n1001\n', stderr: '' });
  const text = { id, name, clientId: name, enabled: true, tenantId: '1001' };
  const answer = { method: 'GET', path: accounts, answer: () => Response.json([text]) };
  const other = deploy({ intercept: faults(answer) });
  const types = ['sa', 'get', '--id', name, '-q', '(.organization,.accessRules[].scopeId)|type'];
  const outcomeOfText = await other.run(types);
  expect(outcomeOfText).toEqual({ code: 0, stdout: 'string\nstring\nstring\n', stderr: '' });
  expect(other.requests).toEqual([list, rulesOf(name, id)]);
});

/** Lists come in pages of four, and each page begins with the last item of the one before. */
function overlapping(path: string): Intercept {
  return (request, next) => {
    const url = new URL(request.url);
    if (request.method !== 'GET' || !url.pathname.endsWith(path)) return next(request);
    const offset = Number(url.searchParams.get('offset'));
    url.searchParams.set('limit', offset === 0 ? '4' : '5');
    url.searchParams.set('offset', String(Math.max(0, offset - 1)));
    return next(new Request(url, request));
  };
}

/** The seed with an account of a name that cannot be given any more. */
function withOldName(): RunaiState {
  const state = seedRunai(testNow);
  const old = { id: 'a1', name: 'Old App.1', clientId: 'Old App.1' };
  const [sample] = state.accounts.map((account) => ({ ...account, ...old }));
  return { ...state, accounts: sample === undefined ? [] : [...state.accounts, sample] };
}

describe('12: old names may break the pattern, which is checked on create only', () => {
  test.each([
    ['get', [], []],
    ['update', ['--disable'], [`PATCH ${apps}/a1`]],
    ['rotate', ['--yes'], [`POST ${apps}/a1/secret`]],
  ])('%s', async (verb, flags, mutations) => {
    const deployment = deploy({ controlPlane: '2.20', state: withOldName() });
    const argv = ['sa', verb, '--id', 'Old App.1', ...flags, '--json'];
    const { code, stdout, stderr } = await deployment.run(argv);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ id: 'a1', name: 'Old App.1' });
    expect(deployment.mutations()).toEqual(mutations);
  });

  test('create, by the pattern and not by the prose', async () => {
    const refused = await deploy().run(['sa', 'create', '--name', 'Old App.1', '--to', 'file:a']);
    expect(refused).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'sactl: "Old App.1" cannot be the name: Run:ai names have 2 to 255 lower-case letters, digits, "-" or "_", begin with a letter and end with a letter or digit\n',
    });
    const deployment = deploy({ newSecret: () => 'new-secret' });
    const argv = ['sa', 'create', '--name', 'a_b-2', '-q', '.credential.value'];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: 'new-secret\n', stderr: '' });
    expect(deployment.bodies).toEqual([{ name: 'a_b-2' }]);
  });
});

describe('13: roles and accounts are where the version keeps them', () => {
  test.each([
    ['3.0', undefined, [roles], [list]],
    ['2.24', undefined, [roles], [list]],
    ['2.23', undefined, [roles, 'GET /api/v1/authorization/roles'], [list, `GET ${apps}`]],
    ['2.20', 'html', [roles, 'GET /api/v1/authorization/roles'], [list, `GET ${apps}`]],
  ] as const)('%s %s', async (controlPlane, unknownPath, rolesAt, accountsAt) => {
    for (const [argv, stdout, requests] of [
      [['roles', 'list', '-q', 'length'], '9\n', rolesAt],
      [['sa', 'list', '-q', 'length'], '13\n', accountsAt],
    ] as const) {
      const deployment = deploy({ controlPlane, ...(unknownPath === undefined ? {} : { unknownPath }) });
      expect(await deployment.run(argv)).toEqual({ code: 0, stdout, stderr: '' });
      expect(deployment.requests).toEqual(requests);
    }
  });

  test('a refusal is no sign of an older version', async () => {
    const refusal = { method: 'GET', path: accounts, answer: forbidden };
    const deployment = deploy({ intercept: faults(refusal) });
    expect((await deployment.run(['sa', 'list'])).code).toBe(4);
    expect(deployment.requests).toEqual([list]);
  });
});

describe('13 and 22: next', () => {
  const page = { roles: [{ id: 1, name: 'a' }] };

  test.each([
    ['absent', page],
    ['null', { ...page, next: null }],
    ['empty', { ...page, next: '' }],
    ['zero', { ...page, next: 0 }],
    ['no number', { ...page, next: 'later' }],
  ])('that is %s is the end', async (_, body) => {
    const answer = { method: 'GET', path: '/roles', answer: () => Response.json(body) };
    const deployment = deploy({ intercept: faults(answer) });
    const outcome = await deployment.run(['roles', 'list', '-q', '.[].name']);
    expect(outcome).toEqual({ code: 0, stdout: 'a\n', stderr: '' });
    expect(deployment.requests).toEqual([roles]);
  });

  test('may be a number as text, or the number of a page', async () => {
    for (const [next, offset] of [
      ['500', 500],
      [1, 1],
    ] as const) {
      const pages = [
        { ...page, next },
        { roles: [{ id: 2, name: 'b' }], next: '' },
      ];
      const deployment = deploy({ intercept: () => Response.json(pages.shift() ?? {}) });
      const env = { RUNAI_CLIENT_ID: undefined, RUNAI_CLIENT_SECRET: undefined, RUNAI_TOKEN: 'a.b.c' };
      const outcome = await deployment.run(['roles', 'list', '-q', '.[].name'], { env });
      expect(outcome).toEqual({ code: 0, stdout: 'a\nb\n', stderr: '' });
      expect(deployment.requests).toEqual([roles, roles.replace(/0$/, String(offset))]);
    }
  });
});

describe('22: what comes twice is one', () => {
  test('role, so that its name is not ambiguous', async () => {
    const deployment = deploy({ intercept: overlapping('/roles') });
    const argv = ['accessrules', 'create', '--account', name, '--role', 'Viewer', '--scope', 'tenant', '-q', '.role'];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: 'Viewer\n', stderr: '' });
  });

  test('project', async () => {
    const deployment = deploy({ intercept: overlapping('/projects') });
    const outcome = await deployment.run(['scopes', 'list', '-q', '[.[]|select(.type=="project")]|length']);
    expect(outcome).toEqual({ code: 0, stdout: '6\n', stderr: '' });
  });

  test('access rule, and a delete takes it away once', async () => {
    const deployment = deploy({ intercept: overlapping('/access-rules') });
    expect(await deployment.run(['accessrules', 'list', '-q', 'length'])).toEqual({
      code: 0,
      stdout: '14\n',
      stderr: '',
    });
    const outcome = await deployment.run(['sa', 'delete', '--id', name, '--yes', '-q', '.name']);
    expect([outcome.code, outcome.stdout]).toEqual([0, `${name}\n`]);
    expect(deployment.mutations()).toEqual([
      `PATCH ${accounts}/${id}`,
      `DELETE ${rules}/102`,
      `DELETE ${rules}/103`,
      `DELETE ${accounts}/${id}`,
    ]);
  });

  test('and a server that gives the same page for ever is asked for it once more', async () => {
    const deployment = deploy({
      intercept: async (request, next) => {
        const url = new URL(request.url);
        if (!url.pathname.endsWith('/access-rules')) return next(request);
        url.searchParams.set('offset', '0');
        const body = (await (await next(new Request(url, request))).json()) as object;
        return Response.json({ ...body, totalRecords: '9000' });
      },
    });
    const outcome = await deployment.run(['accessrules', 'list', '-q', 'length']);
    expect(outcome).toEqual({ code: 0, stdout: '14\n', stderr: '' });
    expect(deployment.requests).toHaveLength(2);
  });
});

test('15: whoami needs no me/access-rules, and shows resource types as they are spelled', async () => {
  const deployment = deploy();
  const filter = '.permissions[]|select(test("^(access|service)"))';
  expect(await deployment.run(['whoami', '-q', filter])).toEqual({
    code: 0,
    stdout: 'access_rules: create, read, update, delete\nservice-account: create, read, update, delete\n',
    stderr: '',
  });
  expect(deployment.requests).toEqual(['GET /api/v1/authorization/permissions']);
});

test.each([
  ['an id that is another one’s name', 'b', 'b'],
  ['a name that is another one’s client id', 'c', 'a'],
  ['a client id', 'd', 'b'],
])('16: %s', async (_, reference, found) => {
  const items = [
    { id: 'a', name: 'c', clientId: 'e' },
    { id: 'b', name: 'x', clientId: 'd' },
    { id: 'y', name: 'b', clientId: 'c' },
  ];
  const answer = { method: 'GET', path: accounts, answer: () => Response.json(items) };
  const deployment = deploy({ intercept: faults(answer) });
  const outcome = await deployment.run(['sa', 'get', '--id', reference, '-q', '.id']);
  expect(outcome).toEqual({ code: 0, stdout: `${found}\n`, stderr: '' });
  expect(deployment.requests[0]).toBe(list);
  expect(deployment.requests).toHaveLength(2);
});

test('18: rules of an "app" are rules of the service account', async () => {
  const deployment = deploy();
  const argv = ['sa', 'get', '--id', 'dashboards', '-q', '.accessRules[].role'];
  const outcome = await deployment.run(argv);
  expect(outcome).toEqual({ code: 0, stdout: 'Viewer\nDepartment viewer\n', stderr: '' });
  expect(deployment.requests).toHaveLength(2);
});

describe('19: times may be null', () => {
  test.each(['createdAt', '-createdAt'])('and are last by %s', async (sort) => {
    const deployment = deploy();
    const argv = ['sa', 'list', '--sort', sort, '-q', '.[-1]|.name,.createdAt'];
    const outcome = await deployment.run(argv);
    expect(outcome).toEqual({ code: 0, stdout: 'imported-job\nnull\n', stderr: '' });
    expect(deployment.requests).toEqual([list]);
  });

  test('and are shown as absent, not as a time', async () => {
    const argv = ['sa', 'list', '--columns', 'name,createdAt,lastUsedAt', '--format', 'csv'];
    const { code, stdout, stderr } = await deploy().run(argv);
    expect([code, stderr]).toEqual([0, '']);
    const rows = stdout.split('\n');
    expect(rows).toContain('robot-arm,2026-11-13T12:00:00Z,');
    expect(rows).toContain('imported-job,,2026-03-27T12:00:00Z');
  });
});

// @module-tag slow
import { describe, expect, test } from 'vitest';

import { clusterIds, projectIds, roleIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { seedRunai } from '../../../src/sandbox/runai/seed.ts';
import { testNow } from '../../harness/context.ts';
import { runIn } from '../../harness/run.ts';
import { useRunai } from '../../harness/runai.ts';
import { faults, lost } from '../faults.ts';
import { forbidden, problem, serverError, withClientId } from './faults.ts';
import { journalOf } from './journal.ts';
import { accounts, list, one, projects, roles, rules, rulesOf } from './paths.ts';

const deploy = useRunai();
const id = 'aaaaaaaa-0000-4000-8000-000000000001';
const options = { newId: () => id, newSecret: () => 'new-secret' };
const bare = ['sa', 'create', '--name', 'fresh'];
const rights = ['--role', 'L1 researcher', '--scope', 'project:language'];
const value = ['-q', '.credential.value'];
const post = `POST ${accounts}`;
const grant = `POST ${rules}`;
const after = [one(id), rulesOf('fresh', id)];
const rule = {
  subjectId: 'fresh',
  subjectType: 'service-account',
  roleId: roleIds.l1Researcher,
  scopeId: projectIds.language,
  scopeType: 'project',
  clusterId: clusterIds.east,
};

test('creates, delivers, then grants', async () => {
  const deployment = deploy(options);
  const delivered: string[] = [];
  const context = deployment.context({
    fetch: (input, init) => {
      if (init?.method === 'POST') delivered.push(context.stdout());
      return globalThis.fetch(input, init);
    },
  });
  const outcome = await runIn(context, [...bare, ...rights, ...value]);
  // When the token, the account, the token for the new secret, and the rule are asked for.
  expect(delivered).toEqual(['', '', '', 'new-secret\n']);
  expect(outcome).toEqual({
    code: 0,
    stdout: 'new-secret\n',
    stderr: 'sactl: granted L1 researcher on project language (4303)\n',
  });
  expect(deployment.requests).toEqual([list, roles, projects, rulesOf('fresh'), list, post, ...after, grant]);
  expect(deployment.bodies).toEqual([{ name: 'fresh' }, rule]);
  expect(await journalOf(deployment)).toEqual([]);
});

test('somebody else’s account of the name, made in the meantime, stops it', async () => {
  let readings = 0;
  const deployment = deploy({
    ...options,
    intercept: async (request, next) => {
      const isList = request.method === 'GET' && request.url.endsWith(accounts);
      readings += isList ? 1 : 0;
      if (!isList || readings !== 2) return next(request);
      const items = (await (await next(request)).json()) as unknown[];
      return Response.json([...items, { id: 'b1', name: 'fresh', clientId: 'fresh' }]);
    },
  });
  expect(await deployment.run([...bare, '--format', 'yaml'])).toEqual({
    code: 5,
    stdout: '',
    stderr:
      'sactl: Run:ai has a service account named "fresh" already: b1\n' +
      'hint: give --if-missing to use it, --allow-duplicate to have a second one, or another name\n',
  });
  expect(deployment.mutations()).toEqual([]);
  expect(await journalOf(deployment)).toEqual([]);
});

test('without a role nothing is looked up, and the preview says what that means', async () => {
  const deployment = deploy(options);
  expect(await deployment.run([...bare, ...value])).toEqual({ code: 0, stdout: 'new-secret\n', stderr: '' });
  expect(deployment.requests).toEqual([list, rulesOf('fresh'), list, post, ...after]);
  const preview = await deploy().run([...bare, '--dry-run', '--json']);
  expect(JSON.parse(preview.stdout)).toMatchObject({
    effects: [
      'service account "fresh" is created',
      'it has no access rule of its own until it is given one',
      'a client secret is issued, which Run:ai shows only once',
    ],
  });
});

describe('a failed grant is exit 6, with the secret delivered', () => {
  test.each([
    ['403', forbidden, 'runai answered 403: Lack of permissions'],
    ['500', serverError, 'runai answered 500: Something went wrong'],
    ['a lost answer', lost, 'runai at https://runai.example.com '],
  ])('%s', async (_, answer, why) => {
    const deployment = deploy({ ...options, intercept: faults({ method: 'POST', path: rules, answer }) });
    const { code, stdout, stderr } = await deployment.run([...bare, ...rights, ...value]);
    expect([code, stdout]).toEqual([6, 'new-secret\n']);
    const { error } = JSON.parse(stderr) as { error: { message: string; hint: string } };
    expect(error.message).toContain(
      'service account fresh was created and its secret delivered, but it was not granted ' +
        `L1 researcher on project language (4303): cannot grant a role to fresh: ${why}`,
    );
    expect(error.hint).toBe('sactl accessrules create --provider runai --account fresh --role 6 --scope project:4303');
    expect(deployment.mutations()).toEqual([post, grant]);
  });

  test('and its hint finishes when it is pasted', async () => {
    const once = { method: 'POST', path: rules, hits: [1], answer: serverError };
    const deployment = deploy({ ...options, intercept: faults(once) });
    const { stderr } = await deployment.run([...bare, ...rights, ...value]);
    const { hint } = (JSON.parse(stderr) as { error: { hint: string } }).error;
    const outcome = await deployment.run(hint.split(' ').slice(1));
    expect(outcome.code).toBe(0);
    expect(deployment.bodies).toEqual([{ name: 'fresh' }, rule, rule]);
    const argv = ['sa', 'get', '--id', 'fresh', '-q', '.accessRules[].role'];
    expect((await deployment.run(argv)).stdout).toBe('L1 researcher\n');
  });
});

test('--raw is the answer of Run:ai', async () => {
  const outcome = await deploy(options).run([...bare, '--raw', '-q', '.name, .clientSecret']);
  expect(outcome).toEqual({ code: 0, stdout: 'fresh\nnew-secret\n', stderr: '' });
});

test('a rule that is there already is as good as granted', async () => {
  const exists = { method: 'POST', path: rules, answer: () => problem(409, 'already exists') };
  const deployment = deploy({ ...options, intercept: faults(exists) });
  const { code, stdout } = await deployment.run([...bare, ...rights, ...value]);
  expect([code, stdout]).toEqual([0, 'new-secret\n']);
});

describe('access rules of an earlier account of the name', () => {
  const again = ['sa', 'create', '--name', 'old-batch', ...value];

  test('stop it', async () => {
    const deployment = deploy(options);
    const outcome = await deployment.run([...again.slice(0, 4), '--to', 'file:a']);
    expect(outcome.code).toBe(5);
    const { code, stdout, stderr } = await deployment.run([...again.slice(0, 4), '--json']);
    expect([code, stdout]).toEqual([5, '']);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'exists',
        message: 'access rules of an earlier account named "old-batch" would apply to the new one: 113 (Editor)',
        hint: 'delete them with "sactl accessrules delete --provider runai --id <rule>", or accept them with --keep-rules',
        provider: 'runai',
      },
    });
    expect(deployment.mutations()).toEqual([]);
  });

  test('are accepted with --keep-rules', async () => {
    const deployment = deploy(options);
    const outcome = await deployment.run([...again, '--keep-rules']);
    expect(outcome).toEqual({ code: 0, stdout: 'new-secret\n', stderr: '' });
    expect(deployment.mutations()).toEqual([post]);
  });

  test('that cannot be read are said to be possible', async () => {
    const unreadable = { method: 'GET', path: rules, answer: forbidden };
    const deployment = deploy({ intercept: faults(unreadable) });
    const { code, stdout } = await deployment.run([...bare, '--dry-run', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      effects: expect.arrayContaining([
        'access rules that an earlier account of this name left cannot be seen, and would apply',
      ]),
    });
  });
});

describe('an answer without a client id', () => {
  const credential = [...bare, '-q', '.credential.value,.credential.clientId,.clientId,.verified'];

  test('has it read from the account', async () => {
    const state = seedRunai(testNow);
    const deployment = deploy({ ...options, state, createReplyClientId: false, intercept: withClientId(state, 'c1') });
    const outcome = await deployment.run(credential);
    expect(outcome).toEqual({ code: 0, stdout: 'new-secret\nc1\nc1\ntrue\n', stderr: '' });
    expect(deployment.mutations()).toEqual([post]);
  });

  test('loses nothing when the account cannot be read: it is the name', async () => {
    const unreadable = { method: 'GET', path: id, answer: forbidden };
    const deployment = deploy({ ...options, createReplyClientId: false, intercept: faults(unreadable) });
    const { code, stdout, stderr } = await deployment.run(credential);
    expect([code, stdout]).toEqual([6, 'new-secret\nfresh\nfresh\ntrue\n']);
    expect(stderr).toContain(`(${id}) was created, but could not be read again`);
  });
});

test.each(['Fresh', '1st', 'a', 'a.b', 'a-', 'a_', 'a b', 'a'.repeat(256)])(
  'the name "%s" is refused before anything is asked',
  async (name) => {
    const deployment = deploy();
    const { code, stderr } = await deployment.run(['sa', 'create', '--name', name]);
    expect(code).toBe(2);
    expect(stderr).toContain('Run:ai names have 2 to 255 lower-case letters, digits, "-" or "_"');
    expect(deployment.tokenRequests).toEqual([]);
  },
);

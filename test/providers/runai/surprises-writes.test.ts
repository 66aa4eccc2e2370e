// @module-tag slow
import { describe, expect, test } from 'vitest';

import { useRunai } from '../../harness/runai.ts';
import { faults, lost } from '../faults.ts';
import { serverError } from './faults.ts';
import { laterRun } from './journal.ts';
import { accounts, beforeRotation, ciVision, findCiVision, list, one, roles, rules, rulesOf } from './paths.ts';

/** The surprises of docs/contracts/runai.md 15 about changing, each by its number. */
const deploy = useRunai();
const { id, name } = ciVision;
const secret = `POST ${accounts}/${id}/secret`;
const rotate = ['sa', 'rotate', '--id', name, '--yes'];
const create = ['sa', 'create', '--name', 'fresh'];
const value = ['-q', '.credential.value'];
const options = { newSecret: () => 'new-secret', newId: () => 'a1' };
const dropped = { method: 'POST', path: '/secret', done: true, answer: lost };

describe('3: a lost answer is the end of its secret', () => {
  test('so a rotation is asked for once more, and no third time', async () => {
    const deployment = deploy({ ...options, intercept: faults(dropped) });
    const { code, stdout } = await deployment.run([...rotate, ...value]);
    expect([code, stdout]).toEqual([7, '']);
    expect(deployment.requests).toEqual([...beforeRotation, secret, secret]);
  });

  test('so a create is not asked for again, and a rotation recovers', async () => {
    const fault = { method: 'POST', path: accounts, done: true, answer: serverError };
    const deployment = deploy({ ...options, intercept: faults(fault) });
    const { code, stdout } = await deployment.run([...create, ...value]);
    expect([code, stdout]).toEqual([7, '']);
    expect(deployment.requests).toEqual([
      list,
      rulesOf('fresh'),
      list,
      `POST ${accounts}`,
      // Whether there is one of that name.
      list,
    ]);
    const argv = ['sa', 'rotate', '--id', 'fresh', '--yes', ...value];
    const found = await deployment.run(argv, laterRun);
    expect(found.stdout).toBe('new-secret\n');
  });
});

describe('4: a rotation', () => {
  test('has no client id, which is joined from the account', async () => {
    const deployment = deploy(options);
    const argv = [...rotate, '-q', '.credential|.value,.clientId'];
    const outcome = await deployment.run(argv);
    expect(outcome).toEqual({ code: 0, stdout: `new-secret\n${name}\n`, stderr: '' });
    expect(deployment.requests).toEqual([...beforeRotation, secret]);
  });

  test('is not begun where its secret would be lost', async () => {
    const deployment = deploy(options);
    const { code, stdout } = await deployment.run([...rotate, '-q', '.name']);
    expect([code, stdout]).toEqual([2, '']);
    expect(deployment.mutations()).toEqual([]);
  });

  test('that answers without a secret has killed the old one', async () => {
    const deployment = deploy({ regenerateReplySecret: false });
    const { code, stdout, stderr } = await deployment.run([...rotate, ...value]);
    expect([code, stdout]).toEqual([7, '']);
    expect(stderr).toContain("Run:ai's answer holds no secret, and the old one is dead");
    expect(deployment.requests).toEqual([...beforeRotation, secret, secret]);
  });
});

describe('8: rules bind by name', () => {
  test('so a create looks for those of an earlier account', async () => {
    const deployment = deploy(options);
    expect(await deployment.run(['sa', 'create', '--name', 'old-batch', ...value])).toMatchObject({
      code: 5,
      stdout: '',
      stderr: expect.stringContaining('113 (Editor)'),
    });
    expect(deployment.requests).toEqual([list, rulesOf('old-batch'), list]);
  });

  test('so a delete takes them along, and the next account of the name has none', async () => {
    const deployment = deploy(options);
    expect(await deployment.run(['sa', 'delete', '--id', name, '--yes', '-q', '.deleted'])).toEqual({
      code: 0,
      stdout: 'true\n',
      stderr:
        'sactl: disabled ci-vision\n' +
        'sactl: deleted access rule 102: L1 researcher on project vision (4301)\n' +
        'sactl: deleted access rule 103: L1 researcher on project vision (4302)\n' +
        'sactl: deleted ci-vision\n',
    });
    const argv = ['sa', 'create', '--name', name, '-q', '.credential.value,.accessRules'];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: 'new-secret\n[]\n', stderr: '' });
  });
});

describe('9: a new account may do nothing until it has a rule', () => {
  const rights = ['--role', 'Viewer', '--scope', 'tenant'];

  test('so a create can grant, after the secret is out', async () => {
    const deployment = deploy(options);
    expect(await deployment.run([...create, ...rights, ...value])).toEqual({
      code: 0,
      stdout: 'new-secret\n',
      stderr: 'sactl: granted Viewer on tenant 1001\n',
    });
    expect(deployment.requests).toEqual([
      list,
      roles,
      rulesOf('fresh'),
      list,
      `POST ${accounts}`,
      one('a1'),
      rulesOf('fresh', 'a1'),
      `POST ${rules}`,
    ]);
  });

  test('and a grant that fails does not lose the secret', async () => {
    const fault = { method: 'POST', path: rules, answer: serverError };
    const deployment = deploy({ ...options, intercept: faults(fault) });
    expect(await deployment.run([...create, ...rights, ...value])).toMatchObject({
      code: 6,
      stdout: 'new-secret\n',
      stderr: expect.stringContaining('--account fresh --role 10 --scope tenant:1001'),
    });
  });
});

describe('10: only enabled can be changed, and answers are empty', () => {
  test.each([
    ['nothing', () => new Response(null)],
    ['text', () => new Response('OK')],
    ['JSON that is cut off', () => new Response('{', { headers: { 'content-type': 'application/json' } })],
  ])('PATCH and DELETE may be answered with %s', async (_, answer) => {
    const deployment = deploy({
      intercept: async (request, next) => {
        const real = await next(request);
        return request.method === 'PATCH' || request.method === 'DELETE' ? answer() : real;
      },
    });
    const update = ['sa', 'update', '--id', name, '--disable', '-q', '.enabled'];
    expect(await deployment.run(update)).toEqual({ code: 0, stdout: 'false\n', stderr: '' });
    const remove = ['sa', 'delete', '--id', name, '--yes', '--quiet', '-q', '.deleted'];
    expect(await deployment.run(remove)).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
  });

  test('a new name is a usage error', async () => {
    const deployment = deploy();
    expect(await deployment.run(['sa', 'update', '--id', name, '--name', 'other'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'sactl: Run:ai accounts cannot be given another name\n' +
        'sactl: Run:ai can only enable or disable an account\n',
    });
    expect(deployment.tokenRequests).toEqual([]);
  });
});

test('14: a rule is added by itself: batch-create would answer 200 with failures inside', async () => {
  const deployment = deploy();
  const argv = ['accessrules', 'create', '--account', name, '--role', 'Viewer', '--scope', 'tenant'];
  expect(await deployment.run([...argv, '-q', '.id,.scopeId'])).toEqual({ code: 0, stdout: '117\n1001\n', stderr: '' });
  expect(deployment.requests).toEqual([...findCiVision, roles, `POST ${rules}`]);
  expect(deployment.bodies).toEqual([
    { subjectId: name, subjectType: 'service-account', roleId: 10, scopeId: '1001', scopeType: 'tenant' },
  ]);
});

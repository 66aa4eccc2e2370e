// @module-tag slow
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import type { PromptChoice, Prompter } from '../../../src/context.ts';
import { InterruptedError } from '../../../src/errors.ts';
import { seedRunai } from '../../../src/sandbox/runai/seed.ts';
import { testNow, type TestContextOptions } from '../../harness/context.ts';
import { runaiSandboxClients, useRunai } from '../../harness/runai.ts';
import { runIn } from '../../harness/run.ts';
import { faults, lost } from '../faults.ts';
import { losingBoth, page, serverError, timingOut } from './faults.ts';
import { journalOf } from './journal.ts';
import { accounts, list, one, roles, rules, rulesOf } from './paths.ts';

const deploy = useRunai();
const options = { newSecret: () => 'new-secret', newId: () => 'a1' };
const create = ['sa', 'create', '--name', 'fresh'];
const rights = ['--role', 'Viewer', '--scope', 'tenant'];
const entry = '00000000-0000-4000-8000-000000000001';
const post = `POST ${accounts}`;
const regenerate = `POST ${accounts}/a1/secret`;
const before = [list, rulesOf('fresh'), list];
/** With one look for an account of that name. */
const once = [...before, post, list];
const signIn = 'POST /api/v2/token';
const looking = 'sactl: the answer was lost; looking for its outcome, for up to 30 s\n';
const issuing = 'sactl: issuing another credential for fresh (a1)\n';
const failed = 'sactl: cannot create service account fresh: ';
const ended = 'runai at https://runai.example.com ended the connection without an answer';
const candidate =
  '; the account may have been created, and its client secret is lost; an account of that name exists: a1, 2026-11-22T12:00:00Z, sandbox-administrator\n' +
  `hint: if it is yours, issue another: sactl serviceaccounts rotate --id a1; then: sactl recover discard --id ${entry}\n`;
const dropped = { method: 'POST', path: accounts, done: true, answer: lost };

const losses: readonly (readonly [string, () => Response, string])[] = [
  ['a dropped connection', lost, ended],
  ['500', serverError, 'runai answered 500 (internal error)'],
  ['502 of a gateway', () => page(502), 'a gateway answered in place of runai: 502 (bad gateway) with an HTML page'],
  [
    'no secret in it',
    () => Response.json({ id: 'a1', name: 'fresh' }, { status: 201 }),
    "Run:ai's answer holds no secret",
  ],
];

describe('where nobody can be asked, what was made is listed: exit 7', () => {
  test.each(losses)('after %s', async (_, answer, what) => {
    const deployment = deploy({ ...options, intercept: faults({ ...dropped, answer }) });
    const context = deployment.context();
    expect(await runIn(context, [...create, '--format', 'yaml'])).toEqual({
      code: 7,
      stdout: '',
      stderr: looking + failed + what + candidate,
    });
    expect(deployment.requests.slice(0, 5)).toEqual(once);
    expect(deployment.mutations()).toEqual([post]);
    expect(deployment.tokenRequests).toEqual([signIn]);
    expect(context.sleeps).toEqual([30_000]);
  });

  test('and nothing is listed where there is no such account', async () => {
    const deployment = deploy({ ...options, intercept: faults({ ...dropped, done: false }) });
    expect(await deployment.run([...create, '--format', 'yaml'])).toEqual({
      code: 7,
      stdout: '',
      stderr:
        `${looking}${failed}${ended}; the account may have been created, and its client secret is lost\n` +
        `hint: look for it, then rotate or delete it: sactl serviceaccounts list --search fresh; then: sactl recover discard --id ${entry}\n`,
    });
    expect(deployment.requests).toEqual(once);
  });

  test('and nothing is listed where the accounts cannot be read', async () => {
    const unreadable = { method: 'GET', path: accounts, hits: [3], answer: serverError };
    const deployment = deploy({ ...options, intercept: faults(dropped, unreadable) });
    const { code, stderr } = await deployment.run([...create, '--format', 'yaml']);
    expect(code).toBe(7);
    expect(stderr).not.toContain('there is one of that name');
    expect(deployment.mutations()).toEqual([post]);
  });

  test('and the account is not granted anything', async () => {
    const deployment = deploy({ ...options, intercept: faults(dropped) });
    expect((await deployment.run([...create, ...rights, '--json'])).code).toBe(7);
    expect(deployment.mutations()).toEqual([post]);
  });
});

interface ReceivedCredential {
  readonly message: string;
  readonly choices: readonly PromptChoice[];
}

/** A person at a terminal who confirms the creation, and answers so when asked which account it was. */
function person(answer: () => Promise<string>): {
  readonly asked: ReceivedCredential[];
  readonly options: TestContextOptions;
} {
  const asked: ReceivedCredential[] = [];
  const prompt: Partial<Prompter> = {
    confirm: () => Promise.resolve(true),
    select: (question) => {
      asked.push(question);
      return answer();
    },
  };
  return { asked, options: { terminal: 100, prompt } };
}

/** A document says it all, so that nothing but the account is asked for. */
const folder = mkdtempSync(join(tmpdir(), 'sactl-'));
afterAll(() => rmSync(folder, { recursive: true }));
const document = join(folder, 'fresh.json');
writeFileSync(document, '{"name":"fresh"}');
const onTerminal = ['sa', 'create', '-f', document, '--no-color', '-q', '.credential.value,.verified,.reissued'];
const onTerminalAsText = ['sa', 'create', '-f', document, '--no-color', '--format', 'yaml'];
const preview =
  '  - service account "fresh" is created\n' +
  '  - it has no access rule of its own until it is given one\n' +
  '  - a client secret is issued, which Run:ai shows only once\n';

describe('a person is asked which account it was', () => {
  test('and the chosen one is given another secret', async () => {
    const deployment = deploy({ ...options, intercept: faults(dropped) });
    const { asked, options: terminal } = person(() => Promise.resolve('a1'));
    expect(await deployment.run(onTerminal, terminal)).toEqual({
      code: 0,
      stdout: 'new-secret\ntrue\ntrue\n',
      stderr: preview + looking + issuing,
    });
    expect(asked).toEqual([
      {
        message:
          'The answer was lost. Is one of these the account that was just created? It would be issued another credential.',
        choices: [
          { value: 'a1', label: 'fresh (a1), 2026-11-22T12:00:00Z, sandbox-administrator' },
          { value: '', label: 'none of them' },
        ],
      },
    ]);
    expect(deployment.requests).toEqual([...once, regenerate, one('a1'), rulesOf('fresh', 'a1')]);
    expect(deployment.tokenRequests).toEqual([signIn, signIn, signIn]);
    expect(await journalOf(deployment)).toEqual([]);
  });

  test('and the chosen one is granted what was asked for', async () => {
    const deployment = deploy({ ...options, intercept: faults(dropped) });
    const { options: terminal } = person(() => Promise.resolve('a1'));
    const { code, stdout, stderr } = await deployment.run([...onTerminal, ...rights], terminal);
    expect([code, stdout]).toEqual([0, 'new-secret\ntrue\ntrue\n']);
    expect(stderr).toContain(`${looking}${issuing}sactl: granted Viewer on tenant 1001\n`);
    expect(deployment.requests.slice(-4)).toEqual([regenerate, one('a1'), rulesOf('fresh', 'a1'), `POST ${rules}`]);
    expect(deployment.requests).toEqual(expect.arrayContaining([roles]));
  });

  test('and a second lost answer is the last: exit 7', async () => {
    const again = { method: 'POST', path: '/secret', done: true, answer: lost };
    const deployment = deploy({ ...options, intercept: faults(dropped, again) });
    const { asked, options: terminal } = person(() => Promise.resolve('a1'));
    const rotation = 'sactl: cannot rotate service account fresh (a1): ';
    expect(await deployment.run(onTerminalAsText, terminal)).toEqual({
      code: 7,
      stdout: '',
      stderr: preview + looking + issuing + rotation + ended + candidate,
    });
    expect(asked).toHaveLength(1);
    expect(deployment.requests).toEqual([...once, regenerate]);
  });

  test.each([
    ['says that it is none of them', () => Promise.resolve('')],
    ['leaves the question', () => Promise.reject(new InterruptedError())],
  ])('who %s: exit 7', async (_, answer) => {
    const deployment = deploy({ ...options, intercept: faults(dropped) });
    const { asked, options: terminal } = person(answer);
    expect(await deployment.run(onTerminalAsText, terminal)).toEqual({
      code: 7,
      stdout: '',
      stderr: preview + looking + failed + ended + candidate,
    });
    expect(asked).toHaveLength(1);
    expect(deployment.requests).toEqual(once);
    expect(await journalOf(deployment)).toEqual([['create', null, 'asked']]);
  });
});

test('the secret that is issued again is kept as what it is, until it is delivered', async () => {
  const deployment = deploy({ ...options, intercept: faults(dropped) });
  const { options: terminal } = person(() => Promise.resolve('a1'));
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
  const stdout = { write: () => Promise.reject(full) };
  expect((await deployment.run(onTerminal, { ...terminal, stdout })).code).toBe(8);
  expect(await journalOf(deployment)).toEqual([['create', 'a1', 'kept']]);
  const deliver = ['recover', 'deliver', '--id', entry, '--yes', '--quiet'];
  expect(await deployment.run([...deliver, '-q', '.id,.name,.credential.value'])).toEqual({
    code: 0,
    stdout: 'a1\nfresh\nnew-secret\n',
    stderr: '',
  });
  expect(await journalOf(deployment)).toEqual([]);
});

test('a person is asked after our own time-out, too, once the server cannot be at it any more', async () => {
  const deployment = deploy(options);
  const { asked, options: terminal } = person(() => Promise.resolve(''));
  const context = deployment.context({ ...terminal, fetch: timingOut('POST', accounts) });
  const outcome = await runIn(context, onTerminal);
  expect([outcome.code, asked.length]).toEqual([7, 1]);
  expect(outcome.stderr).toContain('gave no answer in time');
  expect(deployment.mutations()).toEqual([post]);
  expect(context.sleeps).toEqual([30_000]);
});

describe('nobody is asked', () => {
  test('where no other credential may be issued', async () => {
    const deployment = deploy({ ...options, intercept: faults(dropped) });
    const { asked, options: terminal } = person(() => Promise.resolve('a1'));
    const outcome = await deployment.run([...onTerminal, '--no-reissue'], terminal);
    expect([outcome.code, asked]).toEqual([7, []]);
    expect(deployment.requests).toEqual(once);
  });

  test('where there is no account of that name', async () => {
    const deployment = deploy({ ...options, intercept: faults({ ...dropped, done: false }) });
    const { asked, options: terminal } = person(() => Promise.resolve('a1'));
    const outcome = await deployment.run(onTerminal, terminal);
    expect([outcome.code, asked]).toEqual([7, []]);
  });

  test('where the caller’s own secret is dead by then', async () => {
    const state = seedRunai(testNow);
    const { clientId } = runaiSandboxClients.administrator;
    const intercept = losingBoth(state, { clientId, path: accounts });
    const deployment = deploy({ ...options, state, intercept });
    const { options: terminal } = person(() => Promise.resolve('a1'));
    expect((await deployment.run(onTerminal, terminal)).code).toBe(7);
    expect(deployment.mutations()).toEqual([post]);
    expect(deployment.tokenRequests).toEqual([signIn, signIn]);
  });
});

describe('another create of the name', () => {
  test('waits until the first is settled', async () => {
    const deployment = deploy({ ...options, intercept: faults({ ...dropped, done: false, hits: [1] }) });
    await deployment.run([...create, '--json']);
    const again = await deployment.run([...create, '--format', 'yaml', '--quiet']);
    expect(again).toEqual({
      code: 7,
      stdout: '',
      stderr:
        `sactl: an earlier create of fresh is not settled: entry ${entry} of the journal\n` +
        `hint: sactl recover show --id ${entry}; then: sactl recover discard --id ${entry}\n`,
    });
    expect(deployment.mutations()).toEqual([post]);
    await deployment.run(['recover', 'discard', '--id', entry, '--yes', '--quiet']);
    const last = await deployment.run([...create, '-q', '.credential.value']);
    expect(last).toEqual({ code: 0, stdout: 'new-secret\n', stderr: '' });
  });
});

// @module-tag slow
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { seedRunai } from '../../../src/sandbox/runai/seed.ts';
import type { RunaiState } from '../../../src/sandbox/runai/state.ts';
import { testNow } from '../../harness/context.ts';
import { useRunai } from '../../harness/runai.ts';
import { faults, lost } from '../faults.ts';
import { serverError } from './faults.ts';
import { accounts, ciVision, list, one, rules, rulesOf } from './paths.ts';

/** Of more than 1,000 accounts the rest is found by their ids only (docs/contracts/runai.md 15.6 and 15.26). */
const deploy = useRunai();
const { id, name } = ciVision;
const cut = 'Run:ai lists at most 1000 service accounts, so there may be more';
const note = `sactl: ${cut}\n`;
const unknownId = 'dddddddd-0000-4000-8000-000000000000';
const fresh = 'eeeeeeee-0000-4000-8000-000000000000';

/** The list shows 1,000 accounts of no interest, and none of the seed. */
function crowded(count = 1000): RunaiState {
  const state = seedRunai(testNow);
  const [sample] = state.accounts;
  if (sample === undefined) throw new Error('the seed has no account');
  const crowd = Array.from({ length: count }, (_, index) => {
    const called = `crowd-${index}`;
    return { ...sample, id: `crowd-id-${index}`, name: called, clientId: called, secretHash: null };
  });
  return { ...state, accounts: [...crowd, ...state.accounts] };
}

function deployCrowded(options: Parameters<typeof deploy>[0] = {}) {
  return deploy({ state: crowded(), newId: () => fresh, newSecret: () => 'new-secret', ...options });
}

const found = [list, one(id), rulesOf(name, id)];

test('get finds it by its id', async () => {
  const deployment = deployCrowded();
  const outcome = await deployment.run(['sa', 'get', '--id', id, '-q', '.name,(.accessRules|length)']);
  expect(outcome).toEqual({ code: 0, stdout: `${name}\n2\n`, stderr: '' });
  expect(deployment.requests).toEqual(found);
});

describe('what is not there is told from what cannot be known', () => {
  test('no account has this id: exit 3', async () => {
    const deployment = deployCrowded();
    expect(await deployment.run(['sa', 'get', '--id', unknownId])).toEqual({
      code: 3,
      stdout: '',
      stderr: `sactl: no Run:ai service account "${unknownId}"\nhint: sactl serviceaccounts list --provider runai\n`,
    });
    expect(deployment.requests).toEqual([list, one(unknownId)]);
  });

  test.each([name, 'no-such-name'])('the name %s may be one: exit 1', async (reference) => {
    const deployment = deployCrowded();
    expect(await deployment.run(['sa', 'get', '--id', reference])).toEqual({
      code: 1,
      stdout: '',
      stderr: `sactl: no service account "${reference}" is listed; ${cut}\nhint: name it by its id: --id <id>\n`,
    });
    expect(deployment.requests).toEqual([list, one(reference)]);
  });

  test('with --ignore-missing a name is not taken for gone', async () => {
    const deployment = deployCrowded();
    const argv = ['sa', 'delete', '--id', name, '--yes', '--ignore-missing', '-q', '.deleted'];
    expect(await deployment.run(argv)).toMatchObject({ code: 1, stdout: '' });
    const gone = ['sa', 'delete', '--id', unknownId, '--yes', '--ignore-missing', '-q', '.deleted'];
    expect(await deployment.run(gone)).toEqual({ code: 0, stdout: 'false\n', stderr: '' });
    expect(deployment.mutations()).toEqual([]);
  });

  test.each(['.', '..'])('%s is no id, and no folder either', async (reference) => {
    const deployment = deployCrowded();
    expect((await deployment.run(['sa', 'get', '--id', reference])).code).toBe(1);
    expect(deployment.requests).toEqual([list]);
  });

  test('an answer that is another account is none', async () => {
    const other = { method: 'GET', path: id, answer: () => Response.json({ id: 'x', name: 'other' }) };
    const deployment = deployCrowded({ intercept: faults(other) });
    expect(await deployment.run(['sa', 'get', '--id', id])).toEqual({
      code: 1,
      stdout: '',
      stderr: `sactl: cannot read service account ${id}: Run:ai answered with another account\n`,
    });
  });

  test('of 999 a name that is not listed is not there', async () => {
    const state = crowded(999 - seedRunai(testNow).accounts.length);
    const deployment = deploy({ state });
    expect((await deployment.run(['sa', 'get', '--id', 'no-such-name'])).code).toBe(3);
    expect(deployment.requests).toEqual([list]);
  });
});

test('a person who chooses from the list is told that it may be cut', async () => {
  const deployment = deployCrowded();
  const prompt = { select: () => Promise.resolve('crowd-id-7') };
  const { code, stdout, stderr } = await deployment.run(['sa', 'get', '-q', '.name'], { terminal: 100, prompt });
  expect([code, stdout, stderr]).toEqual([0, 'crowd-7\n', note]);
});

test('create is read again by its id, and says what it cannot see', async () => {
  const deployment = deployCrowded();
  const argv = ['sa', 'create', '--name', 'fresh', '-q', '.credential.value,.id,.verified'];
  expect(await deployment.run(argv)).toEqual({ code: 0, stdout: `new-secret\n${fresh}\ntrue\n`, stderr: note });
  expect(deployment.requests.slice(-2)).toEqual([one(fresh), rulesOf('fresh', fresh)]);
});

describe('create of a name that is taken beyond the list', () => {
  test.each([[[]], [['--if-missing']]])('is refused by Run:ai: exit 5 %j', async (flags) => {
    const deployment = deployCrowded();
    const argv = ['sa', 'create', '--name', 'imported-job', '--keep-rules', ...flags, '-q', '.credential.value'];
    const { code, stdout, stderr } = await deployment.run(argv);
    expect([code, stdout, stderr.startsWith(note)]).toEqual([5, '', true]);
    expect(JSON.parse(stderr.slice(note.length))).toMatchObject({
      error: {
        code: 'conflict',
        message: 'cannot create service account imported-job: runai answered 409 (it conflicts with what exists)',
        hint: 'an account of that name exists: where 1000 are listed, only its id finds it',
      },
    });
    expect(deployment.mutations()).toEqual([`POST ${accounts}`]);
  });

  test('does not take its access rules for leftovers', async () => {
    const deployment = deployCrowded();
    expect(await deployment.run(['sa', 'create', '--name', name, '--to', 'file:t', '--format', 'yaml'])).toEqual({
      code: 5,
      stdout: '',
      stderr:
        `${note}sactl: access rules for the name "${name}" exist: 102 (L1 researcher), 103 (L1 researcher); ${cut}\n` +
        'hint: if no account has that name, accept them with --keep-rules; else give another name\n',
    });
    expect(deployment.mutations()).toEqual([]);
  });
});

test('update reads it again by its id', async () => {
  const deployment = deployCrowded();
  const argv = ['sa', 'update', '--id', id, '--disable', '-q', '.enabled'];
  expect(await deployment.run(argv)).toEqual({ code: 0, stdout: 'false\n', stderr: '' });
  expect(deployment.mutations()).toEqual([`PATCH ${accounts}/${id}`]);
});

test('an update whose answer is lost is settled by its id', async () => {
  const deployment = deployCrowded({ intercept: faults({ method: 'PATCH', done: true, answer: lost }) });
  const argv = ['sa', 'update', '--id', id, '--disable', '-q', '.enabled'];
  expect(await deployment.run(argv)).toEqual({ code: 0, stdout: 'false\n', stderr: '' });
});

describe('a delete whose answer is lost', () => {
  const argv = ['sa', 'delete', '--id', id, '--yes', '--quiet', '--format', 'yaml'];
  const last = { method: 'DELETE', path: id };

  test('is not taken for done because the account is not listed', async () => {
    const deployment = deployCrowded({ intercept: faults({ ...last, answer: serverError }) });
    const { code, stdout } = await deployment.run(argv);
    expect([code, stdout]).toEqual([6, '']);
    expect(deployment.requests.at(-1)).toBe(one(id));
  });

  test('is done once no account has its id', async () => {
    const deployment = deployCrowded({ intercept: faults({ ...last, done: true, answer: serverError }) });
    expect((await deployment.run(argv)).code).toBe(0);
    expect(deployment.requests.at(-1)).toBe(one(id));
  });

  test('is not done where reading it fails', async () => {
    const blind = { method: 'GET', path: id, hits: [2], answer: serverError };
    const deployment = deployCrowded({ intercept: faults({ ...last, done: true, answer: lost }, blind) });
    expect((await deployment.run(argv)).code).toBe(6);
  });
});

function secret(account: string): string {
  return `POST ${accounts}/${account}/secret`;
}

describe('rotate', () => {
  test('of one', async () => {
    const deployment = deployCrowded();
    const argv = ['sa', 'rotate', '--id', id, '--yes', '-q', '.credential.value,.verified'];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: 'new-secret\ntrue\n', stderr: '' });
    expect(deployment.requests).toEqual([...found, ...found, secret(id)]);
  });

  test('of several, listed and not', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sactl-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const deployment = deployCrowded();
    const argv = ['sa', 'rotate', '--id', id, '--id', 'crowd-1', '--yes', '--to', 'file:{name}', '--concurrency', '1'];
    const outcome = await deployment.run([...argv, '-q', '[.rotated[].name]', '--no-journal'], { cwd: directory });
    expect(outcome).toMatchObject({ code: 0, stdout: '["ci-vision","crowd-1"]\n' });
    expect(outcome.stderr).toContain(cut);
    expect(await readFile(join(directory, name), 'utf8')).toBe('new-secret');
    expect(deployment.mutations().toSorted()).toEqual([secret(id), secret('crowd-id-1')]);
  });

  test.each([
    ['a name: exit 1', name, 1, `no service account "${name}" is listed; ${cut}`],
    ['an id that no account has: exit 3', unknownId, 3, `no service account "${unknownId}"`],
  ])('of several, one of them %s', async (_, reference, code, message) => {
    const deployment = deployCrowded();
    const argv = ['sa', 'rotate', '--id', reference, '--id', 'crowd-1', '--yes', '--to', 'file:{name}', '--json'];
    const outcome = await deployment.run(argv);
    expect([outcome.code, outcome.stdout]).toEqual([code, '']);
    expect(JSON.parse(outcome.stderr.replace(note, ''))).toMatchObject({ error: { message } });
    expect(deployment.mutations()).toEqual([]);
  });

  test('of all says on stderr that there may be more', async () => {
    const deployment = deployCrowded();
    const argv = ['sa', 'rotate', '--match', 'crowd-7', '--dry-run', '--to', 'file:t', '-q', '.requests|length'];
    const { code, stdout, stderr } = await deployment.run(argv, { cwd: tmpdir() });
    expect([code, stdout, stderr]).toEqual([0, '1\n', note]);
    expect(deployment.mutations()).toEqual([]);
  });
});

test('access rules are listed and made by its id', async () => {
  const deployment = deployCrowded();
  expect(await deployment.run(['accessrules', 'list', '--account', id, '-q', '.[].id'])).toEqual({
    code: 0,
    stdout: '102\n103\n',
    stderr: '',
  });
  const argv = ['accessrules', 'create', '--account', id, '--role', 'Viewer', '--scope', 'tenant', '-q', '.account'];
  expect(await deployment.run(argv)).toEqual({ code: 0, stdout: `${name}\n`, stderr: '' });
  expect(deployment.mutations()).toEqual([`POST ${rules}`]);
});

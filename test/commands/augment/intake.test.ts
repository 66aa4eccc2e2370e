import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  consoleUrl,
  docs,
  reviewer,
  seedInventory,
  sessionOf,
  useAugment,
  type AugmentDeployment,
} from '../../harness/augment.ts';
import { problems, workFolder } from '../support.ts';

const deploy = useAugment();
const create = ['sa', 'create', '--name', 'ci', '--stdin'];
const id = `acme.api.augmentcode.com/${reviewer.account}`;
const rotate = ['sa', 'rotate', '--id', reviewer.account, '--token', 'second', '--yes'];

/** The inventory's file. */
async function inventory({ stateDirectory }: AugmentDeployment): Promise<string> {
  return readFile(join(stateDirectory, 'augment', 'inventory.json'), 'utf8');
}

describe('a token for another tenant than the account’s', () => {
  const question = `The session is for zulu.api.augmentcode.com, and ${reviewer.account} is recorded at acme.api.augmentcode.com. Go on?`;
  const moved = sessionOf('moved').replace('acme', 'zulu');

  async function machine(): Promise<{ deployment: AugmentDeployment; argv: string[]; cwd: string }> {
    const deployment = deploy({ inventory: seedInventory() });
    deployment.issuance({ token: 'second', value: 'moved' });
    const cwd = await workFolder({ 'new.json': moved });
    return { deployment, argv: [...rotate, '-f', 'new.json', '--to', 'file:out'], cwd };
  }

  it('is refused where nobody can be asked', async () => {
    const { deployment, argv, cwd } = await machine();
    const before = await inventory(deployment);
    expect(await deployment.run(argv, { cwd })).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['--allow-tenant-change is missing'], question),
    });
    expect(deployment.requests).toEqual([]);
    expect(await inventory(deployment)).toBe(before);
  });

  it('is taken with --allow-tenant-change', async () => {
    const { deployment, argv, cwd } = await machine();
    const outcome = await deployment.run([...argv, '--allow-tenant-change', '--json'], { cwd });
    expect(outcome.code).toBe(0);
    expect(await readFile(join(cwd, 'out'), 'utf8')).toBe(moved);
  });

  it.each([
    [true, 0],
    [false, 2],
  ])('is asked about on a terminal: %j', async (answer, code) => {
    const { deployment, argv, cwd } = await machine();
    const questions: string[] = [];
    const outcome = await deployment.run([...argv, '--json'], {
      cwd,
      terminal: 100,
      prompt: {
        confirm: ({ message, default: initial }) => {
          questions.push(`${message} ${String(initial)}`);
          return Promise.resolve(answer);
        },
      },
    });
    expect(outcome.code).toBe(code);
    expect(questions).toEqual([`${question} false`]);
    expect(deployment.requests.length > 0).toBe(answer);
  });
});

describe('a token that is recorded already', () => {
  it.each([
    ['its own old one', reviewer.value, `"${reviewer.token}" of "${reviewer.account}"`],
    ['that of another account', docs.value, `"${docs.token}" of "${docs.account}"`],
  ])('is not a new one: %s', async (_, value, whose) => {
    const deployment = deploy({ inventory: seedInventory() });
    const before = await inventory(deployment);
    const argv = [...rotate, '--stdin', '--to', 'file:out'];
    expect(await deployment.run(argv, { stdin: sessionOf(value) })).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([`standard input: this is the token ${whose}, not a new one`]),
    });
    expect(deployment.requests).toEqual([]);
    expect(await inventory(deployment)).toBe(before);
  });
});

describe('a name', () => {
  const long = 'a'.repeat(101);
  it.each(['ci bot', 'ci.bot', 'ci/bot', 'cï', long])('that Augment refuses is refused here: %s', async (name) => {
    const { run, requests } = deploy();
    const argv = ['sa', 'create', '--name', name, '--stdin'];
    const { code, stdout, stderr } = await run(argv, { stdin: sessionOf('new') });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Augment names have 1 to 100 letters, digits, "-" or "_"');
    expect(requests).toEqual([]);
  });

  it.each(['', ' two', 'a\tb', long])('of a token has to fit into a form: %j', async (token) => {
    const { run, requests } = deploy();
    const outcome = await run([...create, '--token', token], { stdin: sessionOf('new') });
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['--token: names of tokens have 1 to 100 characters on one line, without blanks at their ends']),
    });
    expect(requests).toEqual([]);
  });

  it('of a token is the day where nobody gives one, and a number is added to a second', async () => {
    const deployment = deploy({ inventory: seedInventory() });
    const cwd = await workFolder();
    const argv = `tokens create --id ${reviewer.account} --stdin -q .tokens[-1].name`;
    for (const name of ['2026-11-22', '2026-11-22-2', '2026-11-22-3']) {
      const stdin = deployment.issuance({ token: name });
      expect(await deployment.run(argv.split(' '), { cwd, stdin })).toEqual({
        code: 0,
        stdout: `${name}\n`,
        stderr: '',
      });
    }
  });

  it('of a token that the account has is not given to another one', async () => {
    const deployment = deploy({ inventory: seedInventory() });
    const stdin = deployment.issuance({ token: 'other' });
    const argv = `tokens create --id ${reviewer.account} --token ${reviewer.token} --stdin`;
    const before = await inventory(deployment);
    expect(await deployment.run(argv.split(' '), { stdin })).toEqual({
      code: 5,
      stdout: '',
      stderr: problems(
        [`"${reviewer.account}" has a token "${reviewer.token}" already`],
        'give the new one another name, here and in the web console',
      ),
    });
    expect(deployment.requests).toEqual([]);
    expect(await inventory(deployment)).toBe(before);
  });

  it('of an account is unique in its tenant, whatever is allowed', async () => {
    const deployment = deploy({ inventory: seedInventory() });
    const stdin = deployment.issuance({ token: 'other' });
    const before = await inventory(deployment);
    const argv = ['sa', 'create', '--name', reviewer.account, '--stdin', '--token', 'other'];
    expect((await deployment.run(argv, { stdin })).code).toBe(5);
    const { code, stderr } = await deployment.run([...argv, '--allow-duplicate'], { stdin });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: problems([
        `standard input: "${reviewer.account}" of https://acme.api.augmentcode.com is recorded already`,
      ]),
    });
    expect(deployment.requests).toEqual([]);
    expect(await inventory(deployment)).toBe(before);
  });
});

describe('where nobody can be asked', () => {
  const missing = 'the new session is missing: give it with -f <session.json> or --stdin';

  it.each([
    ['sa create --name ci', {}],
    [`tokens create --id ${reviewer.account}`, {}],
    [`sa rotate --id ${reviewer.account} --yes`, {}],
    [`sa rotate --id ${reviewer.account} --yes --no-input`, { terminal: 100 }],
    [`sa rotate --id ${reviewer.account} --yes`, { terminal: 100, env: { CI: 'true' } }],
  ])('a missing session is an error at once: %s %j', async (argv, options) => {
    const { run, requests } = deploy({ inventory: seedInventory() });
    expect(await run([...argv.split(' '), '--no-color'], options)).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([missing]),
    });
    expect(requests).toEqual([]);
  });

  it('all that is missing is said at once', async () => {
    const { run } = deploy();
    const { code, stderr } = await run(['sa', 'rotate']);
    expect(code).toBe(2);
    for (const what of ['--id is missing', 'add --yes', missing]) {
      expect(stderr).toContain(what);
    }
  });

  it('a rotation says where the session goes', async () => {
    const { run, requests, issuance } = deploy({ inventory: seedInventory() });
    const stdin = issuance({ token: 'second' });
    expect(await run([...rotate, '--stdin'], { stdin })).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(
        ['--to is missing: say where the new session goes'],
        'e.g. --to session:~/.augment/session.json, or --to gh-secret:<owner/repo>#AUGMENT_SESSION_AUTH',
      ),
    });
    expect(requests).toEqual([]);
  });
});

describe('--done', () => {
  const update = ['sa', 'update', '--id', reviewer.account];

  it('is not for a change that needs no person', async () => {
    const deployment = deploy({ inventory: seedInventory() });
    const before = await inventory(deployment);
    const outcome = await deployment.run([...update, '--description', 'New', '--done']);
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['--done is for steps in the console of Augment, and this change needs none there']),
    });
    expect(await inventory(deployment)).toBe(before);
  });

  it('goes with the whole change, which the next command repeats', async () => {
    const { run } = deploy({ inventory: seedInventory() });
    const argv = [...update, '--name', 'ci2', '--description', "It's new"];
    const first = await run(argv);
    expect(first).toEqual({
      code: 20,
      stdout: '',
      stderr:
        `sactl: to be done by a person: rename the service account "${reviewer.account}" to "ci2"\n  at ${consoleUrl}\n` +
        `hint: sactl serviceaccounts update --provider augment --id ${id} --name ci2 --description 'It'\\''s new' --done\n`,
    });
    const filter = '[.name, .description]';
    expect(await run([...argv, '--done', '-q', filter])).toEqual({
      code: 0,
      stdout: '["ci2","It\'s new"]\n',
      stderr: '',
    });
  });

  it('does not take the name of another account', async () => {
    const deployment = deploy({ inventory: seedInventory() });
    const before = await inventory(deployment);
    const { code, stderr } = await deployment.run([...update, '--name', docs.account, '--done']);
    expect(code).toBe(5);
    expect(stderr).toContain(`an Augment account "${docs.account}" is recorded already`);
    expect(await inventory(deployment)).toBe(before);
  });

  it.each([
    ['sa delete --id ci-reviewer', 20],
    ['sa delete --id ci-reviewer --yes', 20],
    ['sa delete --id ci-reviewer --done', 2],
    ['sa delete --id ci-reviewer --done --yes', 0],
    ['sa delete --id nobody --done --yes', 3],
    ['sa delete --id nobody --done --yes --ignore-missing', 0],
    ['tokens revoke --id ci-reviewer --token github-actions', 20],
    ['tokens revoke --id ci-reviewer --token github-actions --yes', 20],
    ['tokens revoke --id ci-reviewer --token github-actions --done', 2],
    ['tokens revoke --id ci-reviewer --token github-actions --done --yes', 0],
    ['sa update --id ci-reviewer --name ci2', 20],
    ['sa update --id ci-reviewer --name ci2 --yes', 20],
    ['sa update --id ci-reviewer --name ci2 --done', 0],
  ])('%s ends with %i', async (argv, code) => {
    // Nothing is left here of the token that it is about.
    const deployment = deploy({ inventory: seedInventory(), token: docs.value });
    const before = await inventory(deployment);
    const outcome = await deployment.run(argv.split(' '));
    expect(outcome.code).toBe(code);
    const isRecorded = code === 0 && !argv.includes('nobody');
    expect((await inventory(deployment)) !== before).toBe(isRecorded);
    expect(deployment.requests).toEqual([]);
  });
});

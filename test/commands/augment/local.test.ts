// @module-tag slow
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { InterruptedError } from '../../../src/errors.ts';
import { addAccount } from '../../../src/providers/augment/inventory.ts';
import { docs, reviewer, seedInventory, sessionOf, useAugment, type AugmentDeployment } from '../../harness/augment.ts';
import { workFolder } from '../support.ts';

const deploy = useAugment();
const id = `--id ${reviewer.account}`;

describe('on a machine without a session of its own', () => {
  const options = { env: { AUGMENT_SESSION_AUTH: undefined, SACTL_PROVIDER: 'augment' } };

  it.each([
    ['sa list', 0],
    [`sa get ${id}`, 0],
    [`tokens list ${id}`, 0],
    [`sa update ${id} --description New`, 0],
    [`sa delete ${id}`, 20],
    [`sa delete ${id} --done --yes`, 0],
    [`tokens revoke ${id} --token ${reviewer.token} --done --yes`, 0],
    ['whoami', 4],
    ['sa list --active', 4],
  ])('what is recorded there needs none: %s ends with %i', async (argv, code) => {
    const { run, requests } = deploy({ inventory: seedInventory() });
    const outcome = await run(argv.split(' '), options);
    expect(outcome.code).toBe(code);
    expect(requests).toEqual([]);
  });

  it.each([`sa rotate ${id} --yes --to file:out`, `tokens create ${id}`, 'sa create --name ci'])(
    'a new token is tried with itself: %s',
    async (argv) => {
      const deployment = deploy({ inventory: seedInventory() });
      const stdin = deployment.issuance({ token: 'second', value: 'fresh' });
      const words = [...argv.split(' '), '--stdin', '-q', '.verified'];
      const outcome = await deployment.run(words, { ...options, stdin, cwd: await workFolder() });
      expect(outcome).toMatchObject({ code: 0, stdout: 'true\n' });
      expect(deployment.authorizations).toEqual(['Bearer fresh']);
    },
  );
});

it('an interrupt while a new token is tried changes nothing, and leaves no open entry', async () => {
  const interrupt = new AbortController();
  const deployment = deploy({
    inventory: seedInventory(),
    intercept: (request, next) => {
      interrupt.abort(new InterruptedError());
      return next(request);
    },
  });
  const argv = ['sa', 'create', '--provider', 'augment', '--name', 'ci', '--stdin', '--to', 'file:out'];
  const stdin = deployment.issuance({ token: 'second', value: 'fresh' });
  const outcome = await deployment.run(argv, { stdin, cwd: await workFolder(), signal: interrupt.signal });
  expect(outcome).toEqual({ code: 130, stdout: '', stderr: 'sactl: interrupted; nothing was changed\n' });
  expect(deployment.authorizations).toEqual(['Bearer fresh']);
  expect(await deployment.run(['recover', 'list', '--json'])).toMatchObject({ code: 0, stdout: '[]\n' });
});

interface Installed {
  readonly deployment: AugmentDeployment;
  readonly cwd: string;
}

// A profile is for one tenant, and a name is one account's there.
it('with a profile, only the accounts of its tenant are meant', async () => {
  const other = { tenant: 'https://i1.api.augmentcode.com', name: docs.account };
  const at = '2026-11-02T10:00:00.000Z';
  const inventory = addAccount(seedInventory(), { ...other, description: null, at });
  const { run } = deploy({ inventory });
  const folder = await workFolder({ session: sessionOf(docs.value) });
  await chmod(join(folder, 'session'), 0o600);
  const credential = { file: join(folder, 'session') };
  const config = join(folder, 'config.json');
  await writeFile(config, JSON.stringify({ profiles: { a: { provider: 'augment', credential } } }));
  const env = { SACTL_CONFIG: config };
  const found = await run(`sa get --profile a --id ${docs.account} -q .id`.split(' '), { env });
  expect(found.stdout).toBe(`acme.api.augmentcode.com/${docs.account}\n`);
  const listed = await run('sa list --profile a -q .[].name'.split(' '), { env });
  expect(listed.stdout).toBe(`${reviewer.account}\n${docs.account}\n`);
  expect((await run(`sa get --id ${docs.account}`.split(' '))).code).toBe(5);
});

/** The reviewer with a token of unknown whereabouts, and `one` and `two` in files of these names. */
async function machine(): Promise<Installed> {
  const deployment = deploy({ inventory: seedInventory() });
  const cwd = await workFolder();
  for (const token of ['one', 'two']) {
    const argv = `tokens create ${id} --token ${token} --stdin --to file:${token} --json`;
    const stdin = deployment.issuance({ token });
    expect((await deployment.run(argv.split(' '), { cwd, stdin })).code).toBe(0);
  }
  return { deployment, cwd };
}

/** Rotates to a token of that name; gives what is left to a person. */
async function goalsOf(
  { deployment, cwd }: Installed,
  { token, flags }: { readonly token: string; readonly flags: string },
): Promise<readonly string[]> {
  const argv = `sa rotate ${id} --token ${token} --stdin --yes --json ${flags}`;
  const stdin = deployment.issuance({ token });
  const { code, stdout } = await deployment.run(argv.split(' '), { cwd, stdin });
  expect(code).toBe(0);
  const { actionsRequired } = JSON.parse(stdout) as { actionsRequired: { goal: string }[] };
  return actionsRequired.map(({ goal }) => goal);
}

function revocationsOf(tokens: readonly string[]): readonly string[] {
  return tokens.map((token) => `revoke the token "${token}" of the service account "ci-reviewer"`);
}

async function pendingOf({ deployment }: Installed): Promise<readonly string[]> {
  const filter = '.[] | select(.state == "pending-revoke").name';
  const { stdout } = await deployment.run([...`tokens list ${id} -q`.split(' '), filter]);
  return stdout.split('\n').filter(Boolean);
}

describe('a rotation of an account with several tokens', () => {
  it.each([
    ['--to file:one', ['one']],
    ['--to file:one --to file:two', ['one', 'two']],
    ['--to file:three', []],
  ])('replaces those that were in its targets: %s', async (flags, replaced) => {
    const installed = await machine();
    expect(await goalsOf(installed, { token: 'new', flags })).toEqual(revocationsOf(replaced));
    expect(await pendingOf(installed)).toEqual(replaced);
  });

  it('has a token revoked only when it is nowhere any more', async () => {
    const installed = await machine();
    await goalsOf(installed, { token: 'both', flags: '--to file:one --to file:two' });
    expect(await goalsOf(installed, { token: 'third', flags: '--to file:one' })).toEqual([]);
    expect(await pendingOf(installed)).toEqual(['one', 'two']);
    expect(await goalsOf(installed, { token: 'fourth', flags: '--to file:two' })).toEqual(revocationsOf(['both']));
  });

  it('is not misled by a file of the same name in another folder', async () => {
    const installed = await machine();
    const elsewhere = { ...installed, cwd: await workFolder() };
    expect(await goalsOf(elsewhere, { token: 'new', flags: '--to file:one' })).toEqual([]);
    const path = join(installed.cwd, 'one');
    expect(await goalsOf(elsewhere, { token: 'next', flags: `--to file:${path}` })).toEqual(revocationsOf(['one']));
  });

  it('names the endpoint in what is to be run', async () => {
    const installed = await machine();
    const endpoint = 'https://api.augmentcode.com/';
    const argv = `sa rotate ${id} --token new --stdin --yes --to file:one --endpoint ${endpoint} -q`;
    const { deployment, cwd } = installed;
    const stdin = deployment.issuance({ token: 'new' });
    const outcome = await deployment.run([...argv.split(' '), '.actionsRequired[].command'], { cwd, stdin });
    expect(outcome.stdout).toMatch(/ --done --yes --endpoint https:\/\/api\.augmentcode\.com\/\n$/);
  });
});

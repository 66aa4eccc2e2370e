import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { useNscale } from '../../harness/nscale.ts';
import { accountsUrl, problems, workFolder } from '../support.ts';

const nscale = useNscale();

const { nightlyTrain } = accountIds;
const rotate = ['sa', 'rotate', '--id', 'nightly-train', '--yes'];
const create = ['sa', 'create', '--name', 'ci'];

describe('targets that cannot be used', () => {
  it('are told of with all other mistakes, and without a request', async () => {
    const deployment = nscale();
    const targets = ['file', 'foo:A', 'session+json:a', 'profile', 'dotenv:.env', 'file:{team}'];
    const argv = ['sa', 'rotate', '--format', 'yaml', '--endpoint', 'x'];
    const outcome = await deployment.run([...argv, ...targets.flatMap((to) => ['--to', to])]);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 2, stdout: '' });
    expect(outcome.stderr.trimEnd().split('\n')).toEqual([
      'sactl: flag --endpoint is not a URL such as https://api.example.com',
      'sactl: --id is missing: give the id or the exact name of an account',
      'sactl: this needs a confirmation, and there is no terminal to ask on: add --yes',
      'sactl: --to "file": a place must follow file:',
      'sactl: --to "foo:A": "foo" is not a kind of target; the kinds are file[+json], dotenv, session, profile, github-env, github-output, exec[+json], gh-secret, gitlab-variable, kubernetes, vault, aws-secret, gcp-secret, azure-keyvault, doppler, op',
      'sactl: --to "session+json:a": session does not take +json; only file and exec do',
      'sactl: --to "profile": no profile with a {file} credential is in use',
      'sactl: --to "dotenv:.env": a name must follow, as in dotenv:<where>#<KEY>',
      'sactl: --to "file:{team}": {team} is not a placeholder; the placeholders are {provider} {profile} {org} {id} {name} {NAME}',
    ]);
    expect(deployment.requests).toEqual([]);
  });

  it.each([
    [rotate, 'nightly-train'],
    [create, 'ci'],
  ])('are all tried before anything is sent: %j', async (argv, name) => {
    const deployment = nscale();
    const cwd = await workFolder();
    const targets = ['--to', 'file:none/a', '--to', 'file:{name}/b', '--format', 'yaml'];
    expect(await deployment.run([...argv, ...targets], { cwd })).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([
        `--to "file:none/a": there is no folder ${cwd}/none; make it first (mkdir)`,
        `--to "file:{name}/b": there is no folder ${cwd}/${name}; make it first (mkdir)`,
      ]),
    });
    expect(deployment.mutations()).toEqual([]);
    expect(await readdir(cwd)).toEqual([]);
  });

  it('are those that are the same place', async () => {
    const deployment = nscale();
    const cwd = await workFolder();
    const targets = ['--to', 'file:{name}', '--to', 'file:./Nightly-Train', '--format', 'yaml'];
    expect(await deployment.run([...rotate, ...targets], { cwd })).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([
        'file:nightly-train for nightly-train and file:./Nightly-Train for nightly-train are the same place; name it once',
      ]),
    });
    expect(deployment.mutations()).toEqual([]);
  });

  it('are those with the id of an account that is not there yet', async () => {
    const deployment = nscale();
    expect(await deployment.run([...create, '--to', 'file:{id}', '--format', 'yaml'])).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['--to "file:{id}": the id of an account is not known before it is created; use {name}']),
    });
    expect(deployment.mutations()).toEqual([]);
  });
});

describe('--dry-run with targets', () => {
  it('says which of them would do, and leaves nothing behind', async () => {
    const deployment = nscale();
    const cwd = await workFolder();
    const targets = ['--to', 'file:none/a', '--to', 'file:{name}'];
    const argv = [...rotate, ...targets, '--dry-run', '--json'];
    const { code, stdout, stderr } = await deployment.run(argv, { cwd });
    expect({ code, error: JSON.parse(stderr) }).toMatchObject({
      code: 2,
      error: { error: { message: `--to "file:none/a": there is no folder ${cwd}/none; make it first (mkdir)` } },
    });
    expect(JSON.parse(stdout)).toEqual({
      dryRun: true,
      provider: 'nscale',
      operation: 'rotate',
      requests: [{ method: 'POST', url: `${accountsUrl}/${nightlyTrain}/rotate`, body: null }],
      effects: [
        'the current token stops working at once; what uses it fails until it has the new one',
        'a new token is issued, which nscale shows only once',
      ],
      targets: [
        { target: 'file:none/a', ok: false },
        { target: 'file:nightly-train', ok: true },
      ],
    });
    expect(deployment.mutations()).toEqual([]);
    expect(await readdir(cwd)).toEqual([]);
    expect(await readdir(join(deployment.stateDirectory, 'journal'))).toEqual([]);
  });

  it('says so to people', async () => {
    const cwd = await workFolder();
    const argv = [...create, '--to', 'file:none/a', '--to', 'file:b', '--dry-run'];
    const { code, stdout, stderr } = await nscale().run(argv, { cwd });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: problems([`--to "file:none/a": there is no folder ${cwd}/none; make it first (mkdir)`]),
    });
    const lines = stdout.split('\n').filter((line) => line.startsWith('  - the credential'));
    expect(lines).toEqual(['  - the credential cannot go to file:none/a', '  - the credential goes to file:b']);
  });
});

// @module-tag slow
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { openRunner } from './github.ts';
import { outlasting } from './machine.ts';

const install = ['npm', 'install', '--global', '--ignore-scripts', 'sactl@0.1.0'];

/** How the action installs it. */
function ownInstall(path: string): string[] {
  return ['npm', 'install', '--global', '--prefix', join(path, 'sactl'), '--ignore-scripts', 'sactl@0.1.0'];
}

/** What the action starts with, for each provider. */
function rotation(provider: string): string[] {
  const report = expect.stringMatching(/^--report=.*\/report\.json$/) as string;
  const start = ['sactl', 'serviceaccounts', 'rotate', `--provider=${provider}`, '--yes', '--no-input', report];
  return [...start, '--id=-', '--include-expired'];
}

const nscale = [...rotation('nscale'), '--expiring-within=14d', '--to=gh-secret:acme/app#{NAME}_TOKEN', '--wait=10m'];
const runaiFlags = ['--older-than=60d', '--age-from=createdAt', '--to=gh-secret:acme/app#{NAME}_SECRET', '--wait=10m'];
const runai = [...rotation('runai'), ...runaiFlags];

describe.skipIf(process.platform === 'win32')('the examples', outlasting, () => {
  it('rotate every night what is due, each account into its own secret', async () => {
    const { path, runJob } = await openRunner();
    const { code, calls, summary } = await runJob('rotate-nightly.yml', 'rotate');
    expect({ code, calls }).toEqual({ code: 0, calls: [ownInstall(path), nscale, ownInstall(path), runai] });
    expect(summary).toMatch(/2 rotated, 0 skipped, 0 failed[^]*1 rotated, 0 skipped, 0 failed/);
    const again = await runJob('rotate-nightly.yml', 'rotate');
    expect(again.summary).toMatch(/0 rotated, 2 skipped[^]*0 rotated, 1 skipped/);
  });

  it('only say what would be done, where they are asked to', async () => {
    const { runJob } = await openRunner();
    const run = await runJob('rotate-nightly.yml', 'rotate', { inputs: { 'dry-run': 'true' } });
    expect(run.calls.map((words) => words.at(-1))).toEqual(['sactl@0.1.0', '--dry-run', 'sactl@0.1.0', '--dry-run']);
    expect(run).toMatchObject({ code: 0, output: expect.stringMatching(/ci-deploy[^]*batch-trainer/) });
    expect((await runJob('rotate-nightly.yml', 'rotate')).summary).toContain('2 rotated');
  });

  it('get a token although the answer that brought it was lost', async () => {
    const { runJob } = await openRunner();
    const env = { SACTL_SANDBOX_FAULT: 'nscale.rotate=drop-after-commit@1' };
    const run = await runJob('rotate-nightly.yml', 'rotate', { env });
    expect(run).toMatchObject({ code: 0, summary: expect.stringContaining('2 rotated') });
  });

  it('fail where the credential does not work, and rotate the accounts of the other provider', async () => {
    const { runJob } = await openRunner();
    const env = { SACTL_SANDBOX_FAULT: 'nscale.list=expired' };
    const { code, summary } = await runJob('rotate-nightly.yml', 'rotate', { env });
    expect({ code, summary }).toEqual({ code: 4, summary: expect.stringContaining('1 rotated, 0 skipped, 0 failed') });
  });

  it('replace a leaked token at once, and work with what was delivered', async () => {
    const { runJob } = await openRunner();
    const rotate = await runJob('leak-response.yml', 'rotate', { inputs: { account: 'ci-deploy' } });
    expect(rotate).toMatchObject({
      code: 0,
      calls: [
        install,
        [
          'sactl',
          'serviceaccounts',
          'rotate',
          '--provider',
          'nscale',
          '--id',
          'ci-deploy',
          '--to',
          'gh-secret:acme/app@production#NSCALE_SERVICE_TOKEN',
          '--wait',
          '5m',
          '--supersede',
          '--yes',
          '-q',
          '.verified',
        ],
      ],
      summary: expect.stringContaining('\nThe token of `ci-deploy` was replaced; the new one was tried: true.\n'),
    });
    const verify = await runJob('leak-response.yml', 'verify');
    expect(verify).toMatchObject({ code: 0, calls: [install, ['sactl', 'whoami', '--provider', 'nscale']] });
  });

  it('do not run the name of an account, and look for what was kept when a rotation fails', async () => {
    const { runJob } = await openRunner();
    const account = '$(touch pwned); `touch pwned`';
    const run = await runJob('leak-response.yml', 'rotate', { inputs: { account } });
    expect(run).toMatchObject({ code: 3, output: expect.stringContaining('"code":"not_found"') });
    expect(run.calls.map((words) => words.slice(0, 3))).toEqual([
      install.slice(0, 3),
      ['sactl', 'serviceaccounts', 'rotate'],
      ['sactl', 'recover', 'deliver'],
    ]);
    expect(run.calls[1]).toContain(account);
  });

  it('report on everything, and fail on what is wrong', async () => {
    const { runJob } = await openRunner();
    const run = await runJob('drift-report.yml', 'report');
    expect(run.code).toBe(1);
    expect(run.output).toContain('::error::1 accounts have expired or are in error, and 1 expire within a week\n');
    for (const part of [
      '## What is wrong',
      '## Accounts',
      'nightly-backup',
      '## Not used',
      '## Not delivered',
      '## Held',
      '## Changed',
    ]) {
      expect(run.summary).toContain(part);
    }
  });

  it('report on everything, and succeed where nothing is wrong', async () => {
    const { runAction, runJob } = await openRunner();
    for (const accounts of ['ci-deploy', 'nightly-backup']) {
      expect(await runAction({ accounts, to: 'file:token' })).toMatchObject({ code: 0 });
    }
    expect(await runJob('drift-report.yml', 'report')).toMatchObject({ code: 0 });
  });
});

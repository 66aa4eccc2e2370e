import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { openMachine } from './runner.ts';

const install = ['npm', 'install', '--global', '--ignore-scripts', 'sactl@0.1.0'];

function nightly({ account, secret, report }: Record<'account' | 'secret' | 'report', string>): string[] {
  const [start, due] = ['serviceaccounts rotate --provider nscale --yes --no-input --wait 10m', '14d'];
  const to = `gh-secret:acme/app#${secret}`;
  const flags = ['--id', account, '--to', to, '--expiring-within', due, '--report', report];
  return ['sactl', ...start.split(' '), ...flags];
}

describe.skipIf(process.platform === 'win32')('the examples', { timeout: 60_000 }, () => {
  it('rotate every night what is due, each account into its own secret', async () => {
    const machine = await openMachine();
    const runs = await machine.runJob('rotate-nightly.yml', 'rotate');
    const report = join(machine.path, 'sactl-rotation.json');
    expect(runs.map(({ code, calls }) => ({ code, calls }))).toEqual([
      { code: 0, calls: [install, nightly({ account: 'ci-deploy', secret: 'NSCALE_SERVICE_TOKEN', report })] },
      { code: 0, calls: [install, nightly({ account: 'nightly-train', secret: 'TRAINING_SERVICE_TOKEN', report })] },
    ]);
    expect(runs.map(({ summary }) => summary)).toEqual([
      expect.stringContaining('1 rotated, 0 skipped, 0 failed'),
      expect.stringContaining('1 rotated, 0 skipped, 0 failed'),
    ]);
    const [again] = await machine.runJob('rotate-nightly.yml', 'rotate');
    expect(again).toMatchObject({ code: 0, summary: expect.stringContaining('0 rotated, 1 skipped') });
  });

  it('only say what would be done, where they are asked to', async () => {
    const { runJob } = await openMachine();
    const [run] = await runJob('rotate-nightly.yml', 'rotate', { inputs: { 'dry-run': 'true' } });
    expect(run?.calls.at(-1)).toContain('--dry-run');
    expect(run).toMatchObject({ code: 0, output: expect.stringContaining('ci-deploy') });
    const [then] = await runJob('rotate-nightly.yml', 'rotate');
    expect(then?.summary).toContain('1 rotated');
  });

  it('get a token although the answer that brought it was lost', async () => {
    const { runJob } = await openMachine();
    const env = { SACTL_SANDBOX_FAULT: 'nscale.rotate=drop-after-commit@1' };
    const [run] = await runJob('rotate-nightly.yml', 'rotate', { env });
    expect(run).toMatchObject({ code: 0, summary: expect.stringContaining('1 rotated') });
  });

  it('fail where the credential does not work', async () => {
    const { runJob } = await openMachine();
    const env = { SACTL_SANDBOX_FAULT: 'nscale.list=expired' };
    const [run] = await runJob('rotate-nightly.yml', 'rotate', { env });
    expect(run?.code).toBe(4);
  });

  it('replace a leaked token at once, and work with what was delivered', async () => {
    const { runJob } = await openMachine();
    const [rotate] = await runJob('leak-response.yml', 'rotate', { inputs: { account: 'ci-deploy' } });
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
      summary: 'The token of `ci-deploy` was replaced; the new one was tried: true.\n',
    });
    const [verify] = await runJob('leak-response.yml', 'verify');
    expect(verify).toMatchObject({ code: 0, calls: [install, ['sactl', 'whoami', '--provider', 'nscale']] });
  });

  it('do not run the name of an account, and look for what was kept when a rotation fails', async () => {
    const { runJob } = await openMachine();
    const account = '$(touch pwned); `touch pwned`';
    const [run] = await runJob('leak-response.yml', 'rotate', { inputs: { account } });
    expect(run).toMatchObject({ code: 3, output: expect.stringContaining('"code":"not_found"') });
    expect(run?.calls.map((words) => words.slice(0, 3))).toEqual([
      install.slice(0, 3),
      ['sactl', 'serviceaccounts', 'rotate'],
      ['sactl', 'recover', 'deliver'],
    ]);
    expect(run?.calls[1]).toContain(account);
  });

  it('report on everything, and fail on what is wrong', async () => {
    const { runJob } = await openMachine();
    const [run] = await runJob('drift-report.yml', 'report');
    expect(run?.code).toBe(1);
    expect(run?.output).toContain('::error::1 accounts have expired or are in error, and 1 expire within a week\n');
    for (const part of [
      '## What is wrong',
      '## Accounts',
      'nightly-backup',
      '## Not used',
      '## Not delivered',
      '## Held',
      '## Changed',
    ]) {
      expect(run?.summary).toContain(part);
    }
  });

  it('report on everything, and succeed where nothing is wrong', async () => {
    const { runAction, runJob } = await openMachine();
    for (const accounts of ['ci-deploy', 'nightly-backup']) {
      expect(await runAction({ accounts, to: 'file:token' })).toMatchObject({ code: 0 });
    }
    expect(await runJob('drift-report.yml', 'report')).toMatchObject([{ code: 0 }]);
  });
});

describe.skipIf(process.platform === 'win32')('the action', { timeout: 60_000 }, () => {
  it('takes several accounts and several targets, one a line', async () => {
    const { runAction } = await openMachine();
    const run = await runAction({
      accounts: 'ci-deploy\n  nightly-train\n\n',
      to: 'file:{name}.token\nvault:ci/{name}#token\n',
      provider: 'all',
    });
    expect(run).toMatchObject({ code: 0, summary: expect.stringContaining('2 rotated') });
    expect(run.calls.at(-1)?.slice(9)).toEqual([
      '--id',
      'ci-deploy',
      '--id',
      'nightly-train',
      '--to',
      'file:{name}.token',
      '--to',
      'vault:ci/{name}#token',
    ]);
  });

  it('needs to know what is to be rotated', async () => {
    const { runAction } = await openMachine();
    const run = await runAction({ to: 'file:token' });
    expect(run).toMatchObject({ code: 2, output: expect.stringContaining('--id is missing') });
  });

  it.each(['latest', '^0.1.0', '0.1', '0.1.0 left-pad', '$(touch pwned)'])(
    'refuses the version %j',
    async (version) => {
      const { runAction } = await openMachine();
      const run = await runAction({ version, accounts: 'ci-deploy', to: 'file:token' });
      expect({ code: run.code, calls: run.calls }).toEqual({ code: 2, calls: [] });
      expect(run.output).toMatch(/^::error::"version" must be an exact version/);
    },
  );

  it('delivers once more what was kept, and fails all the same', async () => {
    const sactl = `case "$1 $2" in
      'serviceaccounts rotate') exit 8 ;;
      *) exit 1 ;;
    esac`;
    const { runAction } = await openMachine({ sactl });
    const run = await runAction({ accounts: 'ci-deploy', to: 'file:token' });
    expect(run.code).toBe(8);
    expect(run.calls.slice(2)).toEqual([['sactl', 'recover', 'deliver', '--all', '--yes', '--no-input']]);
    expect(run.output).toContain('::warning::no state store');
  });

  it('passes what it is given as it is', async () => {
    const { runAction } = await openMachine();
    const run = await runAction({ accounts: '$(touch pwned) "*"', to: 'file:a b' });
    expect(run.calls.at(-1)?.slice(9)).toEqual(['--id', '$(touch pwned) "*"', '--to', 'file:a b']);
    expect(run.code).toBe(3);
  });
});

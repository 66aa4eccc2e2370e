// @module-tag slow
import { chmod, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { workFolder } from '../commands/support.ts';
import { ops } from '../harness/age.ts';
import { openRunner } from './github.ts';
import { outlasting, type JobRun } from './machine.ts';
import { openWorld } from './world.ts';

const target = { accounts: 'ci-deploy', to: 'file:token' };

/** The flags of the call that rotates, without those that it always has. */
function flagsOf({ calls }: JobRun): readonly string[] {
  return calls.find(([, , verb]) => verb === 'rotate')?.slice(7) ?? [];
}

/** A sactl that ends its rotation with this code, and does nothing. */
function ending(code: number): { sactl: string } {
  return { sactl: `case "$1 $2" in 'serviceaccounts rotate') exit ${String(code)} ;; esac` };
}

describe.skipIf(process.platform === 'win32')('the action', outlasting, () => {
  it('takes several accounts and several targets, one a line', async () => {
    const { runAction } = await openRunner();
    const run = await runAction({
      accounts: 'ci-deploy\n  nightly-train\n\n',
      to: 'file:{name}.token\nvault:ci/{name}#token\n',
      provider: 'all',
    });
    expect(run).toMatchObject({ code: 0, summary: expect.stringContaining('2 rotated') });
    expect(flagsOf(run)).toEqual([
      '--id=-',
      '--include-expired',
      '--to=file:{name}.token',
      '--to=vault:ci/{name}#token',
      '--wait=10m',
    ]);
  });

  it('takes every other input', async () => {
    const { runAction } = await openRunner();
    const inputs = { match: 'ci-*', 'expiring-within': '14d', 'older-than': '60d', wait: '' };
    const switches = { supersede: 'true', 'allow-self': 'true', 'dry-run': 'true' };
    const run = await runAction({ ...inputs, ...switches, to: 'file:{name}', version: '0.1.0-rc.1' });
    expect(run.code).toBe(0);
    const selectors = ['--match=ci-*', '--expiring-within=14d', '--older-than=60d', '--age-from=createdAt'];
    expect(flagsOf(run)).toEqual([...selectors, '--to=file:{name}', '--supersede', '--allow-self', '--dry-run']);
    expect(run.calls[0]?.at(-1)).toBe('sactl@0.1.0-rc.1');
  });

  it('says how many accounts were rotated, and in which file is what became of each', async () => {
    const { runAction } = await openRunner();
    const { code, outputs } = await runAction({ ...target, 'expiring-within': '14d' });
    const { report = '', ...others } = outputs;
    const counts = { rotated: '1', delivered: '0', skipped: '0', failed: '0' };
    expect({ code, others }).toEqual({ code: 0, others: { ...counts, 'exit-code': '0' } });
    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({ rotated: [{ name: 'ci-deploy' }] });
    const again = await runAction({ ...target, 'expiring-within': '14d' });
    expect(again.outputs).toMatchObject({ rotated: '0', skipped: '1', 'exit-code': '0' });
    expect(dirname(again.outputs['report'] ?? '')).not.toBe(dirname(report));
  });

  it('knows nothing of accounts where nothing was tried', async () => {
    const { runAction } = await openRunner();
    const unknown = { rotated: '', delivered: '', skipped: '', failed: '', report: '' };
    expect((await runAction({ ...target, 'dry-run': 'true' })).outputs).toEqual({ ...unknown, 'exit-code': '0' });
    const nobody = await runAction({ accounts: 'nobody', to: 'file:token' });
    expect({ code: nobody.code, outputs: nobody.outputs }).toEqual({
      code: 3,
      outputs: { ...unknown, 'exit-code': '3' },
    });
  });

  it('leaves the job its Node.js, and brings one only where that is none or too old', async () => {
    const { runAction } = await openRunner();
    expect((await runAction(target)).used).toEqual([]);
    const programs = await workFolder({ node: `#!/bin/sh\n[ "$1" != -e ] && exec '${process.execPath}' "$@"\n` });
    await chmod(join(programs, 'node'), 0o755);
    const old = await openRunner({ programs });
    expect((await old.runAction(target)).used).toEqual([expect.stringMatching(/^actions\/setup-node@/)]);
  });

  it('passes what it is given as it is', async () => {
    const { runAction } = await openRunner();
    const name = '$(touch pwned) "*"';
    const run = await runAction({ accounts: name, to: 'file:a b; touch $(pwned)' });
    expect(flagsOf(run)).toEqual(['--id=-', '--include-expired', '--to=file:a b; touch $(pwned)', '--wait=10m']);
    expect(run).toMatchObject({ code: 3, output: expect.stringContaining('no service account "$(touch pwned) "*""') });
  });
});

describe.skipIf(process.platform === 'win32')('the inputs of the action', outlasting, () => {
  const times = 'must be a time such as 90s, 30m, 12h, 14d or 1d12h';
  const switches = 'must be true or false';

  it.each<readonly [string, string, string]>([
    ['accounts', 'a\u0007b', 'must be ids or names, one a line'],
    ['accounts', 'x'.repeat(201), 'must be ids or names, one a line'],
    ['match', 'a\nb', 'must be one pattern, such as ci-*'],
    ['expiring-within', '14 days', times],
    ['expiring-within', '0d', times],
    ['older-than', 'old', times],
    ['wait', '10', times],
    ['to', '', 'is missing: it says where the new credentials go'],
    ['to', ' \n', 'is missing: it says where the new credentials go'],
    ['to', 'file:a\nghp_0123', 'must be targets, one a line, such as gh-secret:acme/app#NSCALE_SERVICE_TOKEN'],
    ['provider', 'aws', 'must be nscale, runai, augment or all'],
    ['provider', '', 'must be nscale, runai, augment or all'],
    ['supersede', 'yes', switches],
    ['allow-self', 'True', switches],
    ['dry-run', '1', switches],
    ...['latest', '^0.1.0', '0.1', '0.1.0 left-pad', '$(touch pwned)', ''].map(
      (version) => ['version', version, 'must be an exact version, such as 0.1.0'] as const,
    ),
  ])('%s cannot be %j, which is said before anything is installed', async (name, value, problem) => {
    const { runAction } = await openRunner();
    const { code, output, calls, outputs } = await runAction({ ...target, [name]: value });
    expect({ code, output, calls }).toEqual({
      code: 2,
      output: `::error::the input "${name}" ${problem}\n`,
      calls: [],
    });
    expect(outputs).toMatchObject({ 'exit-code': '2', rotated: '', report: '' });
  });

  it('are all wrong at once, and none of them is shown', async () => {
    const { runAction } = await openRunner();
    const names = [
      'match',
      'expiring-within',
      'older-than',
      'to',
      'provider',
      'wait',
      'supersede',
      'allow-self',
      'dry-run',
    ];
    const stray = 'ghp_s3cret\n::warning::hello';
    const given = [...names, 'version'].map((name) => [name, stray] as const);
    const { code, output, calls } = await runAction({ accounts: '\u001B', ...Object.fromEntries(given) });
    const lines = output.trimEnd().split('\n');
    expect(lines.map((line) => /^::error::the input "([\w-]+)" .+$/.exec(line)?.[1])).toEqual([
      'accounts',
      ...names,
      'version',
    ]);
    expect(output).not.toMatch(/ghp_|hello/);
    expect({ code, calls }).toEqual({ code: 2, calls: [] });
  });

  it('have to say what is rotated', async () => {
    const { runAction } = await openRunner();
    const { code, output, calls } = await runAction({ to: 'file:token', accounts: ' \n' });
    expect({ code, calls }).toEqual({ code: 2, calls: [] });
    expect(output).toMatch(/^::error::the input "accounts" is empty, and so are "match".*\n$/);
  });

  it('may be empty, as those of a workflow are that was not started by hand', async () => {
    const { runAction } = await openRunner();
    const empty = { supersede: '', 'allow-self': '', 'dry-run': '', wait: '', match: '', 'older-than': '' };
    const run = await runAction({ ...target, ...empty });
    expect({ code: run.code, flags: flagsOf(run) }).toEqual({
      code: 0,
      flags: ['--id=-', '--include-expired', '--to=file:token'],
    });
  });
});

describe.skipIf(process.platform === 'win32')('a failure in the action', outlasting, () => {
  it('is delivered once more without recipients, and the step fails all the same', async () => {
    const { runAction } = await openRunner(ending(8));
    const { code, calls, output, outputs } = await runAction(target);
    expect({ code, exitCode: outputs['exit-code'] }).toEqual({ code: 8, exitCode: '8' });
    expect(calls.slice(2)).toEqual([['sactl', 'recover', 'deliver', '--all', '--yes', '--no-input']]);
    expect(output).toContain('::warning::no state store');
  });

  it.each([
    [
      'in the store',
      { SACTL_STATE: 's3://b/p' },
      'a credential is kept in the state store, sealed: who has the identity runs "sactl recover deliver --all"',
    ],
    [
      'in the log',
      {},
      'a sealed copy of a credential is in this log: who has the identity runs "sactl recover open", then "sactl recover deliver --all"',
    ],
  ])('says who can open what is kept %s', async (_, env, message) => {
    const { runAction } = await openRunner(ending(8));
    const { code, calls, output } = await runAction(target, { SACTL_STATE_RECIPIENTS: ops.recipient, ...env });
    expect({ code, calls: calls.length }).toEqual({ code: 8, calls: 2 });
    expect(output).toContain(`::error::${message}\n`);
  });

  it('says what to do where the old credential may be dead', async () => {
    const { runAction } = await openRunner(ending(7));
    const { code, output } = await runAction(target);
    expect({ code, output }).toEqual({ code: 7, output: expect.stringContaining('run this job again\n') });
  });

  it('is one of npm, which tried to install it', async () => {
    const { runAction, breakNpm } = await openRunner();
    await breakNpm();
    const { code, output, outputs } = await runAction(target);
    expect({ code, output }).toEqual({ code: 1, output: '::error::npm could not install sactl 0.1.0\n' });
    expect(outputs['exit-code']).toBe('1');
  });

  it('is a credential that is not there', async () => {
    const world = await openWorld();
    const { runAction } = await openRunner();
    const { code, output } = await runAction(target, { ...world.values, NSCALE_SERVICE_TOKEN: '' });
    expect({ code, output }).toEqual({ code: 4, output: expect.stringContaining('NSCALE_SERVICE_TOKEN') });
    expect(world.rotations()).toBe(0);
  });
});

describe.skipIf(process.platform === 'win32')('what is secret', outlasting, () => {
  const secrets = {
    NSCALE_SERVICE_TOKEN: 'nscale-s3cret-0123456789',
    RUNAI_CLIENT_SECRET: 'runai-s3cret-0123456789',
    GH_TOKEN: 'ghp_s3cret0123456789',
    AWS_SECRET_ACCESS_KEY: 'aws-s3cret-0123456789',
    VAULT_TOKEN: 'hvs.s3cret-0123456789',
    SACTL_STATE: 'postgres://sactl:pg-s3cret@db.example.com/sactl',
  };

  it('is not told to npm, which gets what it needs to work', async () => {
    const { runAction, npmEnvironment } = await openRunner(ending(0));
    const own = {
      HTTPS_PROXY: 'http://proxy.example.com:3128',
      npm_config_cache: '/cache',
      NODE_AUTH_TOKEN: 'npm-token',
    };
    await runAction(target, { ...secrets, ...own });
    const got = Object.fromEntries((await npmEnvironment()).split('\n').map((line) => line.split(/=(.*)/s)));
    expect(got).toMatchObject({ ...own, PATH: expect.any(String), HOME: expect.any(String) });
    expect(JSON.stringify(got)).not.toContain('s3cret');
  });

  it('is in no command line and not in the log, whatever becomes of the rotation', async () => {
    for (const code of [0, 7, 8]) {
      const { runAction } = await openRunner(ending(code));
      const { calls, output, outputs, summary } = await runAction(target, secrets);
      expect(JSON.stringify({ calls, output, outputs, summary })).not.toContain('s3cret');
    }
  });

  it('is masked where the log shows it at all', async () => {
    const world = await openWorld();
    const { runAction, path } = await openRunner();
    const { code, output, outputs } = await runAction(target, {
      ...world.values,
      NSCALE_SERVICE_TOKEN: world.secrets.nscale,
    });
    expect(code).toBe(0);
    const token = await readFile(`${path}/token`, 'utf8');
    expect(await world.isLive('nscale', token)).toBe(true);
    expect(output.replaceAll(`::add-mask::${token}\n`, '')).not.toContain(token);
    expect(await readFile(outputs['report'] ?? '', 'utf8')).not.toContain(token);
  });
});

import { describe, expect, it } from 'vitest';

import { InterruptedError } from '../../../src/errors.ts';
import { run } from '../../harness/run.ts';
import { problems, workFolder } from '../support.ts';
import { doctor, of, said } from './rows.ts';

const sandbox = { SACTL_SANDBOX: '1' };

describe('doctor for people', () => {
  it('has a section for the machine and each connection', async () => {
    const homeDirectory = await workFolder();
    const outcome = await run(['doctor'], { env: sandbox, homeDirectory });
    expect(outcome).toEqual({
      code: 0,
      stdout: [
        'this machine',
        '  ok       node         Node.js 20.20.2',
        '  ok       config       no configuration file is read; it would be ~/.config/sactl/config.yaml',
        '  ok       journal      every new credential has been delivered',
        '  ok       audit        changes can be written into the audit log',
        '',
        'nscale',
        '  ok       endpoint     https://nscale.sandbox.invalid answers (sandbox)',
        '  ok       credential   the credential from the sandbox works: it is ann@example.com',
        '  ok       expiry       the provider does not report when the credential expires',
        '',
        'runai',
        '  ok       endpoint     https://runai.sandbox.invalid answers (sandbox)',
        '  ok       credential   the credential from the sandbox works: it is sandbox-administrator',
        '  ok       expiry       the credential does not expire',
        '',
        'augment',
        '  ok       endpoint     https://augment.sandbox.invalid answers (sandbox)',
        '  ok       credential   the credential from the sandbox works: it is an account that is not recorded here',
        '  ok       expiry       the credential does not expire',
        '',
        'no problems found',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('breaks lines to fit the terminal, and puts hints below', async () => {
    const { code, stdout } = await run(['doctor', '--provider', 'nscale', '--no-color'], { terminal: 60 });
    expect(code).toBe(1);
    expect(stdout.slice(stdout.indexOf('\nnscale'))).toBe(
      [
        '',
        'nscale',
        '  error    credential   no credential for nscale: set',
        '                        NSCALE_SERVICE_TOKEN',
        '                        hint: to try it without a',
        '                        credential, add --sandbox',
        '',
        '1 error',
        '',
      ].join('\n'),
    );
  });

  it('counts what it found', async () => {
    const env = { RUNAI_CLIENT_ID: 'a', RUNAI_TOKEN: ' ', NSCALE_SERVICE_TOKEN: ' ' };
    const { code, stdout } = await run(['doctor'], { env });
    expect(code).toBe(1);
    expect(stdout.split('\n').at(-2)).toBe('1 error, 1 warning');
  });
});

describe('doctor for programs', () => {
  it('prints an array of results', async () => {
    const { code, rows, stderr } = await doctor(['--provider', 'runai'], { env: sandbox });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(rows.filter(({ provider }) => provider !== null)).toEqual([
      {
        provider: 'runai',
        profile: null,
        level: 'ok',
        check: 'endpoint',
        message: 'https://runai.sandbox.invalid answers (sandbox)',
        hint: null,
      },
      {
        provider: 'runai',
        profile: null,
        level: 'ok',
        check: 'credential',
        message: 'the credential from the sandbox works: it is sandbox-administrator',
        hint: null,
      },
      {
        provider: 'runai',
        profile: null,
        level: 'ok',
        check: 'expiry',
        message: 'the credential does not expire',
        hint: null,
      },
    ]);
  });

  it.each([
    [['--format', 'csv'], 'provider,profile,level,check,message,hint\n,,ok,node,'],
    [['-q', '.[0].check'], 'node\n'],
    [['--format', 'ndjson'], '{"provider":null,"profile":null,"level":"ok","check":"node",'],
  ])('prints %j', async (flags, beginning) => {
    const { stdout } = await run(['doctor', ...flags], { env: sandbox });
    expect(stdout.slice(0, beginning.length)).toBe(beginning);
  });
});

describe('doctor', () => {
  it('says of one refused credential that it was refused, and nothing of the others', async () => {
    const env = { ...sandbox, SACTL_SANDBOX_FAULT: 'nscale.*=expired' };
    const found = await doctor([], { env });
    expect(found.code).toBe(1);
    expect(of('endpoint', found).map(({ level }) => level)).toEqual(['ok', 'ok', 'ok']);
    expect(of('credential', found).map(({ provider, level }) => [provider, level])).toEqual([
      ['nscale', 'error'],
      ['runai', 'ok'],
      ['augment', 'ok'],
    ]);
  });

  it('tells what to set where there is nothing', async () => {
    const found = await doctor();
    expect(found.code).toBe(1);
    expect(said('credential', found)).toEqual([
      'error: no credential found; for nscale: set NSCALE_SERVICE_TOKEN; for runai: set RUNAI_BASE_URL, and RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET, or RUNAI_TOKEN; for augment: set AUGMENT_SESSION_AUTH -> or select a profile with --profile, or try it with --sandbox; how to begin: sactl help setup',
    ]);
    expect(of('node', found)).toHaveLength(1);
  });

  it.each([
    ['20.18.3', 'error: this is Node.js 20.18.3 -> install Node.js 20.19 or newer'],
    ['20.19.0', 'ok: Node.js 20.19.0'],
    ['26.1.0', 'ok: Node.js 26.1.0'],
  ])('knows whether Node.js %s is new enough', async (nodeVersion, line) => {
    expect(said('node', await doctor([], { env: sandbox, nodeVersion }))).toEqual([line]);
  });

  it.each([
    [['--provider', 'other'], 2],
    [['--org', 'x'], 2],
    [['--raw'], 2],
    [['--profile', 'a', '--sandbox'], 2],
    [['-q', '.['], 2],
  ])('refuses %j', async (flags, code) => {
    const outcome = await run(['doctor', ...flags]);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code, stdout: '' });
  });

  it('refuses an endpoint that would be that of several', async () => {
    const argv = ['doctor', '--endpoint', 'https://a.example', '--no-color'];
    expect(await run(argv, { env: { NSCALE_SERVICE_TOKEN: 'a' } })).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['--endpoint is for one connection: name it with --provider or --profile']),
    });
  });

  it('ends when it is interrupted', async () => {
    const controller = new AbortController();
    const { code, stdout } = await run(['doctor', '--provider', 'nscale'], {
      env: { NSCALE_SERVICE_TOKEN: 'a' },
      signal: controller.signal,
      fetch: () => {
        controller.abort(new InterruptedError());
        return Promise.reject(new Error('gone'));
      },
    });
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  });
});

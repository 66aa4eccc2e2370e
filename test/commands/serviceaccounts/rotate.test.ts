// @module-tag slow
import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import type { TestContextOptions } from '../../harness/context.ts';
import { organizationId, useNscale } from '../../harness/nscale.ts';
import { accountsPath, accountsUrl, issuedToken, predictable, problems } from '../support.ts';

const nscale = useNscale();

const { ciDeploy } = accountIds;
const post = `POST ${accountsPath}/${ciDeploy}/rotate`;
const rotate = ['sa', 'rotate', '--id', 'ci-deploy'];

describe('sa rotate prints the token and nothing else', () => {
  it.each([
    [['-q', '.credential.value']],
    [['-q', '.credential.value', '--debug']],
    [['--raw', '-q', '.status.accessToken']],
    [['-q', '.credential | select(.kind == "access-token") | .value']],
  ])('with %j', async (argv) => {
    const deployment = nscale(predictable);
    const { code, stdout, stderr } = await deployment.run([...rotate, '--yes', ...argv]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${issuedToken}\n` });
    expect(stderr.split('\n').filter((line) => !/^(?:GET|POST) https:/.test(line))).toEqual(['']);
    expect(stderr).not.toContain(issuedToken);
    expect(deployment.mutations()).toEqual([post]);
  });
});

describe('sa rotate for people', () => {
  it('shows what happens, asks, and puts the token alone on the last line', async () => {
    const questions: string[] = [];
    const { code, stdout, stderr } = await nscale(predictable).run([...rotate, '--no-color'], {
      terminal: 100,
      prompt: {
        confirm: ({ message, default: initial }) => {
          questions.push(`${message} ${initial}`);
          return Promise.resolve(true);
        },
      },
    });
    const action = `Rotate the credential of ci-deploy (${ciDeploy}) in organization acme-research (${organizationId})`;
    expect({ code, stderr, questions }).toEqual({
      code: 0,
      stderr: [
        '  - the current token stops working at once; what uses it fails until it has the new one',
        '  - a new token is issued, which nscale shows only once',
        '',
      ].join('\n'),
      questions: [`${action}? false`],
    });
    expect(stdout.split('\n').slice(-4)).toEqual(['', 'Token (shown this once):', issuedToken, '']);
  });

  it('says that rotating revives an expired account', async () => {
    const argv = ['sa', 'rotate', '--id', 'nightly-backup', '--dry-run', '-q', '.effects[]'];
    expect(await nscale().run(argv)).toEqual({
      code: 0,
      stdout: 'this account has expired: rotating revives it\na new token is issued, which nscale shows only once\n',
      stderr: '',
    });
  });

  it('prints csv with the token on a terminal', async () => {
    const argv = [...rotate, '--yes', '--format', 'csv'];
    const { code, stdout } = await nscale(predictable).run(argv, { terminal: 100 });
    const [header, row] = stdout.split('\n').map((line) => line.split(','));
    expect({ code, last: header?.at(-1), value: row?.at(-1) }).toEqual({
      code: 0,
      last: 'credential',
      value: issuedToken,
    });
  });
});

describe('sa rotate --dry-run', () => {
  it('prints what would be sent, and sends it not', async () => {
    const deployment = nscale();
    const { code, stdout, stderr } = await deployment.run([...rotate, '--dry-run', '--json']);
    expect({ code, stderr, sent: deployment.mutations() }).toEqual({ code: 0, stderr: '', sent: [] });
    expect(JSON.parse(stdout)).toEqual({
      dryRun: true,
      provider: 'nscale',
      operation: 'rotate',
      requests: [{ method: 'POST', url: `${accountsUrl}/${ciDeploy}/rotate`, body: null }],
      effects: [
        'the current token stops working at once; what uses it fails until it has the new one',
        'a new token is issued, which nscale shows only once',
      ],
      targets: [{ target: 'stdout', ok: true }],
    });
  });
});

describe('sa rotate refuses, without a request,', () => {
  const missingId = '--id is missing: give the id or the exact name of an account';
  const missingYes = 'this needs a confirmation, and there is no terminal to ask on: add --yes';
  const unreadable = 'no place for the new credential: add --to file:<path>, or -q .credential.value to print it';
  const cases: readonly (readonly [readonly string[], TestContextOptions, readonly string[]])[] = [
    [[], {}, [missingId, missingYes, unreadable]],
    [['--id', 'ci-deploy'], {}, [missingYes, unreadable]],
    [['--id', 'ci-deploy', '--to', 'file:token'], {}, [missingYes]],
    [['--yes', '--to', 'file:a'], {}, [missingId]],
    [['--yes', '--id', 'ci-deploy'], {}, [unreadable]],
    [
      ['--id', 'ci-deploy', '--no-input'],
      { terminal: 100 },
      ['this needs a confirmation, and --no-input forbids asking: add --yes'],
    ],
    [['--id', 'ci-deploy'], { terminal: 100, env: { CI: '1' } }, [missingYes, unreadable]],
  ];

  it.each(cases)('%j %j', async (argv, options, lines) => {
    const deployment = nscale();
    expect(await deployment.run(['sa', 'rotate', '--no-color', ...argv], options)).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(lines),
    });
    expect(deployment.requests).toEqual([]);
  });
});

describe('sa rotate refuses, without a change,', () => {
  const thrownAway =
    'the filter throws the credential away, or a part of it; let it print .credential.value (with --raw, where the provider puts it), or give --to';
  const cases: readonly (readonly [readonly string[], TestContextOptions, string])[] = [
    [['-q', '.id'], {}, thrownAway],
    [['-q', '.credential.fingerprint'], {}, thrownAway],
    [['-q', '.credential.value | length'], {}, thrownAway],
    [['-q', '.credential.value | type'], {}, thrownAway],
    [['-q', '.credential.value | startswith("ey")'], {}, thrownAway],
    [['-q', 'empty'], {}, thrownAway],
    [['--raw', '-q', '.credential.value'], {}, thrownAway],
    [['-q', '.credential.value[:10]'], {}, thrownAway],
    [
      ['-q', '.status.accessToken'],
      {},
      'the filter fails on a result of this command: -q ".status.accessToken" failed on this result',
    ],
    [
      ['-q', '.credential.value | tonumber'],
      {},
      'the filter fails on a result of this command: -q ".credential.value | tonumber" failed on this result',
    ],
    [
      ['--format', 'csv'],
      {},
      'no place for the new credential: add --to file:<path>, or -q .credential.value to print it',
    ],
    [
      [],
      { terminal: 100, env: { CI: '1' } },
      'no place for the new credential: add --to file:<path>, or -q .credential.value to print it',
    ],
    [
      ['--format', 'yaml'],
      { stdout: { discards: true } },
      'stdout is closed or the null device: the credential would be lost',
    ],
  ];

  it.each(cases)('%j %j', async (argv, options, message) => {
    const deployment = nscale();
    const outcome = await deployment.run([...rotate, '--yes', '--no-color', ...argv], options);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 2, stdout: '' });
    const text = outcome.stderr.startsWith('{')
      ? (JSON.parse(outcome.stderr) as { error: { message: string } }).error.message
      : outcome.stderr.replace(/^sactl: (.*)\n$/, '$1');
    expect(text).toBe(message);
    expect(deployment.mutations()).toEqual([]);
  });

  it('when the answer to the question is no', async () => {
    const deployment = nscale();
    const { code } = await deployment.run(rotate, { terminal: 100, prompt: { confirm: () => Promise.resolve(false) } });
    expect({ code, sent: deployment.mutations() }).toEqual({ code: 2, sent: [] });
  });
});

// @module-tag slow
import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import type { TestContextOptions } from '../../harness/context.ts';
import { sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { accountsPath, issuedToken, newAccountId, predictable, problems, workFolder } from '../support.ts';
import { entryIds, fingerprint, idsIn, keepCredential, rotation, watched, type Watched } from './entries.ts';

const nscale = useNscale();

const deliver = ['recover', 'deliver', '--id', '4f1c09d2'];
const verification = 'GET /api/v1/organizations';

/** A deployment with one credential that a run could not print. */
async function withKept(argv: readonly string[] = rotation): Promise<Watched> {
  const deployment = nscale(predictable);
  await keepCredential(deployment, argv);
  return watched(deployment);
}

describe('recover deliver to stdout', () => {
  it.each([
    [['-q', '.credential.value'], `${issuedToken}\n`],
    [['--raw', '-q', '.status.accessToken'], `${issuedToken}\n`],
    [
      [
        '-q',
        '[.id, .name, .verified, .reissued, .recoverId, .deliveredTo, .credential.value, .credential.fingerprint]',
      ],
      `["${accountIds.ciDeploy}","ci-deploy",true,false,null,[],"${issuedToken}","${fingerprint}"]\n`,
    ],
  ])('tries the token, prints it and erases the entry: %j', async (argv, stdout) => {
    const deployment = await withKept();
    expect(await deployment.run([...deliver, '--yes', ...argv])).toEqual({ code: 0, stdout, stderr: '' });
    expect(deployment.asked()).toEqual([verification, `GET ${accountsPath}`]);
    expect(await idsIn(deployment)).toEqual([]);
  });

  it('prints nothing that a newer one superseded, although a cache still takes it', async () => {
    let isCached = false;
    const asAdministrator = { authorization: `Bearer ${sandboxTokens.administrator}` };
    const deployment = nscale({
      ...predictable,
      intercept: (request, next) => next(isCached ? new Request(request, { headers: asAdministrator }) : request),
    });
    await keepCredential(deployment, rotation);
    const account = deployment.state.accounts.find(({ id }) => id === accountIds.ciDeploy);
    if (account !== undefined) account.expiry = '2027-02-20T12:00:01Z';
    isCached = true;
    const outcome = await deployment.run([...deliver, '--yes', '--json']);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 8, stdout: '' });
    expect(JSON.parse(outcome.stderr)).toMatchObject({
      error: {
        superseded: true,
        message: expect.stringMatching(/ was superseded by a newer one; it was not written$/),
      },
    });
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
    const audit = await deployment.run(['audit', 'list', '-q', '.[-1] | [.operation, .outcome]']);
    expect(audit.stdout).toBe('["deliver","superseded"]\n');
  });

  it('prints the newest one where the account can be read with it', async () => {
    let mayRead = false;
    const asAdministrator = { authorization: `Bearer ${sandboxTokens.administrator}` };
    const deployment = nscale({
      ...predictable,
      intercept: (request, next) => next(mayRead ? new Request(request, { headers: asAdministrator }) : request),
    });
    await keepCredential(deployment, rotation);
    mayRead = true;
    const argv = [...deliver, '--yes', '-q', '.credential.value'];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
  });

  it('brings the token of a create, too', async () => {
    const deployment = await withKept(['sa', 'create', '--name', 'ci']);
    const argv = [...deliver, '--yes', '-q', '.id, .name, .credential.value'];
    expect(await deployment.run(argv)).toEqual({
      code: 0,
      stdout: `${newAccountId}\nci\n${issuedToken}\n`,
      stderr: '',
    });
    expect(await idsIn(deployment)).toEqual([]);
  });

  it('asks on a terminal, and puts the token alone on the last line', async () => {
    const deployment = await withKept();
    const questions: string[] = [];
    const { code, stdout, stderr } = await deployment.run([...deliver, '--no-color'], {
      terminal: 100,
      prompt: {
        confirm: ({ message, default: initial }) => {
          questions.push(`${message} ${initial}`);
          return Promise.resolve(true);
        },
      },
    });
    expect({ code, stderr, questions }).toEqual({
      code: 0,
      stderr: '  - the credential goes to stdout\n  - the entry is erased\n',
      questions: [`Deliver the credential of ci-deploy (${accountIds.ciDeploy})? false`],
    });
    expect(stdout.split('\n').slice(-5)).toEqual([
      'Verified:      true',
      '',
      'Token (shown this once):',
      issuedToken,
      '',
    ]);
  });

  it('leaves everything as it is when the answer is no', async () => {
    const deployment = await withKept();
    const outcome = await deployment.run([...deliver, '--no-color'], {
      terminal: 100,
      prompt: { confirm: () => Promise.resolve(false) },
    });
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        '  - the credential goes to stdout',
        '  - the entry is erased',
        'sactl: not confirmed; nothing was changed',
        '',
      ].join('\n'),
    });
    expect(deployment.asked()).toEqual([]);
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });

  it('masks the token in the log of a job first', async () => {
    const deployment = await withKept();
    const env = { GITHUB_ACTIONS: 'true' };
    const argv = [...deliver, '--yes', '-q', '.credential.value'];
    expect(await deployment.run(argv, { env })).toEqual({
      code: 0,
      stdout: `${issuedToken}\n`,
      stderr: `::add-mask::${issuedToken}\n`,
    });
  });
});

const noPlace = 'no place for the new credential: add --to file:<path>, or -q .credential.value to print it';

const thrownAway =
  'the filter throws the credential away, or a part of it; let it print .credential.value (with --raw, where the provider puts it), or give --to';

describe('recover deliver checks stdout before it asks anything', () => {
  const cases: readonly (readonly [readonly string[], TestContextOptions, string])[] = [
    [[], {}, noPlace],
    [['--format', 'csv'], {}, noPlace],
    [[], { terminal: 80, env: { CI: '1' } }, noPlace],
    [['-q', '.id'], {}, thrownAway],
    [['-q', '.credential.fingerprint'], {}, thrownAway],
    [['--raw', '-q', '.credential.value'], {}, thrownAway],
    [
      ['-q', '.credential.value | tonumber'],
      {},
      'the filter fails on a result of this command: -q ".credential.value | tonumber" failed on this result',
    ],
    [
      ['--format', 'yaml'],
      { stdout: { discards: true } },
      'stdout is closed or the null device: the credential would be lost',
    ],
  ];
  it.each(cases)('%j %j', async (argv, options, message) => {
    const deployment = await withKept();
    const outcome = await deployment.run([...deliver, '--yes', '--no-color', ...argv], options);
    const error = { code: 'usage', message, hint: null, provider: null, status: null };
    const json = { error: { ...error, traceId: null, retryable: false, exitCode: 2 } };
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: argv.includes('-q') ? `${JSON.stringify(json)}\n` : `sactl: ${message}\n`,
    });
    expect(deployment.asked()).toEqual([]);
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });

  it.each([{}, { CI: 'true' }])('a format that a file says is no choice of stdout: %j', async (env) => {
    const deployment = await withKept();
    const cwd = await workFolder({ '.sactlrc.yaml': 'format: json\n' });
    expect(await deployment.run([...deliver, '--yes'], { cwd, env })).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: ${noPlace}\n`,
    });
    expect(deployment.asked()).toEqual([]);
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });
});

describe('recover deliver without --yes', () => {
  it('says at once what else is missing', async () => {
    const deployment = await withKept();
    expect(await deployment.run(deliver)).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['this needs a confirmation, and there is no terminal to ask on: add --yes', noPlace]),
    });
    expect(deployment.asked()).toEqual([]);
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });
});

describe('recover deliver with --quiet', () => {
  it('prints the result only', async () => {
    const deployment = await withKept();
    const argv = [...deliver, '--yes', '--quiet', '-q', '.credential.value'];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
  });
});

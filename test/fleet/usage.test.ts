import { describe, expect, it } from 'vitest';

import type { TestContextOptions } from '../harness/context.ts';
import { problems } from '../commands/support.ts';
import { createWorld, toFiles } from './world.ts';

const nobody = 'no account is named: give --id, or --all, --match, --tag, --status, --expiring-within, --older-than';
const noTarget = '--to is missing: with several accounts no credential is printed';
const noYes = 'this needs a confirmation, and there is no terminal to ask on: add --yes';

describe('rotating several accounts refuses, without a request,', () => {
  type Case = readonly [readonly string[], readonly string[], TestContextOptions?];
  const cases: readonly Case[] = [
    [['--all'], [noTarget, noYes]],
    [
      ['--id', 'app-001', '--id', 'app-002'],
      [noTarget, noYes],
    ],
    [['--id', '-', '--yes'], [noTarget], { stdin: 'app-001\n' }],
    [
      ['--provider', 'all', '--yes'],
      [nobody, noTarget],
    ],
    [['--yes', ...toFiles], [nobody], { env: { SACTL_PROVIDER: 'all' } }],
    [['--all', ...toFiles], [noYes]],
    [
      ['--all', ...toFiles, '--no-input'],
      ['this needs a confirmation, and --no-input forbids asking: add --yes'],
      { terminal: 100 },
    ],
    [['--all', ...toFiles], [noYes], { terminal: 100, env: { CI: '1' } }],
    [['--all', '--id', 'app-001', ...toFiles, '--yes'], ['--all and --id exclude each other']],
    [['--all', '--age-from', 'createdAt', ...toFiles, '--yes'], ['--age-from does nothing without --older-than']],
    [
      ['--id', '', '--id', 'app-001', ...toFiles, '--yes'],
      ['--id is empty: give the id or the exact name of an account'],
    ],
    [
      ['--id', '-', ...toFiles, '--yes'],
      ['--id - reads ids from standard input, which is a terminal'],
      { terminal: 100 },
    ],
    [['--id', '-', ...toFiles, '--yes'], ['--id -: standard input names no account'], { stdin: '' }],
    [
      ['--id', '-', '--id', 'app-001', ...toFiles, '--yes'],
      ['--id -: standard input names no account'],
      { stdin: ' \n' },
    ],
    [['--match', ' ', ...toFiles, '--yes'], ["--match is empty; a pattern is e.g. 'ci-*'"]],
    [
      ['--all', '--to', 'file:{nobody}', '--to', 'nowhere:x', '--yes'],
      [
        '--to "file:{nobody}": {nobody} is not a placeholder; the placeholders are {provider} {profile} {org} {id} {name} {NAME}',
        '--to "nowhere:x": "nowhere" is not a kind of target; the kinds are file[+json], dotenv, session, profile, github-env, github-output, exec[+json], gh-secret, gitlab-variable, kubernetes, vault, aws-secret, gcp-secret, azure-keyvault, doppler, op',
      ],
    ],
    [['--all', ...toFiles, '--yes', '--report', 'x.txt'], ['--report "x.txt" ends in neither .md nor .json']],
    [['--all', ...toFiles, '--yes', '--report', '.md'], ['--report ".md" ends in neither .md nor .json']],
    [['--all', ...toFiles, '--yes', '--report', 'none/x.md'], ['--report "none/x.md": there is no folder FOLDER/none']],
    [
      ['--all', ...toFiles, '--yes', '--report', 'tokens/nscale-app-001/x.md'],
      ['--report "tokens/nscale-app-001/x.md": FOLDER/tokens/nscale-app-001 is not a folder'],
    ],
    [['--all', '--concurrency', '0', ...toFiles, '--yes'], ['--concurrency "0" must be a whole number from 1 to 64']],
    [['--all', '--concurrency', '65', ...toFiles, '--yes'], ['--concurrency "65" must be a whole number from 1 to 64']],
    [
      ['--all', '--concurrency', '4.5', ...toFiles, '--yes'],
      ['--concurrency "4.5" must be a whole number from 1 to 64'],
    ],
  ];

  const table = cases.map(([flags, lines, options = {}]) => [flags, options, lines] as const);
  it.each(table)('%j %j', async (flags, options, lines) => {
    const world = createWorld({ accounts: 2 });
    const run = await world.run(['sa', 'rotate', '--no-color', ...flags], options);
    expect({ ...run, stderr: run.stderr.replaceAll(world.folder, 'FOLDER') }).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(lines),
    });
    expect(world.requests).toEqual([]);
  });

  it('more ids than anybody means', async () => {
    const world = createWorld({ accounts: 2 });
    const stdin = 'x'.repeat(1024 * 1024 + 1);
    const argv = ['sa', 'rotate', '--id', '-', ...toFiles, '--yes', '--no-color'];
    expect(await world.run(argv, { stdin })).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['--id -: cannot read standard input: it is larger than 1 MiB']),
    });
    expect(world.requests).toEqual([]);
  });

  it('everything that is wrong at once', async () => {
    const world = createWorld({ accounts: 2 });
    const flags =
      '--provider all --raw --json --org x --all --id - --expiring-within soon --older-than 5 --concurrency many ' +
      '--report x -f session.json --token t --allow-tenant-change --to file:';

    const { code, stdout, stderr } = await world.run(['sa', 'rotate', ...flags.split(' '), '--match', ''], {
      terminal: 100,
    });
    expect({ code, stdout, requests: world.requests }).toEqual({ code: 2, stdout: '', requests: [] });
    const { error } = JSON.parse(stderr) as { error: { message: string } };
    const form = 'must have the form 90s, 30m, 12h, 14d or 2w, or several in one such as 1d12h';
    expect(error.message.split('; ')).toEqual([
      '--raw prints the answer of one provider',
      '--org does not go with all providers',
      '-f/--file goes with one account only',
      '--token goes with one account only',
      '--allow-tenant-change goes with one account only',
      '--all and --id exclude each other',
      '--id - reads ids from standard input, which is a terminal',
      `--expiring-within "soon" ${form}`,
      `--older-than "5" ${form}`,
      '--match is empty',
      "a pattern is e.g. 'ci-*'",
      '--concurrency "many" must be a whole number from 1 to 64',
      '--to "file:": a place must follow file:',
      '--report "x" ends in neither .md nor .json',
    ]);
  });
});

describe('flags for several accounts are refused where one is named:', () => {
  const several =
    'goes with several accounts: several --id, or --all, --match, --tag, --status, --expiring-within, --older-than';

  it.each([['--concurrency', '3'], ['--age-from', 'createdAt'], ['--include-expired'], ['--include-disabled']])(
    '%s',
    async (...flag) => {
      const world = createWorld({ accounts: 1 });
      const argv = ['sa', 'rotate', '--id', 'app-001', '--yes', '--to', 'file:token', ...flag];
      expect(await world.run(argv)).toEqual({ code: 2, stdout: '', stderr: problems([`${flag[0]} ${several}`]) });
      expect(world.requests).toEqual([]);
    },
  );
});

it('is refused when the answer to the question is no', async () => {
  const world = createWorld({ accounts: 2 });
  const questions: string[] = [];
  const run = await world.run(['sa', 'rotate', '--all', ...toFiles, '--no-color'], {
    terminal: 100,
    prompt: {
      confirm: ({ message, default: initial }) => {
        questions.push(`${message} ${initial}`);
        return Promise.resolve(false);
      },
    },
  });
  expect({ ...run, questions }).toEqual({
    code: 2,
    stdout: '',
    stderr: [
      '  - app-001, app-002',
      '  - 2 of them: the current token stops working at once; what uses it fails until it has the new one',
      '  - 2 of them: a new token is issued, which nscale shows only once',
      '  - the new credentials go to file:tokens/{provider}-{name}',
      'sactl: not confirmed; nothing was changed',
      '',
    ].join('\n'),
    questions: ['Rotate the credentials of 2 service accounts? false'],
  });
  expect(world.mutations()).toEqual([]);
});

it.each([
  [1, 'Rotate the credential of one service account?', '  - app-001'],
  [2, 'Rotate the credentials of 2 service accounts?', '  - app-001, app-002'],
  [25, 'Rotate the credentials of 25 service accounts?', 'app-019, app-020 and 5 more'],
])('asks once about all of %i', async (accounts, question, names) => {
  const questions: string[] = [];
  const { code, stderr } = await createWorld({ accounts }).run(['sa', 'rotate', '--all', ...toFiles], {
    terminal: 100,
    prompt: {
      confirm: ({ message }) => {
        questions.push(message);
        return Promise.resolve(true);
      },
    },
  });
  expect({ code, questions }).toEqual({ code: 0, questions: [question] });
  expect(stderr).toContain(names);
});

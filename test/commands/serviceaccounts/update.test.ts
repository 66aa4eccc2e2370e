import { describe, expect, it } from 'vitest';

import { accountIds, groupIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { organizationId, useNscale } from '../../harness/nscale.ts';
import { augmentMachine, ciId } from '../tokens/augment.ts';
import { accountsPath, accountsUrl, problems, workFolder } from '../support.ts';

const nscale = useNscale();

const update = ['sa', 'update', '--id', 'ci-deploy'];
const put = `PUT ${accountsPath}/${accountIds.ciDeploy}`;

/** The account as it is, in the body that would leave it so. */
const current = {
  metadata: {
    name: 'ci-deploy',
    description: 'Deploys from the main branch',
    tags: [{ name: 'team', value: 'platform' }],
  },
  spec: { groupIDs: [groupIds.mlTraining, groupIds.inference] },
};
const { name, description, tags } = current.metadata;
const { groupIDs } = current.spec;

const changes: readonly (readonly [argv: readonly string[], stdin: string, body: unknown])[] = [
  [['--name', 'deploy'], '', { ...current, metadata: { ...current.metadata, name: 'deploy' } }],
  [['--description', 'x'], '', { ...current, metadata: { name, description: 'x', tags } }],
  [['--description', ''], '', { ...current, metadata: { name, tags } }],
  [
    ['--tag', 'env=ci', '--remove-tag', 'team'],
    '',
    { ...current, metadata: { name, description, tags: [{ name: 'env', value: 'ci' }] } },
  ],
  [
    ['--add-group', 'observability', '--remove-group', groupIds.mlTraining],
    '',
    { ...current, spec: { groupIDs: [groupIds.inference, groupIds.observability] } },
  ],
  [['--group', 'inference'], '', { ...current, spec: { groupIDs: [groupIds.inference] } }],
  [['--stdin'], '{"description": "x"}', { ...current, metadata: { name, description: 'x', tags } }],
  [
    ['-f', '-', '--description', 'y'],
    'description: x\ntags: { env: ci }\n',
    { ...current, metadata: { name, description: 'y', tags: [...tags, { name: 'env', value: 'ci' }] } },
  ],
  [
    ['--stdin', '--add-group', 'observability'],
    JSON.stringify({ spec: { groupIDs: [groupIds.inference] } }),
    { ...current, spec: { groupIDs: [groupIds.inference, groupIds.observability] } },
  ],
];

describe('sa update changes what is named and leaves the rest', () => {
  it.each(changes)('%j with input %j', async (argv, stdin, body) => {
    const deployment = nscale();
    const outcome = await deployment.run([...update, ...argv, '-q', '.id'], { stdin });
    expect(outcome).toEqual({ code: 0, stdout: `${accountIds.ciDeploy}\n`, stderr: '' });
    expect(deployment.mutations()).toEqual([put]);
    expect(deployment.bodies).toEqual([body]);
  });

  it('prints the account as it is afterwards', async () => {
    const argv = [...update, '--add-group', 'observability', '-q', '.groups[]'];
    const { stdout } = await nscale().run(argv);
    expect(stdout.trimEnd().split('\n')).toEqual([...groupIDs, groupIds.observability]);
  });

  it('sends nothing when everything is so already', async () => {
    const deployment = nscale();
    const argv = [...update, '--description', description, '--group', 'ml-training'];
    expect(await deployment.run([...argv, '--group', 'inference', '-q', '.name'])).toEqual({
      code: 0,
      stdout: 'ci-deploy\n',
      stderr: 'sactl: nothing to change; nothing was sent\n',
    });
    expect(deployment.mutations()).toEqual([]);
  });
});

describe('sa update --dry-run', () => {
  it('says what would change, and sends nothing', async () => {
    const deployment = nscale();
    const argv =
      '--description --remove-tag team --tag env=ci --add-group observability --remove-group inference'.split(' ');
    const { code, stdout, stderr } = await deployment.run([
      ...update,
      ...argv.toSpliced(1, 0, ''),
      '--dry-run',
      '--json',
    ]);
    expect({ code, stderr, sent: deployment.mutations() }).toEqual({ code: 0, stderr: '', sent: [] });
    expect(JSON.parse(stdout)).toEqual({
      dryRun: true,
      provider: 'nscale',
      operation: 'update',
      requests: [
        {
          method: 'PUT',
          url: `${accountsUrl}/${accountIds.ciDeploy}`,
          body: {
            metadata: { name, tags: [{ name: 'env', value: 'ci' }] },
            spec: { groupIDs: [groupIds.mlTraining, groupIds.observability] },
          },
        },
      ],
      effects: [
        `its description "${description}" is removed`,
        'its tag team "platform" is removed',
        'its tag env becomes "ci"',
        `it joins group observability (${groupIds.observability})`,
        `it leaves group inference (${groupIds.inference})`,
      ],
      targets: [],
    });
  });

  it('says when nothing would', async () => {
    const argv = [...update, '--description', description, '--dry-run'];
    expect(await nscale().run(argv)).toEqual({
      code: 0,
      stdout: 'Dry run: update would change nothing.\n',
      stderr: '',
    });
  });
});

describe('sa update refuses, without a request,', () => {
  const refusals: readonly (readonly [argv: string, stdin: string, lines: readonly string[]])[] = [
    ['--id ci-deploy', '', ['there is nothing to change: give a flag such as --description, or a document with -f']],
    [
      '--id ci-deploy --add-group a --remove-group a --tag x=1 --remove-tag x',
      '',
      ['--add-group and --remove-group both name "a"', '--tag and --remove-tag both name "x"'],
    ],
    [
      '--stdin -f x --tag team',
      '',
      [
        '--id is missing: give the id or the exact name of an account',
        '-f/--file and --stdin exclude each other: give one document',
        '--tag "team" must have the form <key>=<value>',
      ],
    ],
    ['--id ci-deploy --stdin', '{"nmae": "x"}', ['standard input: unknown key "nmae"']],
  ];

  it.each(refusals)('"%s" with input %j', async (argv, stdin, lines) => {
    const deployment = nscale();
    const cwd = await workFolder();
    expect(await deployment.run(['sa', 'update', ...argv.split(' ')], { cwd, stdin })).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(lines),
    });
    expect(deployment.requests).toEqual([]);
  });

  it.each([
    ['{"enabled": false}', 'enabled'],
    ['{"name": "-x"}', '"-x" cannot be the name: nscale names have'],
  ])('the document %s', async (stdin, message) => {
    const deployment = nscale();
    const { code, stderr } = await deployment.run([...update, '--stdin'], { stdin });
    expect({ code, requests: deployment.requests }).toEqual({ code: 2, requests: [] });
    expect(stderr).toContain(message);
  });
});

describe('sa update --done', () => {
  it('is refused where sactl changes the account itself, and nothing is sent', async () => {
    const deployment = nscale();
    const outcome = await deployment.run([...update, '--name', 'x', '--done']);
    expect({ ...outcome, sent: deployment.mutations() }).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['--done is for providers without an API; nscale does it itself']),
      sent: [],
    });
  });

  it('records a new name that a person gave, and needs no --yes', async () => {
    const { run } = await augmentMachine();
    const argv = ['sa', 'update', '--id', 'ci', '--name', 'ci-2', '--done', '-q', '.name, .id'];
    expect(await run(argv)).toEqual({ code: 0, stdout: `ci-2\n${ciId}-2\n`, stderr: '' });
  });

  it('is refused for what is recorded here only, which goes without it', async () => {
    const { run, inventory } = await augmentMachine();
    const before = await inventory();
    const argv = ['sa', 'update', '--id', 'ci', '--description', 'x'];
    expect(await run([...argv, '--done'])).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['--done is for steps in the console of Augment, and this change needs none there']),
    });
    expect(await inventory()).toBe(before);
    const outcome = await run([...argv, '-q', '.description']);
    expect(outcome).toEqual({ code: 0, stdout: 'x\n', stderr: '' });
  });
});

describe('sa update on a terminal', () => {
  it('asks for confirmation, and sends nothing when the answer is no', async () => {
    const deployment = nscale();
    const questions: string[] = [];
    const { code, stdout, stderr } = await deployment.run([...update, '--name', 'x', '--no-color'], {
      terminal: 100,
      prompt: {
        confirm: ({ message }) => {
          questions.push(message);
          return Promise.resolve(false);
        },
      },
    });
    const action = `Update service account ci-deploy (${accountIds.ciDeploy}) in organization acme-research (${organizationId})`;
    expect({ code, stdout, stderr, questions, sent: deployment.mutations() }).toEqual({
      code: 2,
      stdout: '',
      stderr: `  - its name changes from "ci-deploy" to "x"\n` + problems(['not confirmed; nothing was changed']),
      questions: [`${action}?`],
      sent: [],
    });
  });
});

import { describe, expect, it } from 'vitest';

import { accountIds, groupIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import type { TestContextOptions } from '../../harness/context.ts';
import { organizationId, useNscale } from '../../harness/nscale.ts';
import {
  accountsPath,
  accountsUrl,
  issuedToken,
  newAccountId,
  operationId,
  predictable,
  problems,
  workFolder,
} from '../support.ts';

const nscale = useNscale();

const operation = { name: 'sactl-operation', value: operationId };

/** What is sent for name `ci`, description, group ml-training and tag team=vision, however that was said. */
const wanted = {
  metadata: { name: 'ci', description: 'Runs tests', tags: [{ name: 'team', value: 'vision' }, operation] },
  spec: { groupIDs: [groupIds.mlTraining] },
};

const ownShape = { name: 'ci', description: 'Runs tests', groups: ['ml-training'], tags: { team: 'vision' } };
const ownYaml = 'name: ci\ndescription: Runs tests\ngroups: [ml-training]\ntags:\n  team: vision\n';
const nscaleShape = {
  metadata: {
    name: 'ci',
    description: 'Runs tests',
    tags: [{ name: 'team', value: 'vision' }],
    id: accountIds.ciDeploy,
    creationTime: '2026-01-01T00:00:00Z',
  },
  spec: { groupIDs: [groupIds.mlTraining] },
  status: { expiry: '2026-01-01T00:00:00Z' },
};

const flags = '--name ci --group ml-training --tag team=vision --description'.split(' ');

const inputs: readonly (readonly [way: string, argv: readonly string[], input: string])[] = [
  ['flags', [...flags, 'Runs tests'], ''],
  ['a JSON file', ['-f', 'account'], JSON.stringify(ownShape)],
  ['a JSON file with tabs', ['-f', 'account'], JSON.stringify(ownShape, null, '\t')],
  ['a YAML file', ['--file', 'account'], ownYaml],
  ["nscale's own shape", ['-f', 'account'], JSON.stringify(nscaleShape)],
  ['a byte order mark', ['-f', 'account'], `\uFEFF${JSON.stringify(ownShape)}`],
  ['--stdin', ['--stdin'], JSON.stringify(ownShape)],
  ['-f -', ['-f', '-'], ownYaml],
  [
    'flags over a document',
    ['--stdin', ...flags, 'Runs tests'],
    'name: other\ngroups: [inference]\ntags: { team: data }\n',
  ],
];

describe('sa create takes the account from', () => {
  it.each(inputs)('%s', async (_, argv, input) => {
    const deployment = nscale(predictable);
    const cwd = await workFolder({ account: input });
    const command = ['sa', 'create', ...argv, '-q', '.credential.value'];
    expect(await deployment.run(command, { cwd, stdin: input })).toEqual({
      code: 0,
      stdout: `${issuedToken}\n`,
      stderr: '',
    });
    expect(deployment.mutations()).toEqual([`POST ${accountsPath}`]);
    expect(deployment.bodies).toEqual([wanted]);
  });
});

describe('sa create prints', () => {
  it('the account as the list shows it, with its credential', async () => {
    const argv = ['sa', 'create', '--name', 'ci', '--group', groupIds.inference, '--json'];
    const { code, stdout, stderr } = await nscale(predictable).run(argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      provider: 'nscale',
      id: newAccountId,
      name: 'ci',
      description: null,
      groups: [groupIds.inference],
      credential: {
        kind: 'access-token',
        value: issuedToken,
        clientId: null,
        expiresAt: '2027-02-20T12:00:00Z',
        fingerprint: expect.stringMatching(/^sha256:[0-9a-f]{12}$/),
      },
      verified: true,
      reissued: false,
      deliveredTo: [],
      recoverId: null,
      actionsRequired: [],
    });
    expect(stdout.split(issuedToken)).toHaveLength(2);
  });

  it('with --dry-run what would be sent, and sends nothing', async () => {
    const deployment = nscale();
    const argv = ['sa', 'create', '--name', 'ci', '--group', 'inference', '--dry-run', '--json'];
    const { code, stdout, stderr } = await deployment.run(argv);
    expect({ code, stderr, sent: deployment.mutations() }).toEqual({ code: 0, stderr: '', sent: [] });
    expect(JSON.parse(stdout)).toEqual({
      dryRun: true,
      provider: 'nscale',
      operation: 'create',
      requests: [
        {
          method: 'POST',
          url: accountsUrl,
          body: { metadata: { name: 'ci', tags: [operation] }, spec: { groupIDs: [groupIds.inference] } },
        },
      ],
      effects: [
        `service account "ci" is created in organization acme-research (${organizationId})`,
        `it joins group inference (${groupIds.inference})`,
        'a token is issued, which nscale shows only once',
      ],
      targets: [{ target: 'stdout', ok: true }],
    });
  });

  it('says what an account without a group may do', async () => {
    const { code, stdout } = await nscale().run(['sa', 'create', '--name', 'ci', '--dry-run', '-q', '.effects[]']);
    expect({ code, effects: stdout.trimEnd().split('\n') }).toEqual({
      code: 0,
      effects: [
        `service account "ci" is created in organization acme-research (${organizationId})`,
        'it is in no group: it may only see and rotate itself',
        'a token is issued, which nscale shows only once',
      ],
    });
  });

  it('with --dry-run which target cannot be tried beforehand', async () => {
    const argv = ['sa', 'create', '--name', 'ci', '--dry-run', '--to', 'exec:/bin/cat', '--to', 'file:token'];
    const cwd = await workFolder();
    const json = await nscale().run([...argv, '-q', '.targets'], { cwd });
    const targets = [
      { target: 'exec:/bin/cat', ok: true, tried: 'nothing' },
      { target: 'file:token', ok: true },
    ];
    expect({ code: json.code, targets: JSON.parse(json.stdout) }).toEqual({ code: 0, targets });
    const text = await nscale().run(argv, { cwd });
    expect(text.stdout).toContain(
      '  - the credential goes to exec:/bin/cat, which cannot be tried beforehand\n  - the credential goes to file:token\n',
    );
  });

  it('with --dry-run that the credential could not be printed', async () => {
    const argv = ['sa', 'create', '--name', 'ci', '--dry-run'];
    const { code, stdout } = await nscale().run(argv);
    expect(code).toBe(0);
    expect(stdout).toContain('  - the credential cannot go to stdout\n');
  });
});

async function create(
  ...argv: readonly string[]
): Promise<{ readonly outcome: { code: number; stdout: string; stderr: string }; readonly sent: readonly string[] }> {
  const deployment = nscale(predictable);
  const outcome = await deployment.run(['sa', 'create', '--name', ...argv]);
  return { outcome, sent: deployment.mutations() };
}

/** Exit code, stderr and what was sent, in a work folder with these files. */
async function createIfMissing(
  to: readonly string[],
  files: Record<string, string> = {},
): Promise<[number, string, string[]]> {
  const cwd = await workFolder(files);
  const deployment = nscale(predictable);
  const argv = ['sa', 'create', '--name', 'ci-deploy', '--if-missing', '--format', 'yaml'];
  const { code, stderr } = await deployment.run([...argv, ...to.flatMap((one) => ['--to', one])], { cwd });
  return [code, stderr, [...deployment.mutations()]];
}

describe('sa create when the name exists', () => {
  it('is a conflict, with nothing sent', async () => {
    expect(await create('ci-deploy', '--format', 'yaml')).toEqual({
      outcome: {
        code: 5,
        stdout: '',
        stderr: problems(
          [`nscale has a service account named "ci-deploy" already: ${accountIds.ciDeploy}`],
          'give --if-missing to use it, --allow-duplicate to have a second one, or another name',
        ),
      },
      sent: [],
    });
  });

  it('prints the existing one with --if-missing, without a credential', async () => {
    const { outcome, sent } = await create('ci-deploy', '--if-missing', '-q', '[.id, .credential]');
    expect({ outcome, sent }).toEqual({
      outcome: {
        code: 0,
        stdout: `["${accountIds.ciDeploy}",null]\n`,
        stderr: 'sactl: an account named ci-deploy exists; its credential cannot be shown again\n',
      },
      sent: [],
    });
  });

  describe('with --if-missing and --to', () => {
    it.each<[string[], Record<string, string>]>([
      [['file:token'], {}],
      [['file:token'], { token: '' }],
      [['file:none/token'], {}],
      [['dotenv:.env#TOKEN'], { '.env': 'OTHER=x\n' }],
      [['dotenv:.env#TOKEN'], { '.env': 'TOKEN=\n' }],
      [['file+json:{name}.json'], {}],
    ])('refuses where %j holds nothing: exit 5, nothing sent', async (to, files) => {
      const name = (to[0] ?? '').replace('{name}', 'ci-deploy');
      expect(await createIfMissing(to, files)).toEqual([
        5,
        problems(
          [
            `nscale service account ci-deploy (${accountIds.ciDeploy}) exists, and its credential, which cannot be shown again, is not in ${name}`,
          ],
          `issue another: sactl serviceaccounts rotate --id ${accountIds.ciDeploy} --to ${name.includes('#') ? `'${name}'` : name}`,
        ),
        [],
      ]);
    });

    it.each<[string[], Record<string, string>]>([
      [['file:token'], { token: 'x' }],
      [['dotenv:.env#TOKEN'], { '.env': 'TOKEN=x\n' }],
      [['exec:cat'], {}],
    ])('succeeds where %j holds something, or cannot be read', async (to, files) => {
      expect((await createIfMissing(to, files))[0]).toBe(0);
    });

    it('names each place that holds nothing', async () => {
      const [code, stderr] = await createIfMissing(['file:a', 'file:b', 'file:c'], { b: 'x' });
      expect(code).toBe(5);
      expect(stderr).toContain(' is not in file:a, nor in file:c\n');
      expect(stderr).toContain(' --to file:a --to file:b --to file:c\n');
    });
  });

  it('says in a dry run with --if-missing that nothing would change', async () => {
    const { outcome } = await create('ci-deploy', '--if-missing', '--dry-run', '--quiet');
    expect(outcome).toEqual({ code: 0, stdout: 'Dry run: create would change nothing.\n', stderr: '' });
  });

  it('creates a missing one with --if-missing, and a second one with --allow-duplicate', async () => {
    const missing = await create('new', '--if-missing', '-q', '.credential.value');
    expect(missing.outcome).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
    const second = await create('ci-deploy', '--allow-duplicate', '-q', '.id, .credential.value');
    expect(second.outcome.stdout).toBe(`${newAccountId}\n${issuedToken}\n`);
    expect(second.sent).toEqual([`POST ${accountsPath}`]);
  });

  it('cannot choose among several with --if-missing', async () => {
    const { outcome, sent } = await create('inference-gateway', '--if-missing', '--format', 'yaml');
    expect({ code: outcome.code, sent }).toEqual({ code: 5, sent: [] });
    expect(outcome.stderr).toContain(`${accountIds.gateway}, ${accountIds.gatewayOld}`);
  });
});

describe('sa create without a place for the credential', () => {
  const refused: readonly (readonly [readonly string[], TestContextOptions])[] = [
    [[], {}],
    [['--format', 'csv'], {}],
    [[], { terminal: 100, env: { CI: 'true' } }],
    [['-q', '.id'], {}],
    [['--json'], { stdout: { discards: true } }],
  ];
  it.each(refused)('sends nothing: %j %j', async (argv, options) => {
    const deployment = nscale();
    const { code, stdout } = await deployment.run(['sa', 'create', '--name', 'ci', ...argv], options);
    expect({ code, stdout, sent: deployment.mutations() }).toEqual({ code: 2, stdout: '', sent: [] });
  });
});

import { describe, expect, it } from 'vitest';

import { scripted } from '../../harness/prompts.ts';

import { marked, runaiSandbox } from '../runai-sandbox.ts';

const create = ['sa', 'create', '--format', 'yaml'];
const rule =
  'Run:ai names have 2 to 255 lower-case letters, digits, "-" or "_", begin with a letter and end with a letter or digit';

describe('sa create on Run:ai', () => {
  it('asks a person for the name, and for a role, and where it is granted', async () => {
    const sandbox = await runaiSandbox();
    const { prompt, asked } = scripted([' ci-speech ', '10', 'project:4303', true]);
    const options = { terminal: 100, prompt };
    const { code, stderr } = await sandbox(['sa', 'create', '--no-color', '-q', '.credential.value'], options);
    expect({ code, asked: asked.map(({ message }) => message) }).toEqual({
      code: 0,
      asked: ['Name', 'Which role?', 'On which scope?', 'Create service account ci-speech on Run:ai?'],
    });
    expect(asked[1]?.choices?.[0]).toEqual({
      value: '',
      label: 'none for now ("accessrules create" grants one later)',
    });
    expect(stderr).toContain('Viewer on project language');
    const rules = await sandbox(['accessrules', 'list', '--account', 'ci-speech', '-q', '.[] | [.role, .scopeName]']);
    expect(rules.stdout).toBe('["Viewer","language"]\n');
  });

  it('gets no role where the question is passed over, and no groups and no description', async () => {
    const sandbox = await runaiSandbox();
    const { prompt, asked } = scripted(['', true]);
    const argv = ['sa', 'create', '--name', 'ci-speech', '--no-color', '-q', '.credential.value'];
    const { code, stderr } = await sandbox(argv, { terminal: 100, prompt });
    expect({ code, asked: asked.map(({ message }) => message) }).toEqual({
      code: 0,
      asked: ['Which role?', 'Create service account ci-speech on Run:ai?'],
    });
    expect(stderr).toContain('it has no access rule of its own until it is given one');
    const got = await sandbox(['sa', 'get', '--id', 'ci-speech', '-q', '[.description, .groups]']);
    expect(got.stdout).toBe('[null,[]]\n');
  });

  it('asks for the scope of a role that a flag names', async () => {
    const sandbox = await runaiSandbox();
    const { prompt, asked } = scripted(['tenant:1001', true]);
    const argv = ['sa', 'create', '--name', 'ci-speech', '--role', 'Viewer', '--no-color', '-q', '.credential.value'];
    expect((await sandbox(argv, { terminal: 100, prompt })).code).toBe(0);
    expect(asked[0]?.message).toBe('On which scope?');
    expect((await sandbox(argv)).stderr).toContain('--role needs --scope: where to grant it');
  });

  it('previews the account and its rule', async () => {
    const sandbox = await runaiSandbox();
    const argv = 'sa create --name ci-speech --role Viewer --scope tenant --dry-run'.split(' ');
    const { code, stdout } = await sandbox([...argv, '-q', '.requests[].url']);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        'https://runai.sandbox.invalid/api/v1/service-accounts\n' +
        'https://runai.sandbox.invalid/api/v1/authorization/access-rules\n',
    });
    expect(await sandbox(['sa', 'get', '--id', 'ci-speech'])).toMatchObject({ code: 3 });
  });

  it('stops at rules that an earlier account of the name left, unless it may keep them', async () => {
    const sandbox = await runaiSandbox();
    const argv = ['sa', 'create', '--name', 'old-batch', '-q', '.credential.kind, .credential.value'];
    expect(await sandbox([...argv])).toMatchObject({ code: 5, stdout: '' });
    const kept = await sandbox([...argv, '--keep-rules']);
    expect({ code: kept.code, stderr: kept.stderr }).toEqual({ code: 0, stderr: '' });
    const rules = await sandbox(['sa', 'get', '--id', 'old-batch', '-q', '.accessRules[].role']);
    expect(rules.stdout).toBe('Editor\n');
  });

  it('takes the existing account with --if-missing, and refuses it without', async () => {
    const sandbox = await runaiSandbox();
    const argv = ['sa', 'create', '--name', 'ci-vision', '-q', '.credential.value'];
    const { code, stderr } = await sandbox(argv);
    expect(code).toBe(5);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'exists',
        message: expect.stringMatching(/^Run:ai has a service account named "ci-vision" already: /),
      },
    });
    expect(await sandbox([...argv, '--if-missing'])).toEqual({
      code: 0,
      stdout: 'null\n',
      stderr: marked('sactl: an account named ci-vision exists; its credential cannot be shown again'),
    });
  });

  it('says that --if-missing leaves the rules of an existing account alone', async () => {
    const sandbox = await runaiSandbox();
    const argv = 'sa create --name ci-vision --if-missing --role Viewer --scope tenant'.split(' ');
    const { code, stderr } = await sandbox([...argv, '-q', '.credential.value']);
    expect(code).toBe(0);
    expect(stderr).toContain('its access rules stay as they are; "sactl accessrules create" adds one');
    const rules = ['accessrules', 'list', '--account', 'ci-vision', '-q', 'length'];
    expect((await sandbox(rules)).stdout).toBe('2\n');
  });
});

/** Each is the whole of what is wrong. */
const refusals: readonly (readonly [argv: string, lines: readonly string[]])[] = [
  ['--name x', [`"x" cannot be the name: ${rule}`]],
  ['--name CI', [`"CI" cannot be the name: ${rule}`]],
  ['--name ci --role Viewer', ['--role needs --scope: where to grant it']],
  ['--name ci --scope tenant --cluster gpu-east', ['--scope needs --role: what to grant there']],
  [
    '--name ci --role Viewer --cluster gpu-east',
    ['--role needs --scope: where to grant it', '--cluster needs --scope'],
  ],
  [
    '--role Viewer --scope galaxy:x',
    [
      '--scope: scope "galaxy:x" must be tenant, or one of tenant:<id>, cluster:<name or id>, department:<name or id>, project:<name or id>',
      'the name is missing: give --name, or "name" in the document',
    ],
  ],
  [
    '--name ci --description x --group y --tag a=b',
    [
      'Run:ai accounts cannot be given a description',
      'Run:ai accounts cannot be given groups',
      'Run:ai accounts cannot be given tags',
    ],
  ],
];

describe('sa create on Run:ai refuses', () => {
  it.each(refusals)('%s', async (argv, lines) => {
    const sandbox = await runaiSandbox();
    expect(await sandbox([...create, ...argv.split(' ')])).toEqual({
      code: 2,
      stdout: '',
      stderr: marked(...lines.map((line) => `sactl: ${line}`)),
    });
  });

  it.each([
    ['Viewer', 'project:vision', 'several projects are named "vision"'],
    ['nope', 'tenant', 'no role has the id or name "nope"; there are System administrator (1)'],
  ])('the role %s on %s before the account exists', async (role, scope, message) => {
    const sandbox = await runaiSandbox();
    const argv = [...create, '--name', 'ci-speech', '--role', role, '--scope', scope];
    const { code, stdout, stderr } = await sandbox(argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(await sandbox(['sa', 'get', '--id', 'ci-speech'])).toMatchObject({ code: 3 });
  });

  it('a flag for nscale in a document', async () => {
    const sandbox = await runaiSandbox();
    const outcome = await sandbox([...create, '--stdin'], { stdin: 'name: ci\ngroups: [x]\n' });
    expect(outcome).toEqual({ code: 2, stdout: '', stderr: marked('sactl: Run:ai accounts cannot be given groups') });
  });
});

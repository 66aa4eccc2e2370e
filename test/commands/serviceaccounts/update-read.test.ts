// @module-tag slow
import { describe, expect, it } from 'vitest';

import { run, type Outcome } from '../../harness/run.ts';
import { useNscale } from '../../harness/nscale.ts';
import { sandbox } from '../augment/sandbox.ts';
import { freshStateDirectory } from '../../harness/state.ts';

/** A machine whose sandbox has an account of this provider, and its name. */
interface Machine {
  readonly name: string;
  readonly sactl: (argv: readonly string[], stdin?: string) => Promise<Outcome>;
}

const accounts: Readonly<Record<'nscale' | 'runai', string>> = { nscale: 'ci-deploy', runai: 'batch-trainer' };

async function machine(provider: keyof typeof accounts): Promise<Machine> {
  const env = { SACTL_STATE_DIR: freshStateDirectory() };
  const name = accounts[provider];
  async function sactl(argv: readonly string[], stdin = ''): Promise<Outcome> {
    const outcome = await run([...argv, '--provider', provider, '--sandbox'], { env, stdin });
    return { ...outcome, stderr: outcome.stderr.replaceAll('[sandbox] ', '') };
  }
  return { name, sactl };
}

/** What the account says that the edit of each provider changes. */
const edits = [
  { provider: 'nscale', edit: '.description = "x"', shows: '.description', becomes: 'x' },
  { provider: 'runai', edit: '.enabled = false', shows: '.enabled', becomes: 'false' },
] as const;

const forms: readonly (readonly [string, readonly string[]])[] = [
  ['--json', []],
  ['--raw', ['--raw']],
];

describe.each(edits)('$provider: an account that was printed and edited', ({ provider, edit, shows, becomes }) => {
  it.each(forms)('is read again, in the form of %s', async (_, form) => {
    const { name, sactl } = await machine(provider);
    const rawEdit = form.length === 0 || provider === 'runai' ? edit : `.metadata${edit}`;
    const edited = await sactl(['sa', 'get', '--id', name, ...form, '-q', rawEdit]);
    const updated = await sactl(['sa', 'update', '-f', '-', '-q', shows], edited.stdout);
    expect(updated).toEqual({ code: 0, stdout: `${becomes}\n`, stderr: '' });
  });

  it('is read again as YAML', async () => {
    const { name, sactl } = await machine(provider);
    const { stdout } = await sactl(['sa', 'get', '--id', name, '--format', 'yaml']);
    const edited =
      provider === 'nscale'
        ? stdout.replace(/^description: .*$/m, 'description: x')
        : stdout.replace('enabled: true', 'enabled: false');
    const updated = await sactl(['sa', 'update', '-f', '-', '-q', shows], edited);
    expect(updated).toEqual({ code: 0, stdout: `${becomes}\n`, stderr: '' });
  });

  it.each(forms)('and not edited changes nothing, in the form of %s', async (_, form) => {
    const { name, sactl } = await machine(provider);
    const { stdout } = await sactl(['sa', 'get', '--id', name, '--json', ...form]);
    const updated = await sactl(['sa', 'update', '-f', '-', '-q', '.name'], stdout);
    expect(updated).toEqual({ code: 0, stdout: `${name}\n`, stderr: 'sactl: nothing to change; nothing was sent\n' });
  });

  it('names all that cannot be changed, and sends nothing', async () => {
    const { name, sactl } = await machine(provider);
    const edit2 = '.status = "gone" | .createdBy = "me" | .raw.extra = 1 | .updatedAt = null';
    const { stdout } = await sactl(['sa', 'get', '--id', name, '-q', `${edit2} | ${edit}`]);
    const { code, stderr, ...rest } = await sactl(['sa', 'update', '-f', '-'], stdout);
    expect({ code, ...rest }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n').slice(0, -2)).toEqual([
      'sactl: standard input: "status" cannot be changed: it is "active"',
      'sactl: standard input: "createdBy" cannot be changed: it is "ann@example.com"',
      'sactl: standard input: "raw.extra" cannot be changed: it is not set',
    ]);
  });

  it('of another account contradicts --id', async () => {
    const { name, sactl } = await machine(provider);
    const other = await sactl(['sa', 'list', '-q', `[.[] | select(.name != "${name}")][0]`]);
    const { id } = JSON.parse(other.stdout) as { readonly id: string };
    const { code, stderr } = await sactl(['sa', 'update', '--id', name, '-f', '-'], other.stdout);
    expect(code).toBe(2);
    expect(stderr).toContain(`standard input: "id" is "${id}", and --id names "${name}" (`);
  });

  it('has keys of accounts only', async () => {
    const { name, sactl } = await machine(provider);
    const { stdout } = await sactl(['sa', 'get', '--id', name, '-q', '.colour = "red" | .descripton = "x"']);
    const { code, stderr } = await sactl(['sa', 'update', '-f', '-'], stdout);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'sactl: standard input: unknown key "colour"\nsactl: standard input: unknown key "descripton"\n',
    });
  });
});

it('is read again on Augment, whose records are on this machine', async () => {
  const { atConsole, sactl } = await sandbox();
  await atConsole('create', '--name', 'ci');
  const session = await atConsole('issue', '--account', 'ci', '--token', 'first');
  await sactl(['sa', 'create', '--name', 'ci', '--token', 'first', '--stdin', '--to', 'file:t'], { stdin: session });
  for (const form of [[], ['--raw']]) {
    const id = form.length === 0 ? [] : ['--id', 'ci'];
    const edited = await sactl(['sa', 'get', '--id', 'ci', ...form, '-q', `.description = "x${form.length}"`]);
    const argv = ['sa', 'update', '-f', '-', '-q', '.description', ...id];
    const { code, stdout } = await sactl(argv, { stdin: edited.stdout });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `x${form.length}\n` });
  }
});

const nscale = useNscale();

it('keeps each of several tags of one name, and may be ended by --id or flags', async () => {
  const deployment = nscale();
  const account = deployment.state.accounts.find(({ name }) => name === 'ci-deploy');
  Object.assign(account ?? {}, { tags: ['1', '2'].map((value) => ({ name: 'a', value })) });
  const edited = await deployment.run(['sa', 'get', '--id', 'ci-deploy', '-q', '.description = "x"']);
  const argv = ['sa', 'update', '--id', 'ci-deploy', '-f', '-', '--tag', 'b=3', '-q', '.raw.metadata.tags'];
  const { code, stdout, stderr } = await deployment.run(argv, { stdin: edited.stdout });
  expect(stderr).toBe('');
  expect({ code, tags: JSON.parse(stdout) as unknown }).toEqual({
    code: 0,
    tags: [
      { name: 'a', value: '1' },
      { name: 'a', value: '2' },
      { name: 'b', value: '3' },
    ],
  });
});

it('is no description of a new account, apart from what is null', async () => {
  const deployment = nscale();
  const read = await deployment.run(['sa', 'get', '--id', 'ci-deploy', '-q', '{name: "new", id, enabled, clientId}']);
  const argv = ['sa', 'create', '-f', '-', '--dry-run', '--json', '--to', 'file:x'];
  const { code, stderr } = await deployment.run(argv, { stdin: read.stdout });
  expect(code).toBe(2);
  expect(JSON.parse(stderr)).toMatchObject({
    error: { message: 'standard input: "id" cannot be chosen: leave it out' },
  });
});

it('a document of another provider is refused, naming the flag, before anything is sent', async () => {
  const env = { SACTL_STATE_DIR: freshStateDirectory() };
  const got = await run(['sa', 'get', '--provider', 'runai', '--id', 'ci-vision', '--json', '--sandbox'], { env });
  const deployment = nscale();
  const { code, stdout, stderr } = await deployment.run(['sa', 'update', '-f', '-'], { stdin: got.stdout });
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: 'sactl: standard input: "provider" is "runai", and this command works on nscale; use --provider runai\n',
  });
  expect(deployment.requests).toEqual([]);
});

import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { run, type Outcome } from '../harness/run.ts';
import { workFolder } from '../commands/support.ts';

const sandbox = { SACTL_SANDBOX: '1' };
const token = { NSCALE_SERVICE_TOKEN: 'x' };
const filter = ['sa', 'list', '--query-file', '~/filter.jq'];

function profile(line: string): string {
  return `profiles: {prod: {provider: nscale, endpoint: 'https://api.example.com', ${line}}}`;
}

/** Files of a home, with the folder that commands are run in. */
interface Place {
  readonly home: string;
  readonly cwd: string;
}

async function placeWith(files: Readonly<Record<string, string>> = {}): Promise<Place> {
  const home = await workFolder();
  const cwd = join(home, 'work');
  await mkdir(cwd);
  for (const [name, text] of Object.entries(files)) await writeFile(join(home, name), text, { mode: 0o600 });
  return { home, cwd };
}

/** What is printed, with the home's own path as `$HOME`, so that it cannot be mistaken for a `~`. */
async function runAt(
  { home, cwd }: Place,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Outcome> {
  const { code, stdout, stderr } = await run(argv, { cwd, env, homeDirectory: home });
  return { code, stdout: stdout.replaceAll(home, '$HOME'), stderr: stderr.replaceAll(home, '$HOME') };
}

const files = {
  'filter.jq': '.[0].name',
  'document.json': '{"name": "from-home"}',
  'own.yaml': 'org: from-home\n',
  'command.yaml': profile('credential: {command: [~/no-such-program]}'),
  'file.yaml': profile('credential: {file: ~/no-such-token}'),
  'ca.yaml': profile('credential: {env: NSCALE_SERVICE_TOKEN}, ca: ~/no-such.pem'),
};

const native = { ...sandbox, SACTL_JQ: 'native', JQ_PATH: '~/no-such-jq' };
const prod = ['whoami', '--profile', 'prod'];
const explained = ['config', 'explain', '-q', '.settings[] | select(.name == "stateDirectory") | .value'];

function rotateTo(target: string): readonly string[] {
  return ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--to', target];
}

/** Everything by which a user names a path: each says where it went, or uses what lies in the home directory. */
const named: readonly [string, readonly string[], Readonly<Record<string, string | undefined>>, string][] = [
  ['SACTL_CONFIG', ['config', 'path'], { SACTL_CONFIG: '~/own.yaml' }, '$HOME/own.yaml\n'],
  ['SACTL_STATE_DIR', explained, { SACTL_STATE_DIR: '~/st' }, '$HOME/st\n'],
  ['XDG_STATE_HOME', explained, { SACTL_STATE_DIR: undefined, XDG_STATE_HOME: '~/x' }, '$HOME/x/sactl\n'],
  ['XDG_CONFIG_HOME', ['config', 'path'], { XDG_CONFIG_HOME: '~/x' }, '$HOME/x/sactl/config.yaml\n'],
  ['--ca-cert', ['whoami', '--ca-cert', '~/no-such.pem'], token, 'cannot read $HOME/no-such.pem'],
  ['SSL_CERT_FILE', ['whoami'], { ...token, SSL_CERT_FILE: '~/no-such.pem' }, 'cannot read $HOME/no-such.pem'],
  ['a profile’s ca', prod, { ...token, SACTL_CONFIG: '~/ca.yaml' }, 'cannot read $HOME/no-such.pem'],
  ['a profile’s file', prod, { SACTL_CONFIG: '~/file.yaml' }, 'file ~/no-such-token cannot be read (ENOENT)'],
  [
    'a profile’s command',
    prod,
    { SACTL_CONFIG: '~/command.yaml' },
    'the command ~/no-such-program cannot be run (ENOENT)',
  ],
  ['--query-file', filter, sandbox, 'ci-deploy\n'],
  ['-f', ['sa', 'create', '-f', '~/document.json', '-q', '.name, .credential.value'], sandbox, 'from-home\n'],
  ['JQ_PATH', ['sa', 'list', '-q', '.'], native, 'JQ_PATH: \\"$HOME/no-such-jq\\" is not an executable file'],
  ['--to file', rotateTo('file:~/no/t'), sandbox, 'there is no folder $HOME/no'],
  ['--to dotenv', rotateTo('dotenv:~/no/t#KEY'), sandbox, 'there is no folder $HOME/no'],
  ['--to file+json', rotateTo('file+json:~/no/t'), sandbox, 'there is no folder $HOME/no'],
  [
    '--report',
    ['sa', 'rotate', '--all', '--provider', 'nscale', '--yes', '--to', 'file:{name}', '--report', '~/no/r.json'],
    sandbox,
    'there is no folder $HOME/no',
  ],
];

describe('a path of the user', () => {
  it.each(named)('may begin with ~/ in %s', async (_what, argv, env, expected) => {
    const place = await placeWith(files);
    const { stdout, stderr } = await runAt(place, argv, env);
    expect(stdout + stderr).toContain(expected);
    expect(await readdir(place.cwd)).toEqual([]);
  });

  it.each([
    ['SACTL_STATE_DIR', 'st'],
    ['SACTL_STATE_DIR', './st'],
    ['SACTL_CONFIG', 'own.yaml'],
    ['SACTL_CONFIG', '../own.yaml'],
  ])('is never taken against the working directory: %s=%s', async (name, value) => {
    const place = await placeWith(files);
    expect(await runAt(place, ['sa', 'list'], { ...token, [name]: value })).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: ${name} must be an absolute path, or begin with ~/: "${value}"\n`,
    });
    expect(await readdir(place.cwd)).toEqual([]);
  });

  it('is read beside the working directory where it names what to read', async () => {
    const place = await placeWith();
    await writeFile(join(place.cwd, 'filter.jq'), '.[0].name');
    const outcome = await runAt(place, ['sa', 'list', '--query-file', 'filter.jq'], sandbox);
    expect(outcome).toMatchObject({ code: 0, stdout: 'ci-deploy\n' });
  });
});

/** A clone with the configuration of somebody who wants the token. */
async function clone(): Promise<string> {
  const { cwd } = await placeWith();
  for (const folder of ['', 'home']) {
    await mkdir(join(cwd, folder, '.config/sactl'), { recursive: true });
    await writeFile(join(cwd, folder, '.config/sactl/config.yaml'), profile('credential: {command: [touch, pwned]}'));
  }
  return cwd;
}

describe('an empty or relative HOME', () => {
  const noHome = 'there is no home directory: HOME (on Windows USERPROFILE) is empty or not an absolute path';
  const state = 'sactl: no folder for journal, locks and audit log: ';
  const hint = 'hint: set HOME, XDG_STATE_HOME or SACTL_STATE_DIR to an absolute path';

  it('is no home: a clone’s .config is not believed, and what needs a home is refused', async () => {
    const cwd = await clone();
    const env = { ...token, SACTL_STATE_DIR: undefined };
    expect(await run(['sa', 'list'], { cwd, env, homeDirectory: null })).toEqual({
      code: 2,
      stdout: '',
      stderr: `${state}${noHome}\n${hint}\n`,
    });
    expect(await run(['config', 'path'], { cwd, env, homeDirectory: null })).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: no folder for your configuration file: ${noHome}\n`,
    });
    expect((await readdir(cwd)).toSorted()).toEqual(['.config', 'home']);
  });

  it('leaves alone what needs none', async () => {
    const cwd = await clone();
    const outcome = await run(['sa', 'list', '-q', '.[0].name'], { cwd, env: sandbox, homeDirectory: null });
    expect(outcome).toEqual({ code: 0, stdout: 'ci-deploy\n', stderr: '' });
    expect(await run(['sa', 'list', '--profile', 'prod'], { cwd, env: token, homeDirectory: null })).toMatchObject({
      code: 2,
      stderr: `sactl: flag --profile needs your configuration file, and ${noHome}\n`,
    });
  });

  it('cannot stand for ~/ in any path', async () => {
    const cwd = await clone();
    expect(await run(filter, { cwd, env: sandbox, homeDirectory: null })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(String.raw`\"~/filter.jq\" cannot be used: ${noHome}`),
    });
    expect(await run(['whoami', '--provider', 'augment'], { cwd, homeDirectory: null })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(noHome),
    });
  });

  it('is a finding of doctor', async () => {
    const cwd = await clone();
    const env = { ...token, SACTL_STATE_DIR: undefined };
    const outcome = await run(['doctor'], { cwd, env, homeDirectory: null });
    expect(outcome).toMatchObject({ code: 1, stderr: '' });
    expect(outcome.stdout).toMatch(/error +config +no folder for journal, locks and audit log/);
    expect(outcome.stdout).toMatch(/warning +config +not used: environment variable HOME, because it is empty/);
    const withState = await run(['doctor'], { cwd, env: sandbox, homeDirectory: null });
    expect(withState.stdout).toMatch(/warning +config +not used: environment variable HOME, because it is empty/);
  });
});

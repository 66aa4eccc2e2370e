import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { testContext } from '../../harness/context.ts';
import { runIn } from '../../harness/run.ts';
import { homeWith, userFile } from './home.ts';

const token = 'explain.must.not.print.this';

/** The command would leave a file behind if it were run. */
const profiles = `provider: nscale
org: of-file
columns: [name, id]
profiles:
  prod: {provider: nscale, endpoint: https://prod.test, org: 11111111-1111-4111-8111-111111111111, ca: ca.pem, credential: {command: [touch, /ran]}}
  lab: {provider: runai, endpoint: https://lab.test, clientId: lab, credential: {file: ~/lab-secret}}
  ci: {provider: nscale, credential: {env: CI_TOKEN}}
`;

const files = { user: `~/${userFile}`, project: null };

describe('config explain', () => {
  it('prints settings, connection, profiles, what is not used and files, aligned', async () => {
    const home = await homeWith({ [userFile]: profiles.replace('org: of-file\n', '') });
    const org = '22222222-2222-4222-8222-222222222222';
    const env = { NSCALE_SERVICE_TOKEN: token, SACTL_ORG: 'other', SACTL_STATE_DIR: '/state' };
    expect(await home.run(['config', 'explain', '--org', org], { env })).toEqual({
      code: 0,
      stderr: '',
      stdout: `SETTING         VALUE                                         SOURCE
provider        nscale                                        ~/.config/sactl/config.yaml
profile         -                                             default
org             22222222-2222-4222-8222-222222222222          flag --org
sandbox         false                                         default
columns         name, id                                      ~/.config/sactl/config.yaml
format          -                                             default
stateDirectory  /state                                        environment variable SACTL_STATE_DIR
state.store     file                                          default
connection      nscale                                        environment variable NSCALE_SERVICE_TOKEN
endpoint        https://identity.nks.europe-west4.nscale.com  default
credential      [not read]                                    environment variable NSCALE_SERVICE_TOKEN
ca              -                                             -
organization    22222222-2222-4222-8222-222222222222          flag --org

Profiles
NAME  PROVIDER  ENDPOINT           ORG                                   CREDENTIAL
prod  nscale    https://prod.test  11111111-1111-4111-8111-111111111111  command touch
lab   runai     https://lab.test   -                                     file ~/lab-secret
ci    nscale    -                  -                                     environment variable CI_TOKEN

Found and not used
WHAT                                   WHY
org in environment variable SACTL_ORG  flag --org comes first

User file:     ~/.config/sactl/config.yaml
Project file:  -
`,
    });
  });

  it('mutes the sources on a terminal', async () => {
    const { run } = await homeWith({});
    const { stdout } = await run(['config', 'explain', '--sandbox'], { terminal: 120 });
    expect(stdout).toContain(' \u001B[2mthe sandbox\u001B[22m\n');
    expect(stdout).toContain(' \u001B[2mflag --sandbox\u001B[22m\n');
  });

  it.each([60, 80, 120])('fits %i columns, and says what is below the home directory with ~', async (terminal) => {
    const { path: homeDirectory } = await homeWith({ [userFile]: profiles });
    const env = { SACTL_STATE_DIR: join(homeDirectory, 'state') };
    const context = testContext({ homeDirectory, cwd: join(homeDirectory, 'work'), terminal, env });
    const { code, stdout } = await runIn(context, ['config', 'explain', '--profile', 'lab', '--no-color']);
    expect(code).toBe(0);
    expect(stdout).not.toContain(homeDirectory);
    expect(stdout).toContain('~/state ');
    expect(stdout.split('\n').filter((line) => line.length > terminal)).toEqual([]);
  });

  it('prints the profile that is selected, and runs no command for its credential', async () => {
    const home = await homeWith({});
    const ran = join(home.path, 'ran');
    const text = profiles.replace('/ran', ran);
    const { run } = await homeWith({ [userFile]: text });
    const { code, stdout, stderr } = await run(['config', 'explain', '--profile', 'prod', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      settings: [
        { name: 'provider', value: 'nscale', source: files.user },
        { name: 'profile', value: 'prod', source: 'flag --profile' },
        { name: 'org', value: 'of-file', source: files.user },
        { name: 'sandbox', value: false, source: 'default' },
        { name: 'columns', value: ['name', 'id'], source: files.user },
        { name: 'format', value: null, source: 'default' },
        { name: 'stateDirectory', value: '~/state', source: 'environment variable SACTL_STATE_DIR' },
        { name: 'state.store', value: 'file', source: 'default' },
      ],
      connection: {
        provider: 'nscale',
        profile: 'prod',
        endpoint: 'https://prod.test',
        endpointSource: `profile prod in ${files.user}`,
        credential: `command touch (profile prod in ${files.user})`,
        ca: '~/.config/sactl/ca.pem',
        caSource: `profile prod in ${files.user}`,
        organization: '11111111-1111-4111-8111-111111111111',
        organizationSource: files.user,
      },
      problem: null,
      ignored: [],
      profiles: [
        {
          name: 'prod',
          provider: 'nscale',
          endpoint: 'https://prod.test',
          org: '11111111-1111-4111-8111-111111111111',
          credential: 'command touch',
        },
        { name: 'lab', provider: 'runai', endpoint: 'https://lab.test', org: null, credential: 'file ~/lab-secret' },
        { name: 'ci', provider: 'nscale', endpoint: null, org: null, credential: 'environment variable CI_TOKEN' },
      ],
      files,
    });
    expect(existsSync(ran)).toBe(false);
  });

  it('names the credential of the environment and never shows it', async () => {
    const { run } = await homeWith({});
    const env = { NSCALE_SERVICE_TOKEN: token };
    for (const format of ['table', 'json', 'ndjson', 'yaml', 'csv']) {
      const { code, stdout, stderr } = await run(['config', 'explain', '--format', format], { env });
      expect({ format, code, stderr }).toEqual({ format, code: 0, stderr: '' });
      expect(stdout).toContain('environment variable NSCALE_SERVICE_TOKEN');
      expect(stdout).not.toContain(token);
    }
  });

  it('says what was found and is not used', async () => {
    const { run } = await homeWith({ [userFile]: 'org: b\n', 'work/.sactlrc': 'org: c\n' });
    const env = { XDG_STATE_HOME: 'relative' };
    const { stdout } = await run(['config', 'explain', '--org', 'a', '-q', '.ignored', '-q', '.files'], { env });
    expect(
      stdout
        .split('\n')
        .slice(0, 2)
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      [
        { what: 'org in ~/work/.sactlrc', why: 'flag --org comes first' },
        { what: `org in ~/${userFile}`, why: 'flag --org comes first' },
        { what: 'environment variable XDG_STATE_HOME', why: 'it is not an absolute path' },
      ],
      { user: `~/${userFile}`, project: '~/work/.sactlrc' },
    ]);
  });

  it('gives the names of the profiles for shell completion', async () => {
    const { run } = await homeWith({ [userFile]: profiles });
    expect(await run(['config', 'explain', '-q', '.profiles[].name'])).toEqual({
      code: 0,
      stdout: 'prod\nlab\nci\n',
      stderr: '',
    });
  });
});

describe('config explain without the one connection', () => {
  const runai = { RUNAI_BASE_URL: 'https://lab.test', RUNAI_TOKEN: token };
  it.each([
    [
      'no credential',
      {},
      'no credential found; for nscale: set NSCALE_SERVICE_TOKEN; for runai: set RUNAI_BASE_URL, and RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET, ' +
        'or RUNAI_TOKEN; for augment: set AUGMENT_SESSION_AUTH; or select a profile with --profile, or try it with --sandbox; ' +
        'how to begin: sactl help setup',
    ],
    [
      'no credential of the provider',
      { SACTL_PROVIDER: 'nscale' },
      'no credential for nscale: set NSCALE_SERVICE_TOKEN; to try it without a credential, add --sandbox',
    ],
    [
      'several credentials',
      { ...runai, NSCALE_SERVICE_TOKEN: token },
      'which provider? There are credentials for nscale and runai: --provider <one>',
    ],
    [
      'all providers',
      { SACTL_PROVIDER: 'all' },
      'environment variable SACTL_PROVIDER says all: every profile, and every provider with a credential in the environment',
    ],
  ])('says why: %s', async (_, env, problem) => {
    const { run } = await homeWith({});
    const { code, stdout, stderr } = await run(['config', 'explain', '-q', '[.connection, .problem]'], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual([null, problem]);
    const table = await run(['config', 'explain'], { env });
    expect(table.stdout).toContain(`\nNo connection: ${problem}\n`);
  });
});

describe('a configuration that does not hold together', () => {
  it.each([
    ['an unknown profile', {}, ['--profile', 'nope'], 'flag --profile is "nope"; there are no profiles'],
    ['a missing endpoint', { RUNAI_TOKEN: token }, [], 'no endpoint for runai: RUNAI_BASE_URL is not set'],
    [
      'an endpoint without encryption',
      { NSCALE_SERVICE_TOKEN: token },
      ['--endpoint', 'http://api.test'],
      'flag --endpoint must use https: http would send the credential to api.test unencrypted',
    ],
    ['a wrong setting', { SACTL_PROVIDER: 'aws' }, [], 'SACTL_PROVIDER must be nscale, runai, augment or all'],
  ])('is exit 2: %s', async (_, env, flags, problem) => {
    const { run } = await homeWith({});
    const { code, stdout, stderr } = await run(['config', 'explain', ...flags], { env });
    expect({ code, stdout, first: stderr.split('\n')[0] }).toEqual({ code: 2, stdout: '', first: `sactl: ${problem}` });
  });
});

it('says sandbox, where no credential is read', async () => {
  const { run } = await homeWith({});
  const { code, stdout } = await run(['config', 'explain', '--sandbox', '-q', '[.sandbox, .connection]'], {
    env: { NSCALE_SERVICE_TOKEN: token },
  });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual([
    true,
    {
      provider: 'nscale',
      profile: null,
      endpoint: null,
      endpointSource: 'sandbox',
      credential: 'the sandbox',
      ca: null,
      caSource: null,
      organization: null,
      organizationSource: 'default',
    },
  ]);
});

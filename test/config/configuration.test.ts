import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { createWorkspace, userFile, type Workspace } from './workspace.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(() => workspace[Symbol.asyncDispose]());

const projectFile = 'code/repository/.sactlrc';

describe('precedence', () => {
  const order = ['flag', 'env', 'project', 'user'] as const;
  type Kind = (typeof order)[number];

  const sourceNames = {
    flag: '--org',
    env: 'SACTL_ORG',
    project: join('code', 'repository', '.sactlrc'),
    user: join('.config', 'sactl', 'config.yaml'),
  };

  async function loadWith(kinds: readonly Kind[]) {
    if (kinds.includes('project')) await workspace.write(projectFile, 'org: of-project');
    if (kinds.includes('user')) await workspace.write(userFile, 'org: of-user');
    return workspace.load(
      kinds.includes('flag') ? { org: 'of-flag' } : {},
      kinds.includes('env') ? { SACTL_ORG: ' of-env ' } : {},
    );
  }

  const pairs = order.flatMap((stronger, index) => order.slice(index + 1).map((weaker) => ({ stronger, weaker })));

  test.each(pairs)('$stronger beats $weaker, which is recorded', async ({ stronger, weaker }) => {
    const { org, ignored } = await loadWith([stronger, weaker]);
    expect(org.value).toBe(`of-${stronger}`);
    expect(org.source.kind).toBe(stronger);
    expect(ignored).toHaveLength(1);
    expect(ignored[0]?.what).toContain(sourceNames[weaker]);
    expect(ignored[0]?.why).toContain(sourceNames[stronger]);
  });

  test.each(order)('%s is named as the source', async (kind) => {
    const { org } = await loadWith([kind]);
    expect(org.source.kind).toBe(kind);
    expect(org.source.name.endsWith(sourceNames[kind])).toBe(true);
  });
});

test('without any source every setting is its default', async () => {
  const unset = { value: null, source: { kind: 'default', name: 'default' } };
  expect(await workspace.load({}, { SACTL_STATE_DIR: '' })).toEqual({
    provider: unset,
    profile: unset,
    org: unset,
    sandbox: { ...unset, value: false },
    columns: unset,
    format: unset,
    printSecrets: unset,
    stateDirectory: { ...unset, value: join(workspace.home, '.local/state/sactl') },
    profiles: new Map(),
    state: {
      environment: { store: null, credential: null, recipients: null, identity: null, leaseMs: null, capsule: null },
      user: { values: null, path: null },
    },
    files: { user: null, project: null },
    ignored: [],
  });
});

test('each setting can come from the sources it has', async () => {
  await workspace.write(userFile, 'profile: prod\nformat: csv');
  await workspace.write(projectFile, 'provider: runai\ncolumns: [id, name]');
  const { provider, profile, columns, format, files } = await workspace.load();
  const project = join(workspace.home, projectFile);
  const user = join(workspace.home, userFile);
  expect({ provider, profile, columns, format, files }).toEqual({
    provider: { value: 'runai', source: { kind: 'project', name: project } },
    profile: { value: 'prod', source: { kind: 'user', name: user } },
    columns: { value: ['id', 'name'], source: { kind: 'project', name: project } },
    format: { value: 'csv', source: { kind: 'user', name: user } },
    files: { user, project },
  });
});

test('flags and variables are trimmed, and may ask for all providers', async () => {
  const byFlag = await workspace.load({ provider: ' all ', columns: 'id, name', format: 'json' });
  expect(byFlag.provider.value).toBe('all');
  expect(byFlag.columns.value).toEqual(['id', 'name']);
  expect(byFlag.format).toEqual({ value: 'json', source: { kind: 'flag', name: '--format' } });
  const byVariable = await workspace.load({}, { SACTL_PROVIDER: 'all\n', SACTL_PROFILE: ' prod' });
  expect(byVariable.provider.value).toBe('all');
  expect(byVariable.profile.value).toBe('prod');
});

test('a variable that is set but empty is unset', async () => {
  const env = { SACTL_ORG: '', SACTL_PROVIDER: ' ', SACTL_CONFIG: '', SACTL_SANDBOX: '' };
  const configuration = await workspace.load({}, env);
  expect(configuration.org.source.kind).toBe('default');
  expect(configuration.provider.source.kind).toBe('default');
  expect(configuration.sandbox.value).toBe(false);
});

test.each([
  ['1', true],
  ['true', true],
  ['0', false],
  ['false', false],
])('SACTL_SANDBOX=%s is %s', async (text, value) => {
  const { sandbox } = await workspace.load({}, { SACTL_SANDBOX: text });
  expect(sandbox).toEqual({ value, source: { kind: 'env', name: 'SACTL_SANDBOX' } });
});

describe('wrong flags and variables', () => {
  test('are all named, and their values are not', async () => {
    const flags = { provider: '', org: ' ', endpoint: '', caCert: '', format: 'xml', columns: 'a,' };
    const env = { SACTL_PROVIDER: 'secret', SACTL_SANDBOX: 'secret', SACTL_ORG: 'a\nb' };
    expect(await workspace.problems(flags, env)).toEqual([
      '--endpoint must not be empty',
      '--ca-cert must not be empty',
      '--provider must not be empty',
      '--org must not be empty',
      '--columns must be a list of column names, none empty',
      '--format must be table, json, ndjson, yaml or csv',
      'SACTL_PROVIDER must be nscale, runai, augment or all',
      'SACTL_ORG must be one line without control characters',
      'SACTL_SANDBOX must be 1, true, 0 or false',
    ]);
  });

  test.each([
    [{ sandbox: true, profile: 'prod' }, {}, '--profile'],
    [{ sandbox: true, endpoint: 'https://a.test' }, {}, '--endpoint'],
    [{ profile: 'prod' }, { SACTL_SANDBOX: '1' }, '--profile'],
  ])('%j with %j is refused in the sandbox', async (flags, env, flag) => {
    expect(await workspace.problems(flags, env)).toEqual([
      `${flag} does not go with the sandbox (--sandbox or SACTL_SANDBOX)`,
    ]);
  });

  test('a profile from the environment does not stand in the way of the sandbox', async () => {
    const { sandbox } = await workspace.load({ sandbox: true }, { SACTL_PROFILE: 'prod' });
    expect(sandbox).toEqual({ value: true, source: { kind: 'flag', name: '--sandbox' } });
  });
});

test('problems of all sources are one usage error', async () => {
  await workspace.write(userFile, 'profils: 1');
  await workspace.write(projectFile, 'org: 7');
  expect(await workspace.problems({ format: 'xml' }, { SACTL_PROVIDER: 'x' })).toEqual([
    '--format must be table, json, ndjson, yaml or csv',
    'SACTL_PROVIDER must be nscale, runai, augment or all',
    '~/code/repository/.sactlrc: "org" must be text, not a number (put it in quotes)',
    '~/.config/sactl/config.yaml: unknown key "profils"',
  ]);
});

test('relative XDG directories are ignored and recorded', async () => {
  const { ignored } = await workspace.load({}, { XDG_CONFIG_HOME: 'a', XDG_STATE_HOME: './b' });
  const why = 'it is not an absolute path';
  expect(ignored).toEqual([
    { what: 'environment variable XDG_CONFIG_HOME', why },
    { what: 'environment variable XDG_STATE_HOME', why },
  ]);
});

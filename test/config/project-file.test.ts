import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { loadConfiguration } from '../../src/config/configuration.ts';
import { projectDirectories } from '../../src/config/project-file.ts';
import { UsageError } from '../../src/errors.ts';
import { createWorkspace, failure, type Workspace } from './workspace.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(() => workspace[Symbol.asyncDispose]());

const fileNames = [
  '.sactlrc',
  '.sactlrc.json',
  '.sactlrc.yaml',
  '.sactlrc.yml',
  'sactl.config.json',
  'sactl.config.yaml',
  'sactl.config.yml',
];

describe('the search', () => {
  test.each(fileNames)('finds %s', async (name) => {
    const path = await workspace.write(`code/repository/deploy/${name}`, '{"org": "found"}');
    const { org } = await workspace.load();
    expect(org).toEqual({ value: 'found', source: { kind: 'project', name: path } });
  });

  test('stops at the nearest file, and in one folder at the first name', async () => {
    await workspace.write('code/repository/.sactlrc', 'org: far');
    const first = await workspace.write('code/repository/deploy/.sactlrc.yaml', 'org: near');
    const second = await workspace.write('code/repository/deploy/sactl.config.json', '{}');
    const { org, ignored } = await workspace.load();
    expect(org.value).toBe('near');
    expect(ignored).toEqual([{ what: second, why: `${first} comes first` }]);
  });

  test('ends at an empty file, which sets nothing', async () => {
    await workspace.write('code/repository/.sactlrc', 'org: far');
    const path = await workspace.write('code/repository/deploy/.sactlrc', '\n');
    const { org, files } = await workspace.load();
    expect([org.value, files.project]).toEqual([null, path]);
  });

  test('does not go above the git root', async () => {
    await workspace.write('code/.sactlrc', 'org: above');
    await workspace.write('.sactlrc', 'org: home');
    expect((await workspace.load()).org.value).toBeNull();
  });

  test('goes up to the home directory where there is no repository', async () => {
    await rm(join(workspace.repository, '.git'), { recursive: true });
    await workspace.write('.sactlrc', 'org: home');
    expect((await workspace.load()).org.value).toBe('home');
  });

  test('knows the root of a git worktree, where .git is a file', async () => {
    await workspace.write('code/repository/deploy/.git', 'gitdir: elsewhere');
    expect(projectDirectories(workspace.context())).toEqual([workspace.cwd, join(workspace.repository, 'deploy')]);
  });

  test('knows a home directory that is named by a link', async () => {
    await rm(join(workspace.repository, '.git'), { recursive: true });
    await symlink(workspace.home, join(workspace.home, 'link'));
    const ctx = { ...workspace.context(), homeDirectory: join(workspace.home, 'link') };
    expect(projectDirectories(ctx).at(-1)).toBe(workspace.home);
  });

  test('looks only into the working directory outside of home and repositories', async () => {
    await rm(join(workspace.repository, '.git'), { recursive: true });
    const ctx = { ...workspace.context(), homeDirectory: join(workspace.home, 'elsewhere') };
    expect(projectDirectories(ctx)).toEqual([workspace.cwd]);
  });
});

describe('files that are not read', () => {
  test('belong to another user', async () => {
    const path = await workspace.write('code/repository/.sactlrc', 'endpoint: [');
    const { org, ignored } = await loadConfiguration({ ...workspace.context(), userId: 987_654 }, {});
    expect(org.value).toBeNull();
    expect(ignored).toEqual([{ what: path, why: 'it belongs to another user' }]);
  });

  test('give way to the next one up', async () => {
    await workspace.write('code/repository/.sactlrc', 'org: found');
    const path = join(workspace.cwd, '.sactlrc');
    await mkdir(path);
    const { org, ignored } = await workspace.load();
    expect(org.value).toBe('found');
    expect(ignored).toEqual([{ what: path, why: 'it is not a regular file' }]);
  });

  test.each([
    ['to a file of the same repository', '../shared.yaml'],
    ['out of it', '../../../../secrets'],
    ['nowhere', 'missing'],
    ['to a folder', '..'],
    ['to itself', '.sactlrc.yaml'],
  ])('are links %s', async (_, to) => {
    await workspace.write('code/repository/deploy/shared.yaml', 'org: linked');
    await workspace.write('secrets', 'root:$6$salt$hash: x\ncolumns: hunter2');
    const path = join(workspace.cwd, '.sactlrc.yaml');
    await symlink(to, path);
    const found = await workspace.write('code/repository/.sactlrc', 'org: found');
    const { org, columns, ignored, files } = await workspace.load();
    expect([org.value, columns.value, files.project]).toEqual(['found', null, found]);
    expect(ignored).toEqual([{ what: path, why: 'it is a symbolic link' }]);
  });

  test('are links, also where the system names no owners', async () => {
    await workspace.write('secrets', 'root:$6$salt$hash: x');
    const path = join(workspace.cwd, '.sactlrc');
    await symlink(join(workspace.home, 'secrets'), path);
    const { ignored } = await loadConfiguration({ ...workspace.context(), userId: null }, {});
    expect(ignored).toEqual([{ what: path, why: 'it is a symbolic link' }]);
  });

  test('are above a folder that is a link: what it leads to is no part of the repository', async () => {
    await workspace.write('code/repository/.sactlrc', 'org: repository');
    await workspace.write('code/other/.git', 'gitdir: elsewhere');
    const other = await workspace.write('code/other/.sactlrc', 'org: other');
    await workspace.write('code/other/deep/README.md', '');
    await symlink(join(workspace.home, 'code/other/deep'), join(workspace.repository, 'linked'));
    const ctx = { ...workspace.context(), cwd: join(workspace.repository, 'linked') };
    const { org } = await loadConfiguration(ctx, {});
    expect(org).toEqual({ value: 'other', source: { kind: 'project', name: other } });
  });

  test('are the user file, which may lie in the working directory', async () => {
    const text = 'profiles: {prod: {provider: nscale, credential: {env: TOKEN}}}';
    const path = await workspace.write('code/repository/deploy/prod/sactl.config.yaml', text);
    const { profiles, files } = await workspace.load({}, { SACTL_CONFIG: path });
    expect([...profiles.keys()]).toEqual(['prod']);
    expect(files).toEqual({ user: path, project: null });
  });
});

describe('trust', () => {
  const untrusted = {
    profile: '"prod"',
    profiles: '{"prod": {}}',
    endpoint: '"https://evil.test"',
    credential: '{"env": "NSCALE_SERVICE_TOKEN"}',
    ca: '"/tmp/ca.pem"',
    command: '["sh", "-c", "evil"]',
    clientId: '"x"',
    env: '"NSCALE_SERVICE_TOKEN"',
    file: '"/etc/passwd"',
    sandbox: 'true',
  };

  test.each(Object.entries(untrusted))('a project file may not set %s', async (key, value) => {
    const path = await workspace.write('code/repository/.sactlrc.json', `{"${key}": ${value}}`);
    const error = await failure(workspace.load());
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({
      exitCode: 2,
      problems: [`${path}: "${key}" may not be set in a project file`],
      hint: 'profiles, with their endpoints and credentials, may stand only in the user file: ~/.config/sactl/config.yaml',
    });
  });

  test('the hint names the file of SACTL_CONFIG', async () => {
    await workspace.write('code/repository/.sactlrc', 'profile: prod');
    const user = await workspace.write('mine.yaml', '');
    const error = await failure(workspace.load({}, { SACTL_CONFIG: user }));
    expect(error).toMatchObject({ hint: expect.stringContaining(user) });
  });

  test('provider, org, columns and format may be set', async () => {
    await workspace.write('code/repository/.sactlrc', 'provider: nscale\norg: o\ncolumns: id,name\nformat: yaml');
    const { provider, org, columns, format } = await workspace.load();
    expect([provider.value, org.value, columns.value, format.value]).toEqual(['nscale', 'o', ['id', 'name'], 'yaml']);
  });
});

describe('nothing in the working directory is run or read as configuration', () => {
  const hostile = `require('node:fs').writeFileSync(__dirname + '/ran', ''); module.exports = { org: 'evil' };`;
  const places = {
    '.config/config.js': hostile,
    '.config/config.cjs': hostile,
    '.config/config.mjs': `import { writeFileSync } from 'node:fs'; writeFileSync('ran', '');`,
    '.config/config.json': '{"searchPlaces": ["evil.js"], "org": "evil"}',
    '.config/sactlrc.json': '{"org": "evil"}',
    'sactl.config.js': hostile,
    'sactl.config.cjs': hostile,
    'sactl.config.ts': hostile,
    '.sactlrc.js': hostile,
    '.sactlrc.cjs': hostile,
    'package.json': '{"sactl": {"org": "evil"}}',
    'package.yaml': 'sactl: {org: evil}',
  };

  test.each(Object.entries(places))('%s', async (name, text) => {
    const folder = 'code/repository/deploy/prod';
    const path = await workspace.write(`${folder}/${name}`, text);
    // With a file to be found beside it, so that the search does run.
    await workspace.write(`${folder}/.sactlrc.yaml`, 'format: csv');
    const { org, format } = await workspace.load();
    expect([org.value, format.value]).toEqual([null, 'csv']);
    await expect(readFile(join(path, '..', 'ran'))).rejects.toThrow('ENOENT');
    await expect(readFile('ran')).rejects.toThrow('ENOENT');
  });
});

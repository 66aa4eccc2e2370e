// @module-tag slow
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { profileNames } from '../../../src/commands/completion/profiles.ts';
import { testContext } from '../../harness/context.ts';
import { workFolder } from '../support.ts';

const yaml = '.config/sactl/config.yaml';

/** What a shell reads at a Tab with these files in the home directory. */
async function namesWith(files: Readonly<Record<string, string>>, env: Record<string, string> = {}): Promise<string> {
  const home = await workFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), text);
  }
  return profileNames(testContext({ homeDirectory: home, cwd: home, env }).ctx);
}

describe('the names of profiles', () => {
  const entry = '{ provider: nscale, credential: { command: [touch, called] } }';
  const json = JSON.stringify({ profiles: { prod: {}, 'staging.eu': {} } });

  it.each([
    ['YAML', { [yaml]: `org: a\nprofiles:\n  prod: ${entry}\n  staging.eu: ${entry}\n` }, {}],
    ['YAML on one line', { [yaml]: `profiles: { prod: ${entry}, staging.eu: ${entry} }` }, {}],
    ['JSON', { '.config/sactl/config.json': json }, {}],
    ['JSON with a byte order mark', { '.config/sactl/config.json': `\uFEFF${json}` }, {}],
    ['SACTL_CONFIG', { 'own.json': json, [yaml]: 'profiles: { other: {} }' }, { SACTL_CONFIG: '~/own.json' }],
  ])('are read from %s', async (_, files, env) => {
    expect(await namesWith(files, env)).toBe('prod\nstaging.eu\n');
  });

  it('are those of the file that is read', async () => {
    const files = { '.config/sactl/config.json': json, [yaml]: 'profiles: { other: {} }' };
    expect(await namesWith(files)).toBe('prod\nstaging.eu\n');
  });

  it('come from no project, which may not have any', async () => {
    expect(await namesWith({ '.sactlrc': json, 'sactl.config.json': json })).toBe('');
  });

  it.each([
    '$(touch pwned)',
    '`touch pwned`',
    'a; touch pwned',
    'a b',
    '-rf',
    '--yes',
    '*',
    '~root',
    "a'b",
    'a"b',
    'a\nb',
    'a\\b',
    '../x',
    '\u001B[2J',
    '',
  ])('leave out %j, which a shell might take for something else', async (name) => {
    const hostile = { profiles: { [name]: {}, prod: {} } };
    expect(await namesWith({ '.config/sactl/config.json': JSON.stringify(hostile) })).toBe('prod\n');
    expect(await namesWith({ [yaml]: `profiles:\n  ${JSON.stringify(name)}: {}\n  prod: {}\n` })).toBe('prod\n');
  });

  it.each([
    ['there is no file', {}],
    ['it is empty', { [yaml]: '' }],
    ['it has none', { [yaml]: 'org: a\n' }],
    ['it is not YAML', { [yaml]: 'profiles: [' }],
    ['it is not JSON', { '.config/sactl/config.json': '{' }],
    ['they are a list', { [yaml]: 'profiles:\n- prod\n' }],
    ['they are a text', { [yaml]: 'profiles: prod\n' }],
    ['they are nothing', { [yaml]: 'profiles:\n' }],
    ['it is a list', { [yaml]: '- profiles\n' }],
  ])('are none where %s', async (_, files) => {
    expect(await namesWith(files)).toBe('');
  });

  it.runIf(existsSync('/usr/bin/mkfifo'))('are none where a pipe would keep the shell waiting', async () => {
    const home = await workFolder();
    await mkdir(join(home, '.config/sactl'), { recursive: true });
    execFileSync('mkfifo', [join(home, yaml)]);
    expect(await profileNames(testContext({ homeDirectory: home }).ctx)).toBe('');
  });
});

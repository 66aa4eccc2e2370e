import { chmod, mkdir, symlink } from 'node:fs/promises';

import { describe, expect, test } from 'vitest';

import { profileScheme } from '../../../src/delivery/targets/file.ts';
import { createFolder, never, payload, specOf, targetOf } from './folder.ts';

const spec = specOf({ scheme: 'profile', body: '' });

describe('profile', () => {
  test('replaces the file of the credential that is in use', async () => {
    await using folder = await createFolder();
    await chmod(await folder.write('prod.token', 'old\n'), 0o400);
    const environment = folder.environment({ profileFile: folder.at('prod.token') });
    expect(profileScheme.problems(spec, environment)).toStrictEqual([]);
    const target = targetOf(profileScheme, spec, environment);
    expect(await target.preflight()).toStrictEqual([]);
    expect(await folder.text('prod.token')).toBe('old\n');
    await target.deliver(payload('tok-1'), never);
    expect(target.name).toBe('profile');
    expect(await target.place()).toStrictEqual({ place: folder.at('prod.token'), slot: null });
    expect(await folder.text('prod.token')).toBe('tok-1');
    expect(await folder.mode('prod.token')).toBe('400');
    expect(await folder.names()).toStrictEqual(['prod.token']);
  });

  test('needs a profile with a file', async () => {
    await using folder = await createFolder();
    const problem = 'no profile with a {file} credential is in use';
    expect(profileScheme.problems(spec, folder.environment())).toStrictEqual([problem]);
    expect(await folder.failure(() => targetOf(profileScheme, spec, folder.environment()))).toBe(
      `UsageError: ${problem}`,
    );
  });

  test.each([
    ['missing', '~/missing does not exist'],
    ['link', '~/link is a symbolic link to ~/file; name that instead'],
    ['folder', "~/folder is a folder; a file's name must follow"],
  ])('refuses a %s', async (name, problem) => {
    await using folder = await createFolder();
    await folder.write('file', 'old');
    await symlink('file', folder.at('link'));
    await mkdir(folder.at('folder'));
    const environment = folder.environment({ profileFile: folder.at(name) });
    const target = targetOf(profileScheme, spec, environment);
    expect(await folder.failure(() => target.preflight())).toBe(`UsageError: --to "given": ${problem}`);
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(`TargetError: ${problem}`);
    expect(await folder.names()).toStrictEqual(['file', 'folder', 'link']);
    expect(await folder.text('file')).toBe('old');
  });
});

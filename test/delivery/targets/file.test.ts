import { chmod, chown, mkdir, stat, symlink } from 'node:fs/promises';

import { describe, expect, test } from 'vitest';

import { fileScheme } from '../../../src/delivery/targets/file.ts';
import { isRoot } from './user.ts';
import { createFolder, never, payload, specOf, subject, targetOf } from './folder.ts';

describe('file', () => {
  test.each([
    ['file:secrets/{name}.token', false, 'tok-1'],
    ['file+json:secrets/{name}.token', true, '{"kind":"access-token","value":"tok-1"}'],
  ])('%s holds the credential and nothing else, for its owner alone', async (_, isJson, text) => {
    await using folder = await createFolder();
    await mkdir(folder.at('secrets'));
    const target = targetOf(fileScheme, { body: 'secrets/{name}.token', isJson }, folder.environment());

    expect(await target.preflight()).toStrictEqual([]);
    expect(await folder.names()).toStrictEqual(['secrets']);
    await target.deliver(payload('tok-1'), never);

    expect(target.name).toBe(`file${isJson ? '+json' : ''}:secrets/ci-deploy.token`);
    expect(await target.place()).toStrictEqual({ place: folder.at('secrets/ci-deploy.token'), slot: null });
    expect(await folder.text('secrets/ci-deploy.token')).toBe(text);
    expect(await folder.mode('secrets/ci-deploy.token')).toBe('600');
    expect(await folder.names()).toStrictEqual(['secrets', 'secrets/ci-deploy.token']);
  });

  test.each(['400', '600', '640', '644', '1777'])('keeps the mode %s of the file it replaces', async (mode) => {
    await using folder = await createFolder();
    await folder.write('token', 'old');
    await chmod(folder.at('token'), Number.parseInt(mode, 8));
    const target = targetOf(fileScheme, { body: 'token' }, folder.environment());
    await target.preflight();
    await target.deliver(payload('tok-1'), never);
    expect(await folder.text('token')).toBe('tok-1');
    expect(await folder.mode('token')).toBe(mode);
  });

  test('keeps owner and group', async () => {
    await using folder = await createFolder();
    const path = await folder.write('token', 'old', 0o640);
    if (isRoot) await chown(path, 1234, 2345);
    const { uid, gid } = await stat(path);
    const target = targetOf(fileScheme, { body: 'token' }, folder.environment());
    await target.preflight();
    await target.deliver(payload('tok-1'), never);
    expect(await stat(path)).toMatchObject({ uid, gid, mode: 0o100640 });
  });

  test('warns of a file that others can read', async () => {
    await using folder = await createFolder();
    await chmod(await folder.write('token', 'old'), 0o644);
    const target = targetOf(fileScheme, { body: 'token' }, folder.environment());
    expect(await target.preflight()).toStrictEqual([
      `${folder.at('token')} is open to other users (mode 0644) and stays so; chmod 600 would close it`,
    ]);
    expect(await folder.text('token')).toBe('old');
  });

  test('is the same place by whichever folder it is named', async () => {
    await using folder = await createFolder();
    await mkdir(folder.at('real'));
    await symlink(folder.at('real'), folder.at('link'));
    const target = targetOf(fileScheme, { body: 'link/../link/token' }, folder.environment());
    expect(await target.place()).toStrictEqual({ place: folder.at('real/token'), slot: null });
  });

  test.each([
    ['~/token', 'home/token'],
    ['~user', '~user'],
  ])('%s is %s', async (body, path) => {
    await using folder = await createFolder();
    await mkdir(folder.at('home'));
    const target = targetOf(fileScheme, { body }, folder.environment());
    expect((await target.place()).place).toBe(folder.at(path));
    expect(target.name).toBe(`file:${body}`);
  });

  test('takes a name that looks like the home directory literally', async () => {
    await using folder = await createFolder();
    await mkdir(folder.at('~'));
    const target = fileScheme.create(specOf({ body: '{name}/token' }), { ...subject, name: '~' }, folder.environment());
    expect((await target.place()).place).toBe(folder.at('~/token'));
  });

  test.each([
    ['secrets/', "it names a folder; a file's name must follow"],
    ['..', "it names a folder; a file's name must follow"],
    ['secrets/.', "it names a folder; a file's name must follow"],
    ['~/', "it names a folder; a file's name must follow"],
    ['~', "it names a folder; a file's name must follow"],
    ['a\nb', 'a path must not have control characters'],
    ['{foo}', '{foo} is not a placeholder; the placeholders are {provider} {profile} {org} {id} {name} {NAME}'],
  ])('%j is refused whoever the account is', async (body, problem) => {
    await using folder = await createFolder();
    expect(fileScheme.problems(specOf({ body }), folder.environment())).toStrictEqual([problem]);
  });
});

import { chmod, chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { isRoot } from '../../delivery/targets/user.ts';
import { useNscale } from '../../harness/nscale.ts';
import { accountsPath, issuedToken, operationId, predictable, problems, workFolder } from '../support.ts';
import { delivered, fileAt } from './delivery.ts';

const nscale = useNscale();

const rotate = ['sa', 'rotate', '--id', 'nightly-train', '--yes'];
const stranger = 1234;

/** A folder such as /tmp, in which another user has put a file and a folder, both open to everybody. */
async function sharedFolder(): Promise<string> {
  const folder = await workFolder({ token: 'old' });
  await mkdir(join(folder, 'theirs'));
  for (const name of ['token', 'theirs']) {
    await chmod(join(folder, name), 0o777);
    await chown(join(folder, name), stranger, stranger);
  }
  await chmod(folder, 0o1777);
  return folder;
}

describe.runIf(isRoot)('what another user has put into a folder that everybody may write in', () => {
  it('gets no credential: all is refused, and nothing is sent', async () => {
    const deployment = nscale();
    const cwd = await sharedFolder();
    const targets = ['file:token', `file:${cwd}/theirs/new`, 'dotenv:theirs/.env#TOKEN'];
    const argv = [...rotate, '--format', 'yaml', ...targets.flatMap((to) => ['--to', to])];
    const where = `belongs to user 1234, and everyone may write in ${cwd}; use a folder that only you can write in`;
    expect(await deployment.run(argv, { cwd })).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(targets.map((to, at) => `--to "${to}": ${cwd}/${at === 0 ? 'token' : 'theirs'} ${where}`)),
    });
    expect(deployment.mutations()).toEqual([]);
    expect(await readFile(join(cwd, 'token'), 'utf8')).toBe('old');
  });

  it('gets none when it comes after all was tried: the credential is kept', async () => {
    const cwd = await sharedFolder();
    const deployment = nscale({
      ...predictable,
      intercept: async (request, next) => {
        if (request.method === 'POST') {
          await writeFile(join(cwd, 'late'), 'old', { mode: 0o666 });
          await chown(join(cwd, 'late'), stranger, stranger);
        }
        return next(request);
      },
    });
    const targets = ['--to', 'file:late', '--to', 'file:other'];
    const argv = [...rotate, ...targets, '-q', '[.deliveredTo, .recoverId]'];
    const { code, stdout, stderr } = await deployment.run(argv, { cwd });
    const error = `${cwd}/late belongs to user 1234, and everyone may write in ${cwd}; use a folder that only you can write in`;
    expect(code).toBe(8);
    expect(JSON.parse(stdout)).toEqual([
      [{ target: 'file:late', ok: false, error }, delivered('file:other')],
      operationId,
    ]);
    expect(stderr).not.toContain(issuedToken);
    expect(await readFile(join(cwd, 'late'), 'utf8')).toBe('old');
    expect(await fileAt(cwd, 'other')).toEqual({ text: issuedToken, mode: '600' });
    expect(deployment.mutations()).toEqual([`POST ${accountsPath}/${accountIds.nightlyTrain}/rotate`]);
  });

  it('is not what others have in folders of their own: that stays theirs', async () => {
    const home = await workFolder({ '.token': 'old' });
    const cwd = join(home, 'bob');
    await mkdir(cwd);
    await writeFile(join(cwd, '.token'), 'old', { mode: 0o600 });
    for (const path of [cwd, join(cwd, '.token')]) await chown(path, stranger, stranger);
    const { code, stderr } = await nscale(predictable).run([
      ...rotate,
      '--to',
      `file:${cwd}/.token`,
      '--format',
      'yaml',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await fileAt(cwd, '.token')).toEqual({ text: issuedToken, mode: '600' });
    expect(await stat(join(cwd, '.token'))).toMatchObject({ uid: stranger, gid: stranger });
  });
});

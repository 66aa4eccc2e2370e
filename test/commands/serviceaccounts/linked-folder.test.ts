import { mkdir, readdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { useNscale } from '../../harness/nscale.ts';
import { accountsPath, issuedToken, operationId, predictable, problems, workFolder } from '../support.ts';
import { delivered, fileAt } from './delivery.ts';

const nscale = useNscale();

const rotate = ['sa', 'rotate', '--id', 'nightly-train', '--yes', '--format', 'yaml'];
const advice = 'if that is meant, name it by its absolute path';

/** A clone, and a folder that its author wants credentials in. */
async function clone(): Promise<{ readonly cwd: string; readonly elsewhere: string }> {
  const [cwd, elsewhere] = [await workFolder(), await workFolder()];
  await symlink(elsewhere, join(cwd, 'secrets'));
  return { cwd, elsewhere };
}

describe('a folder of a clone that is a link', () => {
  it('moves no target: all are refused, and nothing is sent', async () => {
    const deployment = nscale();
    const { cwd, elsewhere } = await clone();
    const targets = ['file:secrets/t', 'file+json:./secrets/t.json', 'dotenv:secrets/.env#TOKEN'];
    const argv = [...rotate, ...targets.flatMap((to) => ['--to', to])];
    const why = `a link leads from ${cwd}/secrets to ${elsewhere}, out of ${cwd}; ${advice}`;
    const refused = { code: 2, stdout: '', stderr: problems(targets.map((to) => `--to "${to}": ${why}`)) };
    expect(await deployment.run(argv, { cwd })).toEqual(refused);
    expect(await deployment.run([...argv, '--dry-run'], { cwd })).toMatchObject({ code: 2 });
    expect(deployment.mutations()).toEqual([]);
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it('moves none that is named from a folder beside it either', async () => {
    const deployment = nscale();
    const { cwd, elsewhere } = await clone();
    await mkdir(join(cwd, 'deploy'));
    const { code, stderr } = await deployment.run([...rotate, '--to', 'file:../secrets/t'], {
      cwd: join(cwd, 'deploy'),
    });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: problems([
        `--to "file:../secrets/t": a link leads from ${cwd}/secrets to ${elsewhere}, out of ${cwd}; ${advice}`,
      ]),
    });
    expect(deployment.mutations()).toEqual([]);
  });

  it('moves none when it comes after all was tried: the credential is kept', async () => {
    const [cwd, elsewhere] = [await workFolder(), await workFolder()];
    await mkdir(join(cwd, 'secrets'));
    const deployment = nscale({
      ...predictable,
      intercept: async (request, next) => {
        if (request.method === 'POST') {
          await rename(join(cwd, 'secrets'), join(cwd, 'moved'));
          await symlink(elsewhere, join(cwd, 'secrets'));
        }
        return next(request);
      },
    });
    const targets = ['--to', 'file:secrets/t', '--to', 'dotenv:secrets/.env#TOKEN', '--to', 'file:t'];
    const result = ['-q', '[.deliveredTo, .recoverId]'];
    const argv = ['sa', 'rotate', '--id', 'nightly-train', '--yes', ...targets, ...result];
    const { code, stdout, stderr } = await deployment.run(argv, { cwd });
    const error = `a link leads from ${cwd}/secrets to ${elsewhere}, out of ${cwd}; ${advice}`;
    expect(code).toBe(8);
    expect(JSON.parse(stdout)).toEqual([
      [
        { target: 'file:secrets/t', ok: false, error },
        { target: 'dotenv:secrets/.env#TOKEN', ok: false, error },
        delivered('file:t'),
      ],
      operationId,
    ]);
    expect(stderr).not.toContain(issuedToken);
    expect(await readdir(elsewhere)).toEqual([]);
    expect(await readdir(join(cwd, 'moved'))).toEqual([]);
    expect(await fileAt(cwd, 't')).toEqual({ text: issuedToken, mode: '600' });
    expect(deployment.mutations()).toEqual([`POST ${accountsPath}/${accountIds.nightlyTrain}/rotate`]);
  });

  it('is fine where its name says all, or it stays in the clone', async () => {
    const deployment = nscale(predictable);
    const { cwd, elsewhere } = await clone();
    await mkdir(join(cwd, 'real'));
    await symlink('real', join(cwd, 'inside'));
    const targets = ['--to', `file:${cwd}/secrets/t`, '--to', 'file:inside/t'];
    const { code } = await deployment.run([...rotate, ...targets], { cwd });
    expect(code).toBe(0);
    const secret = { text: issuedToken, mode: '600' };
    expect([await fileAt(elsewhere, 't'), await fileAt(cwd, 'real/t')]).toEqual([secret, secret]);
  });
});

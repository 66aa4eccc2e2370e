import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import type { TestContextOptions } from '../../harness/context.ts';
import { sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { accountsPath, issuedToken, predictable, problems, workFolder } from '../support.ts';
import { delivered, fileAt } from './delivery.ts';

const nscale = useNscale();

const { selfRotating } = accountIds;
const rotate = ['sa', 'rotate', '--id', 'self-rotating', '--yes', '--allow-self'];

/** A profile whose token is in a file, and the options of a run with it. */
async function profile(token: string): Promise<{ readonly folder: string; readonly options: TestContextOptions }> {
  const home = await workFolder();
  const folder = join(home, '.config', 'sactl');
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'config.yaml'),
    'profiles:\n  own: {provider: nscale, credential: {file: token}}\n  variable: {provider: nscale, credential: {env: OWN_TOKEN}}\n',
  );
  await writeFile(join(folder, 'token'), `${token}\n`, { mode: 0o600 });
  const env = { NSCALE_SERVICE_TOKEN: undefined, OWN_TOKEN: token };
  return { folder, options: { homeDirectory: home, cwd: home, env } };
}

describe('--to profile', () => {
  const toProfile = ['--to', 'profile', '--profile', 'own', '--format', 'yaml'];
  const another = '--to profile is for the account that sactl signs in with; this is another one';

  it('replaces the file that the credential came from', async () => {
    const deployment = nscale(predictable);
    const { folder, options } = await profile(sandboxTokens.selfRotating);
    const before = await stat(join(folder, 'token'));
    const result = '[.credential.value, .verified, .deliveredTo]';
    const argv = [...rotate, '--to', 'profile', '--profile', 'own', '-q', result];
    const { code, stdout, stderr } = await deployment.run(argv, options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual([null, true, [delivered('profile')]]);
    expect(await fileAt(folder, 'token')).toEqual({ text: issuedToken, mode: '600' });
    expect((await stat(join(folder, 'token'))).ino).not.toBe(before.ino);
    expect(await readdir(folder)).toEqual(['config.yaml', 'token']);
    expect(deployment.mutations()).toEqual([`POST ${accountsPath}/${selfRotating}/rotate`]);
    const whoami = ['whoami', '--profile', 'own', '-q', '.subject'];
    expect(await deployment.run(whoami, options)).toEqual({ code: 0, stdout: `${selfRotating}\n`, stderr: '' });
  });

  it('leaves nothing to do afterwards', async () => {
    const { options } = await profile(sandboxTokens.selfRotating);
    const argv = [...rotate, '--to', 'profile', '--profile', 'own', '--dry-run', '-q'];
    const outcome = await nscale().run([...argv, '.effects[-1], .targets'], options);
    expect(outcome).toEqual({
      code: 0,
      stdout:
        'this is the account that sactl signs in with: if the answer is lost, only an administrator can issue another credential\n' +
        '[{"target":"profile","ok":true}]\n',
      stderr: '',
    });
  });

  it.each([
    ['rotate', ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--allow-self']],
    ['create', ['sa', 'create', '--name', 'ci']],
  ])('is refused for another account: %s', async (_, argv) => {
    const deployment = nscale(predictable);
    const { folder, options } = await profile(sandboxTokens.administrator);
    expect(await deployment.run([...argv, ...toProfile], options)).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([another]),
    });
    expect((await fileAt(folder, 'token')).text).toBe(`${sandboxTokens.administrator}\n`);
    expect(deployment.mutations()).toEqual([]);
  });

  it.each([
    ['a profile with another source', ['--profile', 'variable'], {}],
    ['no profile', [], { NSCALE_SERVICE_TOKEN: sandboxTokens.selfRotating }],
  ])('is refused with %s', async (_, flags, env) => {
    const deployment = nscale(predictable);
    const { options } = await profile(sandboxTokens.selfRotating);
    const argv = [...rotate, '--to', 'profile', ...flags, '--format', 'yaml'];
    const settings = { ...options, env: { ...options.env, ...env } };
    expect(await deployment.run(argv, settings)).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['--to "profile": no profile with a {file} credential is in use']),
    });
    expect(deployment.requests).toEqual([]);
  });
});

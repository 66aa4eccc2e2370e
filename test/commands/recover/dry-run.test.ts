import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { useNscale } from '../../harness/nscale.ts';
import { predictable, workFolder } from '../support.ts';
import { entryIds, idsIn, leaveEntry, rotation, watched, type LeftEntry, type Watched } from './entries.ts';

const nscale = useNscale();

/** A deployment with an entry that no run left, whose token works. */
async function withEntry(left: LeftEntry): Promise<Watched> {
  const deployment = nscale(predictable);
  await deployment.run([...rotation, '-q', '.credential.value']);
  await leaveEntry(deployment, left);
  return watched(deployment);
}

describe('recover deliver --dry-run', () => {
  const dryRun = ['recover', 'deliver', '--id', '4f1c09d2', '--dry-run'];

  it('tries the targets, and sends and erases nothing', async () => {
    const cwd = await workFolder();
    const deployment = await withEntry({});
    const argv = [...dryRun, '--to', 'file:token', '--to', 'file:gone/token', '--json'];
    const { code, stdout, stderr } = await deployment.run(argv, { cwd });
    expect({ code, error: JSON.parse(stderr) }).toMatchObject({
      code: 2,
      error: {
        error: { message: `--to "file:gone/token": there is no folder ${join(cwd, 'gone')}; make it first (mkdir)` },
      },
    });
    expect(JSON.parse(stdout)).toEqual({
      dryRun: true,
      provider: 'nscale',
      operation: 'deliver',
      requests: [],
      effects: ['the entry is erased'],
      targets: [
        { target: 'file:token', ok: true },
        { target: 'file:gone/token', ok: false },
      ],
    });
    expect(deployment.asked()).toEqual([]);
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
    expect(await readdir(cwd)).toEqual([]);
  });

  it('says which targets of the request do not get it', async () => {
    const cwd = await workFolder();
    const deployment = await withEntry({ targets: ['gh-secret:acme/app#TOKEN'] });
    expect(await deployment.run([...dryRun, '--to', 'file:other', '-q', '.effects[]'], { cwd })).toEqual({
      code: 0,
      stdout:
        'gh-secret:acme/app#TOKEN has not had this credential, and does not get it: what is there stays\nthe entry is erased\n',
      stderr: '',
    });
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });

  it('says that a credential could not be printed here', async () => {
    const deployment = await withEntry({});
    const { code, stdout, stderr } = await deployment.run(dryRun);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'sactl: no place for the new credential: add --to file:<path>, or -q .credential.value to print it\n',
    });
    expect(stdout).toContain('  - the entry is erased\n  - the credential cannot go to stdout\n');
  });

  it('says that every target has it already', async () => {
    const deployment = await withEntry({ targets: ['file:a'], delivered: ['file:a'] });
    const argv = [...dryRun, '-q', '.targets, .effects[]'];
    expect(await deployment.run(argv)).toEqual({
      code: 0,
      stdout: '[]\nthe credential is where it should be: file:a\nthe entry is erased\n',
      stderr: '',
    });
  });
});

import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { entriesIn } from '../outcomes/observe.ts';
import { id, withFolderBack, withKept } from './kept-world.ts';
import { toFiles } from './world.ts';

describe('a single rotation', () => {
  const single = ['sa', 'rotate', '--id', 'app-001', ...toFiles];
  const effect = 'the credential kept since 2026-11-22T12:00:00Z is delivered to file:tokens/nscale-app-001 first';

  it('delivers what is kept first, and says so beforehand', async () => {
    const world = await withFolderBack();
    const dry = await world.run([...single, '--dry-run', '--json']);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      operation: 'rotate',
      effects: [effect, expect.anything(), expect.anything()],
    });
    expect([world.token(), world.mutations().length]).toEqual(['old', 1]);
    const run = await world.run([...single, '--yes', '-q', '.deliveredTo[].ok']);
    expect(run).toEqual({ code: 0, stdout: 'true\n', stderr: 'sactl: what an earlier run kept was delivered\n' });
    expect(world.token()).toBe(world.servers.nscale?.issuedTo(id)[1]);
    expect([world.mutations().length, entriesIn(world.stateDirectory).length]).toEqual([2, 0]);
  });

  it('goes on where it cannot', async () => {
    const world = await withKept();
    const run = await world.run(['sa', 'rotate', '--id', 'app-001', '--to', 'file:token', '--yes', '-q', '.verified']);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 0, stdout: 'true\n' });
    expect(run.stderr).toMatch(
      /^sactl: what an earlier run kept cannot be delivered: --to "file:tokens\/nscale-app-001": there is no folder .*; it is rotated all the same\n$/,
    );
    expect(entriesIn(world.stateDirectory)).toEqual([]);
  });

  it('delivers nothing that an answer which was lost took the place of', async () => {
    const world = await withFolderBack();
    const elsewhere = { SACTL_STATE_DIR: join(world.folder, 'other') };
    expect(
      (await world.run([...single.slice(0, 4), '--to', 'file:x', '--yes', '--quiet'], { env: elsewhere })).code,
    ).toBe(0);
    const run = await world.run([...single, '--yes', '-q', '.verified']);
    expect(run).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
    expect(world.token()).toBe(world.servers.nscale?.issuedTo(id).at(-1));
    expect(entriesIn(world.stateDirectory)).toEqual([]);
  });
});

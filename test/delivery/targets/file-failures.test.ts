import { chmod, chown, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';

import { describe, expect, test } from 'vitest';

import { fileScheme } from '../../../src/delivery/targets/file.ts';
import { InterruptedError } from '../../../src/errors.ts';
import { asOrdinaryUser, asRoot, isRoot, ordinaryUser } from './user.ts';
import { createFolder, never, payload, targetOf, type Folder } from './folder.ts';

interface Obstacle {
  readonly state: string;
  readonly build: (folder: Folder) => Promise<unknown>;
  readonly problem: string;
}

/** What is wrong with `at/token`; both before the provider is touched and after. */
const obstacles: readonly Obstacle[] = [
  {
    state: 'the folder is missing',
    build: (folder) => rm(folder.at('at'), { recursive: true }),
    problem: 'there is no folder ~/at; make it first (mkdir)',
  },
  {
    state: 'the folder is a file',
    build: async (folder) => {
      await rename(folder.at('at'), folder.at('moved'));
      await writeFile(folder.at('at'), '');
    },
    problem: '~/at is not a folder',
  },
  {
    state: 'the folder is a link to nothing',
    build: async (folder) => {
      await rename(folder.at('at'), folder.at('moved'));
      await symlink('nowhere', folder.at('at'));
    },
    problem: 'there is no folder ~/at; make it first (mkdir)',
  },
  {
    state: 'it is a link to a file',
    build: async (folder) => {
      await rename(folder.at('at/token'), folder.at('other'));
      await symlink(folder.at('other'), folder.at('at/token'));
    },
    problem: '~/at/token is a symbolic link to ~/other; name that instead',
  },
  {
    state: 'it is a link to nothing',
    build: async (folder) => {
      await rename(folder.at('at/token'), folder.at('other'));
      await symlink('nowhere', folder.at('at/token'));
    },
    problem: '~/at/token is a symbolic link to nowhere, where nothing is; name that instead',
  },
  {
    state: 'it is a folder',
    build: async (folder) => {
      await rename(folder.at('at/token'), folder.at('other'));
      await mkdir(folder.at('at/token'));
    },
    problem: "~/at/token is a folder; a file's name must follow",
  },
];

describe('a file that cannot be written', () => {
  test.each(obstacles)('is refused at preflight when $state', async ({ build, problem }) => {
    await using folder = await createFolder();
    await folder.write('at/token', 'old');
    await build(folder);
    const before = await folder.names();
    const target = targetOf(fileScheme, { body: 'at/token' }, folder.environment());
    const failure = await folder.failure(() => target.preflight());
    expect(failure).toBe(`UsageError: --to "given": ${problem}`);
    expect(await folder.names()).toStrictEqual(before);
  });

  test.each(obstacles)('is refused at delivery when $state', async ({ build, problem }) => {
    await using folder = await createFolder();
    await folder.write('at/token', 'old');
    const target = targetOf(fileScheme, { body: 'at/token' }, folder.environment());
    await target.preflight();
    await build(folder);
    const before = await folder.names();
    const failure = await folder.failure(() => target.deliver(payload('tok-1'), never));
    expect(failure).toBe(`TargetError: ${problem}`);
    expect(await folder.names()).toStrictEqual(before);
    for (const kept of before.filter((name) => name === 'other' || name === 'moved/token')) {
      expect(await folder.text(kept)).toBe('old');
    }
  });

  test('is refused when it is a socket', async () => {
    await using folder = await createFolder();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(folder.at('token'), resolve));
    try {
      const target = targetOf(fileScheme, { body: 'token' }, folder.environment());
      expect(await folder.failure(() => target.preflight())).toBe(
        'UsageError: --to "given": ~/token is a socket, not a regular file',
      );
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test('is refused when it is a device', async () => {
    await using folder = await createFolder();
    const target = targetOf(fileScheme, { body: '/dev/null' }, folder.environment());
    expect(await folder.failure(() => target.preflight())).toBe(
      'UsageError: --to "given": /dev/null is a device, not a regular file',
    );
  });

  test('is refused when its name is too long', async () => {
    await using folder = await createFolder();
    const body = 'x'.repeat(300);
    const target = targetOf(fileScheme, { body }, folder.environment());
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(
      `TargetError: ~/${body} cannot be reached: name too long (ENAMETOOLONG)`,
    );
  });

  test('is refused when a temporary file is in the way', async () => {
    await using folder = await createFolder();
    const uuid = '00000000-0000-4000-8000-000000000001';
    await folder.write(`.sactl-${uuid}.tmp`, 'of somebody');
    const target = targetOf(fileScheme, { body: 'token' }, folder.environment());
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(
      'TargetError, retryable: cannot write in ~: file already exists (EEXIST)',
    );
    expect(await folder.names()).toStrictEqual([`.sactl-${uuid}.tmp`]);
    expect(await folder.text(`.sactl-${uuid}.tmp`)).toBe('of somebody');
  });

  test('is refused in a folder that is read-only', async () => {
    await using folder = await createFolder();
    await folder.write('at/token', 'old');
    await chmod(folder.at('at'), 0o500);
    const environment = folder.environment({ ctx: { overrides: { userId: ordinaryUser } } });
    const target = targetOf(fileScheme, { body: 'at/token' }, environment);
    await asOrdinaryUser(folder, async () => {
      expect(await folder.failure(() => target.preflight())).toBe(
        'UsageError: --to "given": cannot write in ~/at: permission denied (EACCES)',
      );
      expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(
        'TargetError: cannot write in ~/at: permission denied (EACCES)',
      );
    });
    await chmod(folder.at('at'), 0o700);
    expect(await folder.text('at/token')).toBe('old');
    expect(await folder.names()).toStrictEqual(['at', 'at/token']);
  });

  test.runIf(isRoot)('is refused when its owner cannot be kept', async () => {
    await using folder = await createFolder();
    const environment = folder.environment({ ctx: { overrides: { userId: ordinaryUser } } });
    const target = targetOf(fileScheme, { body: 'at/token' }, environment);
    const problem =
      'the file belongs to user 1234 and group 2345, and a new one cannot: operation not permitted (EPERM)';
    await folder.write('at/token', 'old');
    await asOrdinaryUser(folder, async () => {
      await asRoot(() => chown(folder.at('at/token'), 1234, 2345));
      expect(await folder.failure(() => target.preflight())).toBe(`UsageError: --to "given": ${problem}`);
      expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(`TargetError: ${problem}`);
    });
    expect(await folder.text('at/token')).toBe('old');
    expect(await folder.names()).toStrictEqual(['at', 'at/token']);
  });

  test('stays as it is when the run was interrupted', async () => {
    await using folder = await createFolder();
    await folder.write('token', 'old');
    const target = targetOf(fileScheme, { body: 'token' }, folder.environment());
    const reason = new InterruptedError();
    const work = target.deliver(payload('tok-1'), AbortSignal.abort(reason));
    await expect(work).rejects.toBe(reason);
    expect(await folder.names()).toStrictEqual(['token']);
    expect(await folder.text('token')).toBe('old');
  });
});

describe('in the sandbox', () => {
  test.each(['token', 'at/token', 'at/../token', 'inside/token'])(
    'a file below the working directory is written: %s',
    async (body) => {
      await using folder = await createFolder();
      await mkdir(folder.at('work/at'), { recursive: true });
      await symlink('at', folder.at('work/inside'));
      const environment = folder.environment({ isSandbox: true, ctx: { cwd: folder.at('work') } });
      const target = targetOf(fileScheme, { body }, environment);
      expect(await target.preflight()).toStrictEqual([]);
      await target.deliver(payload('tok-1'), never);
      expect(await folder.text(`work/${body}`)).toBe('tok-1');
    },
  );

  test.each(['../token', '~/token', 'outside/token', '/tmp/token', '../work-2/token'])(
    'another is refused: %s',
    async (body) => {
      await using folder = await createFolder();
      for (const name of ['work', 'work-2', 'home']) await mkdir(folder.at(name));
      await symlink(folder.path, folder.at('work/outside'));
      const before = await folder.names();
      const environment = folder.environment({ isSandbox: true, ctx: { cwd: folder.at('work') } });
      const target = targetOf(fileScheme, { body }, environment);
      const problem = 'the sandbox writes files below the working directory only, ~/work';
      expect(await folder.failure(() => target.preflight())).toBe(`UsageError: --to "given": ${problem}`);
      expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(`TargetError: ${problem}`);
      expect(await folder.names()).toStrictEqual(before);
    },
  );
});

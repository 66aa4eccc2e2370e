// @module-tag slow
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { program, startProgram, useProgram, type Environment, type Running } from '../commands/built-program.ts';
import { gatedNscale } from './gate.ts';

// How a helper program that is given a credential runs beside sactl.
const { home, sactl } = useProgram();

interface Rotation extends Running {
  readonly env: Environment;
  readonly helper: Socket;
  /** The lines of sactl and of the helper in the list of processes. */
  readonly processes: readonly string[];
  readonly command: readonly string[];
  readonly isDelivered: () => Promise<boolean>;
}

/** A rotation that has started its helper, in a process group of its own; the helper waits for a word. */
async function rotateWithHelper(): Promise<Rotation> {
  const nscale = await gatedNscale(() => false);
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const file = join(home(), 'delivered');
  const command = [process.execPath, join(import.meta.dirname, 'helper.cjs'), String(port), file];
  const running = startProgram(
    process.execPath,
    [program, 'sa', 'rotate', '--id', 'ci-deploy', '--yes', '--to', `exec:${command.join(' ')}`],
    { home: home(), env: nscale.env, ownGroup: true },
  );
  const [helper] = (await once(server, 'connection')) as [Socket];
  const [processes] = (await once(helper, 'data')) as [Buffer];
  return {
    ...running,
    env: nscale.env,
    helper,
    processes: processes.toString().trim().split('\n'),
    command,
    isDelivered: async () => nscale.isLive(await readFile(file, 'utf8')),
  };
}

it('a helper outlives the Ctrl-C that ends the rotation, and its delivery counts', async () => {
  const { child, ended, helper, isDelivered } = await rotateWithHelper();
  process.kill(-(child.pid ?? 0), 'SIGINT');
  helper.write('go on');
  expect(await ended).toMatchObject({ code: 0 });
  expect(await isDelivered()).toBe(true);
});

it('a second Ctrl-C does not wait for the helper, and the credential is kept', async () => {
  const { child, ended, env, helper } = await rotateWithHelper();
  const again = setInterval(() => child.kill('SIGINT'), 50);
  onTestFinished(() => clearInterval(again));
  expect(await ended).toMatchObject({ code: 8, stdout: '', stderr: '' });
  helper.destroy();
  const list = await sactl(['recover', 'list', '-q', '.[].state'], env).ended;
  expect(list.stdout).toBe('kept\n');
});

it('nobody reads a secret in the list of processes', async () => {
  const { ended, helper, processes, command, isDelivered } = await rotateWithHelper();
  expect(processes.map((line) => line.trim())).toEqual(['sactl', command.join(' ')]);
  helper.write('go on');
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
  expect(await isDelivered()).toBe(true);
});

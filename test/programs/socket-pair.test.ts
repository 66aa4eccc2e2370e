// @module-tag slow
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

import { expect, test, vi } from 'vitest';

import { socketPair, type SocketPair } from '../../src/programs/socket-pair.ts';
import { endless } from '../harness/context.ts';

const isLinux = process.platform === 'linux';

async function pairOf(timeout = endless): Promise<SocketPair> {
  const pair = await socketPair({ platform: 'linux', timeout });
  if (pair === null) throw new Error('no pair was made');
  return pair;
}

/** The names of this process's sockets; anybody on this machine can see them, and connect. */
function visibleNames(): readonly string[] {
  const own = new Set(readdirSync('/proc/self/fd').map((fd) => linkOf(`/proc/self/fd/${fd}`)));
  return readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , , , , inode = '', name = '']) => name.startsWith('@sactl-') && own.has(`socket:[${inode}]`))
    .map((fields) => fields[7]?.replaceAll('@', '\0').replace(/\0+$/, '') ?? '');
}

/** Of a descriptor that may be closed by now. */
function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

async function expectConnected({ near, far }: SocketPair): Promise<void> {
  near.end('from here');
  expect(Buffer.concat(await far.toArray()).toString()).toBe('from here');
  far.destroy();
  near.resume();
  await once(near, 'close');
}

async function isRefused(path: string): Promise<boolean> {
  const socket = connect({ path });
  const [error] = await once(socket, 'error');
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}

test.runIf(isLinux)(
  'what is written at one end is read at the other, and nobody else can connect by then',
  async () => {
    const pair = await pairOf();
    const names = visibleNames();
    expect(names.length).toBeGreaterThan(0);
    expect(await Promise.all(names.map(isRefused))).not.toContain(false);
    await expectConnected(pair);
  },
);

test.runIf(isLinux)('whoever else connects to its name is dropped, and disturbs nothing', async () => {
  const strangers: Socket[] = [];
  /** Asked for while the name is there and nobody has connected yet. */
  function intrude(): ReturnType<typeof endless> {
    const [path = ''] = visibleNames();
    // One that has said everything before our own connection says anything.
    const early = `require('node:net').connect({ path: ${JSON.stringify(path)} }).end('x'.repeat(32)).resume()`;
    expect(spawnSync(process.execPath, ['-e', `${early}.on('finish', () => process.exit())`]).status).toBe(0);
    const words = ['', 'x', 'x'.repeat(32), 'x'.repeat(100_000)];
    for (const word of words) {
      const stranger = connect({ path }).on('error', () => undefined);
      if (word !== '') stranger.write(word);
      strangers.push(stranger);
    }
    strangers.push(
      connect({ path })
        .on('error', () => undefined)
        .destroy(),
    );
    return endless();
  }
  const pair = await pairOf(intrude);
  const heard = strangers.map((stranger) => stranger.toArray().catch(() => []));
  expect(strangers).toHaveLength(5);
  await expectConnected(pair);
  expect(Buffer.concat((await Promise.all(heard)).flat()).toString()).toBe('');
  expect(strangers.filter(({ destroyed, readableEnded }) => !destroyed && !readableEnded)).toEqual([]);
});

test.runIf(isLinux)('where the connection does not come about in time, there is none', async () => {
  const signal = AbortSignal.abort();
  expect(await socketPair({ platform: 'linux', timeout: () => ({ signal, clear: () => undefined }) })).toBeNull();
  await vi.waitFor(() => expect(visibleNames()).toEqual([]));
});

test.each(['darwin', 'win32', 'freebsd'] as const)('there is none on %s', async (platform) => {
  expect(await socketPair({ platform, timeout: endless })).toBeNull();
});

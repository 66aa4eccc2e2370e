import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { kill } from 'node:process';

import { afterEach, describe, expect, it } from 'vitest';

import { program, startProgram, useProgram, type Environment, type Running } from './commands/built-program.ts';
import { loopback } from './http/loopback.ts';

const { home } = useProgram();
const { listen, close } = loopback();
afterEach(close);

const canLimit = process.platform === 'linux' && spawnSync('sh', ['-c', 'ulimit -v 4000000']).status === 0;

/** The program in a shell that limits the address space of its processes, in KiB. */
function limited(limit: number, argv: readonly string[], env: Environment = {}): Running {
  const line = 'ulimit -v "$0"; exec "$@"';
  return startProgram('sh', ['-c', line, String(limit), process.execPath, program, ...argv], {
    home: home(),
    env,
    ownGroup: true,
  });
}

describe.runIf(canLimit)('where the address space of a process is limited', () => {
  it.each([1_000_000, 2_000_000, 4_000_000, 8_000_000])('to %i KiB, filters work', async (limit) => {
    const argv = ['--sandbox', 'sa', 'list', '--provider', 'nscale', '--quiet', '-q', 'length'];
    expect(await limited(limit, argv).ended).toEqual({ code: 0, signal: null, stdout: '13\n', stderr: '' });
  });

  it.each([1_000_000, 2_000_000, 4_000_000])('to %i KiB, requests work', async (limit) => {
    const server = createServer((_request, response) => response.end('[]'));
    const endpoint = `http://127.0.0.1:${String(await listen(server))}`;
    const outcome = await limited(limit, ['sa', 'list', '--json', '--quiet'], environment(endpoint)).ended;
    expect(outcome).toEqual({ code: 0, signal: null, stdout: '[]\n', stderr: '' });
  });

  it('a failure keeps its exit code and its words', async () => {
    const outcome = await limited(4_000_000, ['sa', 'get', '--json', '-q', '.id']).ended;
    expect(outcome).toMatchObject({ code: 2, signal: null, stdout: '' });
    expect(outcome.stderr).toMatch(/^\{"error":\{"code":"usage"[^\n]*\n$/);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s to all of its processes counts as one', async (name) => {
    const server = createServer();
    const endpoint = `http://127.0.0.1:${String(await listen(server))}`;
    const { child, ended } = limited(4_000_000, ['sa', 'list', '-q', 'length'], environment(endpoint));
    await once(server, 'request');
    kill(-(child.pid ?? 0), name);
    const { code, stderr } = await ended;
    expect({ code, lines: stderr.split('\n').length }).toEqual({ code: name === 'SIGINT' ? 130 : 143, lines: 2 });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'interrupted' } });
  });
});

function environment(endpoint: string): Environment {
  return {
    NSCALE_SERVICE_TOKEN: 'abc',
    NSCALE_ORGANIZATION_ID: 'a1b2c3d4-0000-4000-8000-000000000001',
    NSCALE_IDENTITY_SERVICE_API_ENDPOINT: endpoint,
  };
}

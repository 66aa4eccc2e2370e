// @module-tag slow
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kill } from 'node:process';

import { afterEach, describe, expect, it, onTestFinished } from 'vitest';

import {
  program,
  startProgram,
  useProgram,
  type Ended,
  type Environment,
  type Running,
} from './commands/built-program.ts';
import { createNscaleEmulator } from '../src/sandbox/nscale/app.ts';
import { seedNscale } from '../src/sandbox/nscale/seed.ts';
import { sandboxTokens } from '../src/sandbox/nscale/seed-ids.ts';
import { serve } from '../src/sandbox/server.ts';
import { loopback } from './http/loopback.ts';

const { home, sactl } = useProgram();
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

/** In the clear, and as Node shows the first of many bytes. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret).subarray(0, 40);
  return [bytes.toString(), bytes.toString('hex').replaceAll(/../g, '$& ').trim()];
}

describe('where Node is told to print what it does', () => {
  const token = 'tok-5ecret-7f3a91c2-'.repeat(3);
  const own = sandboxTokens.administrator;

  /** A rotation to a program that reads nothing, by a credential that a command prints. */
  async function rotation(env: Environment): Promise<Ended> {
    const emulator = createNscaleEmulator({ state: seedNscale(Date.now()), now: Date.now, newSecret: () => token });
    const server = await serve(emulator, { port: 0 });
    onTestFinished(server.close);
    const credential = { command: [process.execPath, '-p', JSON.stringify(own)] };
    const path = join(home(), 'config.json');
    await writeFile(
      path,
      JSON.stringify({ profiles: { p: { provider: 'nscale', endpoint: server.url, credential } } }),
    );
    const argv = ['sa', 'rotate', '--profile', 'p', '--id', 'ci-deploy', '--yes', '--to', 'exec:true', '--debug'];
    return sactl(argv, { ...env, SACTL_CONFIG: path }).ended;
  }

  it.each(['*', 'stream', 'child_process', 'http,https,net,tls,undici,fetch'])(
    'no credential is among it: NODE_DEBUG=%s',
    async (sections) => {
      const { code, stdout, stderr } = await rotation({ NODE_DEBUG: sections, OTHER_SECRET: 'other-5ecret-17' });
      expect({ code, isKept: stderr.includes('it is kept') }).toEqual({ code: 8, isKept: true });
      for (const secret of [token, own, 'other-5ecret-17'].flatMap(formsOf)) {
        expect(`${stdout}${stderr}`).not.toContain(secret);
      }
    },
  );

  it('exit codes, arguments and streams are the same', async () => {
    const line = ['--version'];
    const env = { NODE_DEBUG: 'nothing' };
    const [plain, debugged] = await Promise.all([sactl(line).ended, sactl(line, env).ended]);
    expect(debugged).toEqual(plain);
    const argv = ['--sandbox', 'sa', 'get', '--id', 'no such account', '--json'];
    const [missing, other] = await Promise.all([sactl(argv).ended, sactl(argv, env).ended]);
    expect(missing.code).toBe(3);
    expect(other).toEqual(missing);
  });
});

function environment(endpoint: string): Environment {
  return {
    NSCALE_SERVICE_TOKEN: 'abc',
    NSCALE_ORGANIZATION_ID: 'a1b2c3d4-0000-4000-8000-000000000001',
    NSCALE_IDENTITY_SERVICE_API_ENDPOINT: endpoint,
  };
}

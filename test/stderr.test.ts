// @module-tag slow
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

import { afterEach, describe, expect, it } from 'vitest';

import { useProgram, type Environment } from './commands/built-program.ts';
import { loopback } from './http/loopback.ts';
import { certificate } from './http/transports.ts';

// Everything that the process writes to stderr, with what Node adds by itself.
const { sactl } = useProgram();
const { listen, close } = loopback();
afterEach(close);

const organization = 'a1b2c3d4-0000-4000-8000-000000000001';

function environment(endpoint: string): Environment {
  return {
    NSCALE_SERVICE_TOKEN: 'abc',
    NSCALE_ORGANIZATION_ID: organization,
    NSCALE_IDENTITY_SERVICE_API_ENDPOINT: endpoint,
  };
}

const list = ['sa', 'list', '-q', 'length'];

async function messageOf(env: Environment): Promise<string> {
  const { code, stdout, stderr } = await sactl(list, env).ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  // It is one line: an error as JSON.
  expect(stderr.split('\n')).toHaveLength(2);
  const { error } = JSON.parse(stderr) as { error: { message: string } };
  return error.message;
}

describe('on stderr is no line of Node itself', () => {
  it('where a proxy that is named by https:// and an address speaks no TLS', async () => {
    const server = createHttpServer().on('connect', (_request, socket) => socket.destroy());
    const proxy = `https://127.0.0.1:${String(await listen(server))}`;
    const message = await messageOf({ ...environment('https://api.example.com'), https_proxy: proxy });
    expect(message).toBe(
      `cannot list service accounts: the proxy ${proxy} (https_proxy) does not speak TLS on that port (ERR_SSL_WRONG_VERSION_NUMBER)`,
    );
  });

  it('where certificates are not checked, on this machine', async () => {
    const server = createTlsServer(await certificate(), (_request, response) => response.end('[]'));
    const origin = `https://127.0.0.1:${String(await listen(server))}`;
    const env = { ...environment(origin), NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const outcome = await sactl([...list, '--quiet'], env).ended;
    expect(outcome).toEqual({ code: 0, signal: null, stdout: '0\n', stderr: '' });
  });
});

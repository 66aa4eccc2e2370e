import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { Server } from 'node:net';
import { join } from 'node:path';
import type { Fetch, Timeout } from '../../src/context.ts';
import { createFetch } from '../../src/http/fetch.ts';
import type { HttpClientOptions } from '../../src/http/request.ts';
import { createTransport, type TransportOptions } from '../../src/http/transport.ts';
import { testClient, type TestClient } from './client.ts';

/** Certificates for tests, valid from 2020 to 2069; the keys of both CAs are gone. */
export const fixtures = join(import.meta.dirname, 'fixtures');

/** For 127.0.0.1 and api.sactl.test, signed by `ca.pem` of the fixtures. */
export async function certificate(): Promise<{ cert: Buffer; key: Buffer }> {
  const [cert, key] = await Promise.all([
    readFile(join(fixtures, 'server.pem')),
    readFile(join(fixtures, 'server.key')),
  ]);
  return { cert, key };
}

/** A server that answers everything with `[]` under that certificate. */
export async function tlsServer(): Promise<Server> {
  return createServer(await certificate(), (_request, response) => response.end('[]'));
}

/** `fetch` as the program has it, but without waits: a connection rests no time, and is waited for as long as the test runs. */
export function programFetch(): Fetch {
  return createFetch({ timeout: restless, nodeVersion: '24.0.0' });
}

function restless(milliseconds: number): Timeout {
  const clock = new AbortController();
  if (milliseconds < 1000) setImmediate(() => clock.abort());
  return { signal: clock.signal, clear: () => undefined };
}

type ClientOptions = Partial<TransportOptions> & Pick<TransportOptions, 'endpoint'> & { readonly fetch?: Fetch };

/** A client with the program's fetch and the transport that these settings ask for. Relative paths lead to the fixtures. */
export async function clientThrough(
  { fetch = programFetch(), ...options }: ClientOptions,
  more: Partial<HttpClientOptions> = {},
): Promise<TestClient> {
  const transport = await createTransport({ env: {}, cwd: fixtures, homeDirectory: null, caFile: null, ...options });
  return testClient([], { fetch, endpoint: options.endpoint, transport, ...more });
}

// @module-tag slow
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, Socket, type Server } from 'node:net';
import type { Duplex } from 'node:stream';

import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import { InterruptedError } from '../../src/errors.ts';
import type { HttpError } from '../../src/http/error.ts';
import { httpErrorOf, rejectionOf, rotation, type TestClient } from './client.ts';
import { loopback } from './loopback.ts';
import { certificate, clientThrough, fixtures, tlsServer } from './transports.ts';
import { open } from './tunnels.ts';
import { untilTrue } from './turns.ts';

const { listen, close } = loopback();
afterEach(close);

/** What this process would have written to stderr by itself. */
function watchWarnings(): readonly Error[] {
  const warnings: Error[] = [];
  function keep(warning: Error): void {
    warnings.push(warning);
  }
  process.on('warning', keep);
  onTestFinished(() => void process.off('warning', keep));
  return warnings;
}

function clientOf(endpoint: string, env: Readonly<Record<string, string>> = {}): Promise<TestClient> {
  return clientThrough({ endpoint, env: { SSL_CERT_FILE: `${fixtures}/ca.pem`, ...env } });
}

/** A proxy that gives this to everybody who asks for a tunnel. */
function refusing(status: string, ...challenges: readonly string[]): Server {
  const headers = challenges.map((challenge) => `proxy-authenticate: ${challenge}\r\n`).join('');
  return createHttpServer().on('connect', (_request, socket) => {
    socket.end(`HTTP/1.1 ${status}\r\n${headers}content-length: 0\r\n\r\n`);
  });
}

function saying(text: string): Server {
  return createTcpServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end(text)));
}

async function plainTls(): Promise<Server> {
  return createTlsServer(await certificate());
}

const endpoint = 'https://api.sactl.test';
const opened = 'HTTP/1.1 200 Connection established\r\n\r\n';
const isItOne = 'check https_proxy: is that an HTTP proxy, and does it want https://?';
const mayNotReach = 'it may not reach the endpoint, or not allow it: check the endpoint, https_proxy and NO_PROXY';

/** `url` is the proxy's with `:0` for its port; `attempts` how often it is tried. */
interface ProxyFault {
  readonly server: () => Server | Promise<Server>;
  readonly url?: string;
  readonly said: string;
  readonly hint: string;
  readonly attempts: number;
}

const proxyFaults: Readonly<Record<string, ProxyFault>> = {
  'that wants a password': {
    server: () => refusing('407 Proxy Authentication Required'),
    said: 'wants a user and a password (407)',
    hint: 'give the user and the password in https_proxy',
    attempts: 1,
  },
  'that refuses the password': {
    server: () => refusing('407 Proxy Authentication Required'),
    url: 'http://me:s3cret@127.0.0.1:0',
    said: 'refused the user and the password (407)',
    hint: 'check the user and the password in https_proxy',
    attempts: 1,
  },
  'that offers a password among others': {
    server: () => refusing('407 Proxy Authentication Required', 'Negotiate, BASIC realm="a, b"'),
    said: 'wants a user and a password (407)',
    hint: 'give the user and the password in https_proxy',
    attempts: 1,
  },
  'that takes no password': {
    server: () => refusing('407 Proxy Authentication Required', 'Negotiate', 'Digest realm="x", nonce=y, NTLM'),
    url: 'http://me:s3cret@127.0.0.1:0',
    said: 'wants Negotiate, Digest and NTLM (407), which sactl cannot do',
    hint: 'name a proxy in https_proxy that takes a user and a password (Basic), such as one on this machine that signs in',
    attempts: 1,
  },
  'that forbids the host': {
    server: () => refusing('403 Forbidden'),
    said: 'answered 403 instead of opening a tunnel',
    hint: mayNotReach,
    attempts: 1,
  },
  'that does not reach the host': {
    server: () => refusing('502 Bad Gateway'),
    said: 'answered 502 instead of opening a tunnel',
    hint: mayNotReach,
    attempts: 4,
  },
  'that ends the connection': {
    server: () => saying(''),
    said: 'ended the connection at once (UND_ERR_SOCKET)',
    hint: isItOne,
    attempts: 4,
  },
  'that is no proxy': {
    server: () => saying('SSH-2.0-OpenSSH_9.2\r\n'),
    said: 'sent an answer that is not HTTP (HTTPParserError)',
    hint: isItOne,
    attempts: 4,
  },
  'that speaks TLS': {
    server: plainTls,
    said: 'ended the connection at once (UND_ERR_SOCKET)',
    hint: isItOne,
    attempts: 4,
  },
  'that does not speak TLS': {
    server: () => refusing('200 OK'),
    url: 'https://127.0.0.1:0',
    said: 'does not speak TLS on that port (ERR_SSL_WRONG_VERSION_NUMBER)',
    hint: 'write http:// in https_proxy',
    attempts: 1,
  },
  'with the name of another': {
    server: plainTls,
    url: 'https://localhost:0',
    said: 'has a certificate for another host name (ERR_TLS_CERT_ALTNAME_INVALID)',
    hint: 'check the host name in https_proxy; --ca-cert does not help here',
    attempts: 1,
  },
};

describe('a proxy', () => {
  it.each(Object.entries(proxyFaults))('%s is named with its variable, and nothing was sent', async (_name, fault) => {
    const warnings = watchWarnings();
    let connections = 0;
    const server = (await fault.server()).on('connection', () => (connections += 1));
    const port = String(await listen(server));
    const given = (fault.url ?? 'http://127.0.0.1:0').replace(':0', `:${port}`);
    const { http } = await clientOf(endpoint, { https_proxy: given });
    const error = await httpErrorOf(http.send({ ...rotation, url: `${endpoint}/rotate` }));
    const shown = given.replace('me:s3cret@', '');
    expect(error).toMatchObject({ code: 'proxy', arrival: 'not-sent', hint: fault.hint });
    expect(error.message).toBe(`cannot rotate service account 7: the proxy ${shown} (https_proxy) ${fault.said}`);
    expect({ connections, warnings }).toEqual({ connections: fault.attempts, warnings: [] });
  });

  it('that nobody runs is named with its variable', async () => {
    const server = createTcpServer();
    const port = String(await listen(server));
    await close();
    const { http } = await clientOf(endpoint, { ALL_PROXY: `127.0.0.1:${port}` });
    await expect(httpErrorOf(http.send({ ...rotation, url: endpoint }))).resolves.toMatchObject({
      code: 'proxy',
      arrival: 'not-sent',
      message: `cannot rotate service account 7: the proxy http://127.0.0.1:${port} (ALL_PROXY) refused the connection (ECONNREFUSED)`,
      hint: 'check ALL_PROXY and NO_PROXY',
    });
  });

  it('that says nothing is what the time ran out for', async () => {
    let asked = false;
    const server = createTcpServer((socket) => void socket.once('data', () => (asked = true)));
    const port = String(await listen(server));
    const { http, timers } = await clientOf(endpoint, { HTTPS_PROXY: `http://127.0.0.1:${port}` });
    const work = httpErrorOf(http.send({ ...rotation, url: endpoint }));
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await untilTrue(() => asked);
      asked = false;
      timers.expire();
    }
    await expect(work).resolves.toMatchObject({
      code: 'proxy',
      arrival: 'not-sent',
      message: `cannot rotate service account 7: the proxy http://127.0.0.1:${port} (HTTPS_PROXY) could not be reached within 30 s`,
    });
  });
});

async function failureAt(
  server: Server,
  scheme = 'https',
): Promise<{ error: HttpError; connections: number; origin: string }> {
  let connections = 0;
  server.on('connection', () => (connections += 1));
  const origin = `${scheme}://127.0.0.1:${String(await listen(server))}`;
  const { http } = await clientOf(origin);
  const error = await httpErrorOf(http.send({ ...rotation, url: origin }));
  return { error, connections, origin };
}

describe('a service', () => {
  it.each([
    [
      'that does not speak TLS',
      () => saying('HTTP/1.1 400 Bad Request\r\n\r\n'),
      'does not speak TLS on that port (ERR_SSL_WRONG_VERSION_NUMBER)',
      1,
    ],
    ['that ends the connection before TLS', () => saying(''), 'ended the connection at once (ECONNRESET)', 4],
  ])('%s was sent nothing', async (_name, server, said, attempts) => {
    const { error, connections, origin } = await failureAt(server());
    expect(error).toMatchObject({ code: 'unreachable', arrival: 'not-sent' });
    expect(error.message).toBe(`cannot rotate service account 7: nscale at ${origin} ${said}`);
    expect(connections).toBe(attempts);
  });

  it.each([
    [
      'TLSv1.3',
      /: nscale at \S+ wants a client certificate, which sactl does not support \(ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED\)$/,
    ],
    // OpenSSL has two names for it.
    [
      'TLSv1.2',
      /: nscale at \S+ has no version of TLS in common with this machine \(ERR_SSL_SSL\S+_ALERT_HANDSHAKE_FAILURE\)$/,
    ],
  ] as const)('that wants a client certificate over %s is asked once', async (maxVersion, said) => {
    let requests = 0;
    const options = { ...(await certificate()), requestCert: true, rejectUnauthorized: true, maxVersion };
    const server = createTlsServer(options, () => (requests += 1));
    const { error, connections } = await failureAt(server);
    expect(error).toMatchObject({ code: 'unreachable', arrival: 'not-sent', retryable: false });
    expect(error.message).toMatch(said);
    expect(error.hint).toContain('client certificate');
    expect({ connections, requests }).toEqual({ connections: 1, requests: 0 });
  });

  it('has 1.5 s for each of its addresses, where Node gives 250 ms', async () => {
    const asked = vi.spyOn(Socket.prototype, 'connect');
    onTestFinished(() => asked.mockRestore());
    const origin = `http://127.0.0.1:${String(await listen(createHttpServer((_request, response) => response.end('[]'))))}`;
    const { http } = await clientThrough({ endpoint: origin });
    await http.send({ ...rotation, url: origin });
    expect(asked.mock.calls.flat(2)).toContainEqual(expect.objectContaining({ autoSelectFamilyAttemptTimeout: 1500 }));
  });

  it('that does not come about can be interrupted, and nothing was sent', async () => {
    let asked = false;
    const server = createTcpServer((socket) => void socket.once('data', () => (asked = true)));
    const origin = `https://127.0.0.1:${String(await listen(server))}`;
    const program = new AbortController();
    const { http } = await clientThrough({ endpoint: origin }, { signal: program.signal });
    const work = rejectionOf(http.send({ ...rotation, url: origin }));
    await untilTrue(() => asked);
    const reason = new InterruptedError();
    program.abort(reason);
    await expect(work).resolves.toBe(reason);
  });

  it('behind a proxy that lost its answer is named with the proxy', async () => {
    const tls = await tlsServer();
    tls.removeAllListeners('request').on('request', ({ socket }) => socket.destroy());
    const port = await listen(tls);
    const proxy = createHttpServer().on('connect', (_request, socket) => open(port, socket));
    const proxyUrl = `http://127.0.0.1:${String(await listen(proxy))}`;
    const { http } = await clientOf(endpoint, { HTTPS_PROXY: proxyUrl });
    const error = await httpErrorOf(http.send({ ...rotation, url: endpoint }));
    expect(error).toMatchObject({ code: 'connection_lost', arrival: 'unknown' });
    expect(error.message).toBe(
      `cannot rotate service account 7: nscale at ${endpoint}, or the proxy ${proxyUrl} (HTTPS_PROXY) before it, ended the connection without an answer (UND_ERR_SOCKET)`,
    );
  });

  it.each([
    ['that ends it', (socket: Duplex) => socket.end(opened), 'ended the connection at once (ECONNRESET)'],
    [
      'that answers itself',
      (socket: Duplex) => socket.end(`${opened}<html>Blocked</html>`),
      'does not speak TLS on that port (ERR_SSL_WRONG_VERSION_NUMBER)',
    ],
  ])('at the end of a tunnel %s is named with the proxy', async (_name, answer, said) => {
    const proxy = createHttpServer().on('connect', (_request, socket) => void answer(socket));
    const proxyUrl = `http://127.0.0.1:${String(await listen(proxy))}`;
    const { http } = await clientOf(endpoint, { HTTPS_PROXY: proxyUrl });
    const error = await httpErrorOf(http.send({ ...rotation, url: endpoint }));
    expect(error).toMatchObject({ code: 'unreachable', arrival: 'not-sent' });
    expect(error.message).toBe(
      `cannot rotate service account 7: nscale at ${endpoint}, or the proxy ${proxyUrl} (HTTPS_PROXY) before it, ${said}`,
    );
  });
});

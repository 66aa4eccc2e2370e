import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../src/http/request.ts';
import { readProxy } from '../../src/http/proxy.ts';
import { httpErrorOf, read, rotation, type TestClient } from './client.ts';
import { loopback } from './loopback.ts';
import { certificate, clientThrough as clientWith, tlsServer } from './transports.ts';
import { tunnels, type Tunnels } from './tunnels.ts';
import { turns } from './turns.ts';

const { listen, close } = loopback();
afterEach(close);

async function serve(): Promise<string> {
  return String(await listen(await tlsServer()));
}

async function serveProxy({ onConnect }: Tunnels): Promise<string> {
  return String(await listen(createServer().on('connect', onConnect)));
}

async function clientThrough(env: Record<string, string>, endpoint: string): Promise<TestClient> {
  return await clientWith({ env: { SSL_CERT_FILE: 'ca.pem', ...env }, endpoint });
}

async function fetchThrough(env: Record<string, string>, endpoint: string): Promise<HttpAnswer> {
  const { http } = await clientThrough(env, endpoint);
  return await http.send({ ...read, url: `${endpoint}/accounts` });
}

describe('a proxy', () => {
  it.each([
    ['HTTPS_PROXY', (port: string) => ({ HTTPS_PROXY: `http://127.0.0.1:${port}` })],
    ['ALL_PROXY', (port: string) => ({ ALL_PROXY: `http://127.0.0.1:${port}/` })],
    ['an address without scheme', (port: string) => ({ https_proxy: `127.0.0.1:${port}` })],
    [
      'the lower-case variable rather than the other',
      (port: string) => ({ https_proxy: `http://127.0.0.1:${port}`, HTTPS_PROXY: 'http://127.0.0.1:9' }),
    ],
    [
      'the variable for https rather than the one for all',
      (port: string) => ({ HTTPS_PROXY: `http://127.0.0.1:${port}`, all_proxy: 'http://127.0.0.1:9' }),
    ],
  ])('is used that is named by %s, and looks the host up', async (_name, env) => {
    const proxy = tunnels();
    const [port, proxyPort] = await Promise.all([serve(), serveProxy(proxy)]);
    const endpoint = `https://api.sactl.test:${port}`;
    await expect(fetchThrough(env(proxyPort), endpoint)).resolves.toMatchObject({ status: 200 });
    expect(proxy.targets).toEqual([`api.sactl.test:${port}`]);
  });

  it('is asked for one tunnel for reads and one for changes, which serve one request after another', async () => {
    const proxy = tunnels();
    const [port, proxyPort] = await Promise.all([serve(), serveProxy(proxy)]);
    const endpoint = `https://api.sactl.test:${port}`;
    const { http } = await clientThrough({ HTTPS_PROXY: `http://127.0.0.1:${proxyPort}` }, endpoint);
    for (let round = 0; round < 3; round += 1) {
      await http.send({ ...read, url: endpoint });
      await http.send({ ...rotation, url: endpoint });
      await turns();
    }
    expect(proxy.targets).toEqual([`api.sactl.test:${port}`, `api.sactl.test:${port}`]);
  });

  it('does not vouch for the server', async () => {
    const proxy = tunnels();
    const [port, proxyPort] = await Promise.all([serve(), serveProxy(proxy)]);
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxyPort}` };
    const error = await httpErrorOf(fetchThrough(env, `https://other.sactl.test:${port}`));
    expect(error).toMatchObject({ code: 'certificate', arrival: 'not-sent' });
    expect(error.message).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it.each([
    ['no user', '', undefined],
    ['a user and a password', 'me:p%40ss%3A@', `Basic ${btoa('me:p@ss:')}`],
    ['a password alone', ':pass@', `Basic ${btoa(':pass')}`],
    ['a user alone', 'me@', `Basic ${btoa('me:')}`],
  ])('is told %s', async (_name, user, expected) => {
    const proxy = tunnels();
    const [port, proxyPort] = await Promise.all([serve(), serveProxy(proxy)]);
    const env = { HTTPS_PROXY: `http://${user}127.0.0.1:${proxyPort}` };
    await fetchThrough(env, `https://api.sactl.test:${port}`);
    expect(proxy.authorizations).toEqual([expected]);
  });

  it('may speak https under the same CA', async () => {
    const proxy = tunnels();
    const server = createTlsServer(await certificate()).on('connect', proxy.onConnect);
    const [port, proxyPort] = await Promise.all([serve(), listen(server)]);
    const env = { HTTPS_PROXY: `https://127.0.0.1:${String(proxyPort)}` };
    const answer = await fetchThrough(env, `https://api.sactl.test:${port}`);
    expect(answer.status).toBe(200);
    expect(proxy.targets).toEqual([`api.sactl.test:${port}`]);
  });
});

describe('NO_PROXY', () => {
  it.each([
    ['names the host', { NO_PROXY: 'example.com, 127.0.0.1' }],
    ['is a star', { NO_PROXY: ' * ' }],
    ['is there in lower case too', { no_proxy: '127.0.0.1', NO_PROXY: 'example.com' }],
  ])('goes past the proxy when it %s', async (_name, exception) => {
    const proxy = tunnels();
    const [port, proxyPort] = await Promise.all([serve(), serveProxy(proxy)]);
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`, ...exception };
    const answer = await fetchThrough(env, `https://127.0.0.1:${port}`);
    expect(answer.status).toBe(200);
    expect(proxy.targets).toEqual([]);
  });

  it('goes through it otherwise', async () => {
    const proxy = tunnels();
    const [port, proxyPort] = await Promise.all([serve(), serveProxy(proxy)]);
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`, NO_PROXY: 'example.com,127.0.0.11' };
    await fetchThrough(env, `https://127.0.0.1:${port}`);
    expect(proxy.targets).toEqual([`127.0.0.1:${port}`]);
  });
});

describe('the proxy of an endpoint', () => {
  const HTTPS_PROXY = 'http://proxy.example:3128';

  function proxyOf(endpoint: string, NO_PROXY: string): string | null {
    return readProxy({ HTTPS_PROXY, NO_PROXY }, new URL(endpoint)).proxy?.url ?? null;
  }

  it.each([
    ['api.example.com'],
    ['API.example.com'],
    ['example.com'],
    ['.example.com'],
    ['*.example.com'],
    ['other.test,example.com:443'],
    ['other.test example.com'],
    ['*'],
  ])('is none when NO_PROXY is "%s"', (except) => {
    expect(proxyOf('https://api.example.com/base', except)).toBeNull();
  });

  it.each([[''], [','], ['ample.com'], ['example.com:8443'], ['com.test'], ['*,x'], ['api.example.com.evil.test']])(
    'is there when NO_PROXY is "%s"',
    (except) => {
      expect(proxyOf('https://api.example.com/base', except)).toBe(HTTPS_PROXY);
    },
  );

  it.each([
    ['https://10.1.2.3', '10.0.0.0/8', true],
    ['https://10.1.2.3', '192.168.0.0/16,10.1.2.0/24', true],
    ['https://10.1.2.3', '10.1.2.3', true],
    ['https://10.1.2.3', '10.1.2.3:443', true],
    ['https://10.1.2.3', '0.0.0.0/0', true],
    ['https://10.1.2.3', '10.1.2.4/31', false],
    ['https://10.1.2.3', '10.1.2.2/31', true],
    ['https://10.1.2.3', '10.0.0.0/', false],
    ['https://10.1.2.3', '10.0.0.0/33', false],
    ['https://10.1.2.3', '10.0.0.0/8/8', false],
    ['https://10.1.2.3', '10.0.0.0/x', false],
    ['https://10.1.2.3', '.2.3', false],
    ['https://10.1.2.3', '::/0', false],
    ['https://10.1.2.3:8443', '10.1.2.3:443', false],
    ['https://[2001:db8::7]', '2001:db8::7', true],
    ['https://[2001:db8::7]', '[2001:DB8:0:0::7]', true],
    ['https://[2001:db8::7]:8443', '[2001:db8::7]:8443', true],
    ['https://[2001:db8::7]', '[2001:db8::7]:8443', false],
    ['https://[2001:db8::7]', '2001:db8::/32', true],
    ['https://[2001:db8::7]', 'fd00::/8', false],
    ['https://[2001:db8::7]', '2001:db8::/129', false],
    ['https://[2001:db8::7]', '0.0.0.0/0', false],
    ['https://api.example.com', '10.0.0.0/8', false],
    ['https://api.example.com.', 'example.com', true],
    ['https://api.example.com', 'com.', true],
  ])('of %s and NO_PROXY=%s: excluded %j', (endpoint, except, isExcluded) => {
    expect(proxyOf(endpoint, except)).toBe(isExcluded ? null : HTTPS_PROXY);
  });

  it('is none for the port that NO_PROXY names', () => {
    expect(proxyOf('https://api.example.com:8443', 'example.com:8443')).toBeNull();
  });

  it.each([
    ['HTTPS_PROXY', { HTTPS_PROXY, ALL_PROXY: 'http://other.example' }],
    ['https_proxy', { HTTPS_PROXY: 'http://other.example', https_proxy: HTTPS_PROXY }],
    ['ALL_PROXY', { ALL_PROXY: HTTPS_PROXY }],
    [null, { HTTP_PROXY: HTTPS_PROXY }],
  ])('comes from %s', (source, env) => {
    const proxy = source === null ? null : { url: HTTPS_PROXY, authorization: null, source };
    expect(readProxy(env, new URL('https://api.example.com'))).toEqual({
      proxy,
      source,
      exception: null,
      problem: null,
    });
  });
});

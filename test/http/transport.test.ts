import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { withRoots } from '../../src/http/certificates.ts';
import type { HttpAnswer } from '../../src/http/request.ts';
import { createTransport, type TransportOptions } from '../../src/http/transport.ts';
import { httpErrorOf, read, rejectionOf } from './client.ts';
import { loopback } from './loopback.ts';
import { fixtures, tlsServer, clientThrough } from './transports.ts';

const ca = join(fixtures, 'ca.pem');
const otherCa = join(fixtures, 'other-ca.pem');

const { listen, close } = loopback();
afterEach(close);

async function serveTls(): Promise<number> {
  return await listen(await tlsServer());
}

async function fetchThrough(options: Partial<TransportOptions>, endpoint: string): Promise<HttpAnswer> {
  const { http } = await clientThrough({ ...options, endpoint });
  return await http.send({ ...read, url: `${endpoint}/accounts` });
}

describe('without a reason', () => {
  it.each([
    ['nothing is set', {}, 'https://api.example.com'],
    ['variables are empty', { SSL_CERT_FILE: '', HTTPS_PROXY: ' ' }, 'https://api.example.com'],
    ['Node does it by itself', { NODE_EXTRA_CA_CERTS: '/nonexistent' }, 'https://api.example.com'],
    ['the proxy is for http', { HTTP_PROXY: 'http://127.0.0.1:1' }, 'https://api.example.com'],
    ['the endpoint is http', { SSL_CERT_FILE: '/nonexistent' }, 'http://127.0.0.1:8080'],
    ['http stays on the machine', { ALL_PROXY: 'http://127.0.0.1:1' }, 'http://127.0.0.1:8080'],
  ])('nothing is asked for: %s', async (_name, env, endpoint) => {
    const options = { env, cwd: '/', homeDirectory: '/home/me', endpoint, caFile: null };
    await expect(createTransport(options)).resolves.toEqual({ proxy: null, secureContext: null });
  });
});

describe('a server with a private CA', () => {
  it('is not trusted', async () => {
    const endpoint = `https://127.0.0.1:${String(await serveTls())}`;
    const error = await httpErrorOf(fetchThrough({}, endpoint));
    expect(error).toMatchObject({ code: 'certificate', arrival: 'not-sent', retryable: false });
    expect(error.message).toContain('has a certificate from an issuer that is not trusted here');
    expect(error.hint).toContain('--ca-cert');
  });

  it.each([
    ['the CA that is named', { caFile: { path: ca, source: '--ca-cert' } }],
    ['SSL_CERT_FILE', { env: { SSL_CERT_FILE: ca } }],
    ['a relative SSL_CERT_FILE', { env: { SSL_CERT_FILE: 'ca.pem' } }],
    [
      'SSL_CERT_FILE beside another CA that is named',
      { env: { SSL_CERT_FILE: ca }, caFile: { path: otherCa, source: '--ca-cert' } },
    ],
    [
      'NODE_EXTRA_CA_CERTS beside another CA that is named',
      { env: { NODE_EXTRA_CA_CERTS: ca }, caFile: { path: otherCa, source: '--ca-cert' } },
    ],
  ])('is trusted through %s', async (_name, options) => {
    const endpoint = `https://127.0.0.1:${String(await serveTls())}`;
    await expect(fetchThrough(options, endpoint)).resolves.toMatchObject({ status: 200 });
  });

  it('is not trusted through another CA', async () => {
    const endpoint = `https://127.0.0.1:${String(await serveTls())}`;
    const caFile = { path: otherCa, source: '--ca-cert' };
    await expect(httpErrorOf(fetchThrough({ caFile }, endpoint))).resolves.toMatchObject({ code: 'certificate' });
  });

  it('is not trusted under another name', async () => {
    const endpoint = `https://localhost:${String(await serveTls())}`;
    const error = await httpErrorOf(fetchThrough({ env: { SSL_CERT_FILE: ca } }, endpoint));
    expect(error.message).toContain('has a certificate for another host name');
  });

  it('takes no trust away from others', () => {
    expect(withRoots(['mine'])).toEqual([...rootCertificates, 'mine']);
  });
});

describe('a CA file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sactl-'));
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    await writeFile(join(folder, 'empty.pem'), 'nothing');
    await writeFile(join(folder, 'broken.pem'), `${await readFile(ca, 'utf8')}${broken}`);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.runIf(process.platform !== 'win32')('that has no end is not read to it', async () => {
    await expect(problemsOf({ env: { SSL_CERT_FILE: '/dev/zero' } })).resolves.toEqual([
      'SSL_CERT_FILE: cannot read /dev/zero (it is not a regular file)',
    ]);
  });

  it.each([
    ['missing.pem', (path: string) => `SSL_CERT_FILE: cannot read ${path} (ENOENT)`],
    ['.', (path: string) => `SSL_CERT_FILE: cannot read ${path} (EISDIR)`],
    ['empty.pem', (path: string) => `SSL_CERT_FILE: ${path} holds no certificate in PEM form`],
    ['broken.pem', (path: string) => `SSL_CERT_FILE: certificate 2 of 2 in ${path} cannot be read`],
  ])('that cannot be used is a problem that names variable and file: %s', async (name, problem) => {
    const path = join(folder, name);
    await expect(problemsOf({ env: { SSL_CERT_FILE: path } })).resolves.toEqual([problem(path)]);
  });
});

const notProxy =
  'is not an http or https URL of a proxy: write http://host:port or http://user:password@host:port, with % / ? # @ of a password as %25 %2F %3F %23 %40';

describe('problems', () => {
  it.each([
    'ftp://127.0.0.1:1',
    'http://',
    'http://%zz:x@proxy',
    'http://u:s3cret%zz@proxy',
    'http://u:s3#cret@proxy:8080',
    'http://u:12#34@proxy:8080',
    'u:12/34@proxy:8080',
    'http://u:p@12?34@proxy:8080',
    '::',
  ])('with a proxy name the variable, and how it is written: %s', async (value) => {
    const problems = await problemsOf({ env: { https_proxy: value } });
    expect(problems).toEqual([`https_proxy ${notProxy}`]);
  });

  it('with a SOCKS proxy say that there is none', async () => {
    const problems = await problemsOf({ env: { all_proxy: 'socks5h://u:s3cret@127.0.0.1:1' } });
    expect(problems).toEqual(['all_proxy names a SOCKS proxy, which is not supported; name an http or https one']);
  });

  it.each([['socks5://127.0.0.1:1'], ['ftp://x'], ['::']])(
    'with %s do not arise where NO_PROXY excludes the host',
    async (ALL_PROXY) => {
      const options = {
        env: { ALL_PROXY, NO_PROXY: 'example.com' },
        cwd: '/',
        homeDirectory: null,
        endpoint: 'https://api.example.com',
        caFile: null,
      };
      await expect(createTransport(options)).resolves.toEqual({ proxy: null, secureContext: null });
    },
  );

  it('come all together', async () => {
    const problems = await problemsOf({
      env: { HTTPS_PROXY: 'ftp://x', SSL_CERT_FILE: '/nonexistent/b', NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      caFile: { path: '/nonexistent/a', source: 'profile "prod"' },
    });
    expect(problems).toEqual([
      'NODE_TLS_REJECT_UNAUTHORIZED=0 would send the credential to any server that answers; unset it and name the CA with --ca-cert',
      `HTTPS_PROXY ${notProxy}`,
      'profile "prod": cannot read /nonexistent/a (ENOENT)',
      'SSL_CERT_FILE: cannot read /nonexistent/b (ENOENT)',
    ]);
  });

  it('with a CA that is named are found for http too', async () => {
    const caFile = { path: '/nonexistent/a', source: '--ca-cert' };
    const problems = await problemsOf({ caFile, endpoint: 'http://127.0.0.1:8080' });
    expect(problems).toEqual(['--ca-cert: cannot read /nonexistent/a (ENOENT)']);
  });

  it.each([
    ['https://127.0.0.1:1', '0'],
    ['https://localhost', '0'],
    ['https://[::1]:1', '0'],
    ['https://api.example.com', '1'],
    ['https://api.example.com', ''],
  ])('do not arise at %s with NODE_TLS_REJECT_UNAUTHORIZED=%s', async (endpoint, value) => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: value };
    const options = { env, cwd: '/', homeDirectory: '/home/me', endpoint, caFile: null };
    await expect(createTransport(options)).resolves.toEqual({ proxy: null, secureContext: null });
  });
});

async function problemsOf(options: Partial<TransportOptions>): Promise<readonly string[]> {
  const defaults = { env: {}, cwd: '/', homeDirectory: '/home/me', endpoint: 'https://api.example.com', caFile: null };
  const error = await rejectionOf(createTransport({ ...defaults, ...options }));
  if (error instanceof UsageError) return error.problems;
  throw new Error('this test expects a UsageError', { cause: error });
}

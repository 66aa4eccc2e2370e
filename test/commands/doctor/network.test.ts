import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ConnectError } from '../../../src/http/failure.ts';
import type { TestContextOptions } from '../../harness/context.ts';
import { nscaleEndpoint, useNscale } from '../../harness/nscale.ts';
import { workFolder } from '../support.ts';
import { doctor, knownCaller, of, said, type Examined } from './rows.ts';

const nscale = useNscale();

/** An error as Node's fetch gives it. */
function systemError(code: string, syscall = 'connect'): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code, syscall }) });
}

const env = { NSCALE_SERVICE_TOKEN: 'secret-token' };

describe('doctor asks a provider', () => {
  it('who it is, and nothing that changes anything', async () => {
    const { run, requests } = nscale();
    const found = await doctor([], {}, run);
    expect(found.code).toBe(0);
    expect(said('endpoint', found)).toEqual([`ok: ${nscaleEndpoint} answers (default)`]);
    expect(said('credential', found)).toEqual([
      'ok: the credential from environment variable NSCALE_SERVICE_TOKEN works: it is ann@example.com',
    ]);
    expect(requests).toEqual(['GET /oauth2/v2/userinfo']);
  });

  it.each([
    [
      'ENOTFOUND',
      `nscale at ${nscaleEndpoint} has an address that cannot be looked up (ENOTFOUND) -> check the endpoint and, behind a proxy, HTTPS_PROXY and NO_PROXY`,
    ],
    [
      'ECONNREFUSED',
      `nscale at ${nscaleEndpoint} refused the connection (ECONNREFUSED) -> check the endpoint and, behind a proxy, HTTPS_PROXY and NO_PROXY`,
    ],
  ])('and says why it cannot be reached: %s', async (code, message) => {
    const found = await doctor([], { env, fetch: () => Promise.reject(systemError(code)) });
    expect(found.code).toBe(1);
    expect(said('endpoint', found)).toEqual([`error: cannot read who the token is: ${message}`]);
    expect(said('credential', found)).toEqual([
      'ok: the credential comes from environment variable NSCALE_SERVICE_TOKEN; whether it works is not known',
    ]);
  });

  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', "name the issuer's certificate with --ca-cert <file>"],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'check the host name of the endpoint; --ca-cert does not help here'],
    [
      'CERT_HAS_EXPIRED',
      "check this machine's clock and the server's certificate; --ca-cert does not help with an expired one",
    ],
  ])('and explains certificates: %s', async (code, hint) => {
    const found = await doctor([], { env, fetch: () => Promise.reject(systemError(code)) });
    expect(of('ca', found)).toMatchObject([{ level: 'error', hint }]);
  });

  it.each([
    ['a page', () => new Response('<html></html>'), /a gateway answered in place of .*: 200 with an HTML page/],
    [
      'an error',
      () => Response.json({ error: 'server_error', error_description: 'no' }, { status: 500 }),
      /nscale answered 500/,
    ],
    ['a redirect', () => Response.redirect('https://login.example/', 302), /a redirect to another origin/],
  ])('and says when not it answers: %s', async (_, answer, message) => {
    const found = await doctor([], { env, fetch: () => Promise.resolve(answer()) });
    expect(found.code).toBe(1);
    expect(of('endpoint', found)).toMatchObject([
      { level: 'error', message: expect.stringMatching(message) as unknown },
    ]);
  });

  it('for no longer than 10 s an attempt, or as long as --timeout says', async () => {
    const limits: number[] = [];
    const options: TestContextOptions = {
      env,
      fetch: () => new Promise(() => undefined),
      timeout: (milliseconds) => {
        limits.push(milliseconds);
        return { signal: AbortSignal.abort(), clear: () => undefined };
      },
    };
    const found = await doctor([], options);
    expect(said('endpoint', found)).toEqual([
      `error: cannot read who the token is: nscale at ${nscaleEndpoint} gave no answer within 10 s -> allow more time with --timeout`,
    ]);
    await doctor(['--timeout', '3s'], options);
    expect(new Set(limits)).toEqual(new Set([10_000, 3000]));
  });

  it('and tells of a credential that cannot be sent', async () => {
    const found = await doctor([], { env: { NSCALE_SERVICE_TOKEN: 'a b' } });
    expect(said('credential', found)).toEqual([
      'error: the credential from environment variable NSCALE_SERVICE_TOKEN is empty, or holds white space, control or non-ASCII characters -> store the token alone, on one line',
    ]);
    expect(of('endpoint', found)).toEqual([]);
  });
});

const fixtures = join(import.meta.dirname, '../../http/fixtures');

/** Doctor where these variables are set, and a provider knows every caller. */
async function examine(more: Record<string, string>, argv: readonly string[] = []): Promise<Examined> {
  const cwd = await workFolder({ 'empty.pem': '' });
  return doctor(argv, { cwd, env: { ...env, ...more }, fetch: knownCaller });
}

describe('doctor tells of proxy and CA', () => {
  it.each([
    [
      { HTTPS_PROXY: 'http://me:pass@proxy.example:3128' },
      'ok: requests go through http://proxy.example:3128 (HTTPS_PROXY)',
    ],
    [
      { https_proxy: 'http://proxy.example', no_proxy: 'nscale.com' },
      'ok: no_proxy leaves identity.nks.europe-west4.nscale.com out of https_proxy',
    ],
    [
      { HTTPS_PROXY: 'ftp://x' },
      'error: HTTPS_PROXY is not an http or https URL of a proxy: write http://host:port or http://user:password@host:port, with % / ? # @ of a password as %25 %2F %3F %23 %40',
    ],
    [
      { all_proxy: 'socks5://x' },
      'error: all_proxy names a SOCKS proxy, which is not supported; name an http or https one',
    ],
    [
      { ALL_PROXY: 'socks5://x', NO_PROXY: '*' },
      'ok: NO_PROXY leaves identity.nks.europe-west4.nscale.com out of ALL_PROXY',
    ],
    [{ HTTP_PROXY: 'http://x' }, 'warning: HTTP_PROXY is not used: requests are https -> set HTTPS_PROXY'],
  ])('%j', async (more, line) => {
    expect(said('proxy', await examine(more))).toEqual([line]);
  });

  it('that the proxy failed, and not the service', async () => {
    const proxy = { url: 'http://proxy.example:3128', authorization: null, source: 'HTTPS_PROXY' };
    const found = await doctor([], {
      env: { ...env, HTTPS_PROXY: proxy.url },
      fetch: () => Promise.reject(new ConnectError(proxy, systemError('ECONNREFUSED'))),
    });
    expect(found.code).toBe(1);
    expect(said('proxy', found)).toEqual([
      'ok: requests go through http://proxy.example:3128 (HTTPS_PROXY)',
      'error: cannot read who the token is: the proxy http://proxy.example:3128 (HTTPS_PROXY) refused the connection (ECONNREFUSED) -> check HTTPS_PROXY and NO_PROXY',
    ]);
    expect(of('endpoint', found)).toEqual([]);
  });

  it('nothing where nothing is set', async () => {
    const found = await examine({});
    expect([...said('proxy', found), ...said('ca', found)]).toEqual([]);
  });

  it.each([
    [{ SSL_CERT_FILE: join(fixtures, 'ca.pem') }, `ok: 1 certificate of ${fixtures}/ca.pem trusted (SSL_CERT_FILE)`],
    [
      { NODE_EXTRA_CA_CERTS: join(fixtures, 'ca.pem') },
      `ok: 1 certificate of ${fixtures}/ca.pem trusted (NODE_EXTRA_CA_CERTS)`,
    ],
    [{ NODE_EXTRA_CA_CERTS: '/none' }, 'error: NODE_EXTRA_CA_CERTS: cannot read /none (ENOENT)'],
    [
      { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      'error: NODE_TLS_REJECT_UNAUTHORIZED=0 would send the credential to any server that answers; unset it and name the CA with --ca-cert',
    ],
  ])('%j', async (more, line) => {
    const found = await examine(more);
    expect(said('ca', found)).toEqual([line]);
    expect(found.code).toBe(line.startsWith('error') ? 1 : 0);
  });

  it('--ca-cert, and asks nobody with one that is wrong', async () => {
    const found = await examine({}, ['--ca-cert', 'empty.pem']);
    expect(said('ca', found)).toEqual([
      expect.stringMatching(/^error: flag --ca-cert: .*empty\.pem holds no certificate in PEM form$/),
    ]);
    expect(of('endpoint', found)).toEqual([]);
    expect(of('credential', found)).toMatchObject([{ level: 'ok' }]);
  });
});

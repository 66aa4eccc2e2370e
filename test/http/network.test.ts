import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import { ConnectError, MemoryError, networkFailure } from '../../src/http/failure.ts';
import { run } from '../harness/run.ts';
import { deletion, fetchFailed, httpErrorOf, systemError, testClient } from './client.ts';

describe('a failure of the network', () => {
  it.each([
    ['ENOTFOUND', {}, 'unreachable', 'not-sent', 'has an address that cannot be looked up'],
    ['EAI_AGAIN', {}, 'unreachable', 'not-sent', 'has an address that cannot be looked up'],
    ['ECONNREFUSED', {}, 'unreachable', 'not-sent', 'refused the connection'],
    ['UND_ERR_CONNECT_TIMEOUT', {}, 'unreachable', 'not-sent', 'cannot be reached'],
    ['ETIMEDOUT', { syscall: 'connect' }, 'unreachable', 'not-sent', 'cannot be reached'],
    ['EHOSTUNREACH', { syscall: 'connect' }, 'unreachable', 'not-sent', 'cannot be reached'],
    ['EHOSTDOWN', { syscall: 'connect' }, 'unreachable', 'not-sent', 'cannot be reached'],
    ['ENETDOWN', { syscall: 'connect' }, 'unreachable', 'not-sent', 'cannot be reached'],
    ['ENETUNREACH', { syscall: 'connect' }, 'unreachable', 'not-sent', 'cannot be reached'],
    ['EADDRNOTAVAIL', { syscall: 'connect' }, 'unreachable', 'not-sent', 'cannot be reached'],
    ['EAI_FAIL', {}, 'unreachable', 'not-sent', 'has an address that cannot be looked up'],
    ['EAI_NODATA', {}, 'unreachable', 'not-sent', 'has an address that cannot be looked up'],
    ['EAI_NONAME', {}, 'unreachable', 'not-sent', 'has an address that cannot be looked up'],
    ['ETIMEDOUT', { syscall: 'read' }, 'connection_lost', 'unknown', 'ended the connection'],
    ['ECONNRESET', {}, 'connection_lost', 'unknown', 'ended the connection'],
    ['EPIPE', {}, 'connection_lost', 'unknown', 'ended the connection'],
    ['UND_ERR_SOCKET', {}, 'connection_lost', 'unknown', 'ended the connection'],
    ['UND_ERR_HEADERS_TIMEOUT', {}, 'timeout', 'unknown', 'gave no answer in time'],
    ['UND_ERR_BODY_TIMEOUT', {}, 'timeout', 'unknown', 'gave no answer in time'],
    ['UND_ERR_ABORTED', {}, 'connection_lost', 'unknown', 'ended the connection'],
  ])('%s %j is %s, %s', (code, properties, expected, arrival, what) => {
    const cause = fetchFailed(systemError(code, properties));
    const failure = networkFailure(cause);
    expect(failure).toMatchObject({ code: expected, arrival, retryable: true, cause });
    expect(failure.what).toMatch(what);
    expect(failure.what).toContain(`(${code})`);
  });
});

it('too little address space for WebAssembly is the failure of this machine', async () => {
  const outcome = await run(['sa', 'list', '--json'], {
    env: { NSCALE_SERVICE_TOKEN: 'abc', NSCALE_ORGANIZATION_ID: 'a1b2c3d4-0000-4000-8000-000000000001' },
    fetch: () => Promise.reject(new MemoryError()),
  });
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  expect(JSON.parse(outcome.stderr)).toMatchObject({
    error: {
      code: 'memory',
      message: 'cannot list service accounts: this machine gives the program too little address space for WebAssembly',
      hint: 'raise the limit (ulimit -v), or set NODE_OPTIONS=--disable-wasm-trap-handler',
    },
  });
});

describe('a failure of TLS', () => {
  it.each([
    'CERT_UNTRUSTED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('%s is a certificate to name with --ca-cert', (code) => {
    expect(networkFailure(fetchFailed(systemError(code)))).toMatchObject({
      code: 'certificate',
      what: `has a certificate from an issuer that is not trusted here (${code})`,
      hint: "name the issuer's certificate with --ca-cert <file>",
      arrival: 'not-sent',
      retryable: false,
    });
  });

  it.each([
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'has a certificate for another host name'],
    ['CERT_HAS_EXPIRED', 'has a certificate that is not valid'],
    ['CERT_NOT_YET_VALID', 'has a certificate that is not valid'],
  ])('%s is a certificate that --ca-cert does not help with', (code, what) => {
    const failure = networkFailure(fetchFailed(systemError(code)));
    expect(failure).toMatchObject({ what: `${what} (${code})`, arrival: 'not-sent' });
    expect(failure).toMatchObject({ retryable: false });
    expect(failure.hint).toContain('--ca-cert does not help');
  });
});

describe('a failure of TLS after the request was written', () => {
  it.each(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'])(
    'leaves unknown what was done: %s',
    (code) => {
      expect(networkFailure(systemError(code))).toMatchObject({ code: 'connection_lost', arrival: 'unknown' });
      expect(networkFailure(new ConnectError(null, systemError(code)))).toMatchObject({ arrival: 'not-sent' });
    },
  );

  it('does not, where it is that a client certificate is missing: then nobody has read it', () => {
    const error = systemError('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
    expect(networkFailure(error)).toMatchObject({ code: 'unreachable', arrival: 'not-sent', retryable: false });
  });
});

describe('a failure to connect', () => {
  it.each([
    ['all', ['ECONNREFUSED', 'ECONNREFUSED'], 'not-sent'],
    ['not all', ['ECONNREFUSED', 'ECONNRESET'], 'unknown'],
  ])('of several addresses counts as not sent when %s were', (_name, codes, arrival) => {
    const errors = codes.map((code) => systemError(code));
    const aggregate = Object.assign(new AggregateError(errors), { code: codes[0] });
    expect(networkFailure(fetchFailed(aggregate)).arrival).toBe(arrival);
  });
});

describe('a rejection of fetch', () => {
  it.each([['nothing'], [null], [new Error('odd')], [new TypeError('Failed to fetch')], [{}]])(
    'without a code is unknown: %s',
    (error) => {
      expect(networkFailure(error)).toMatchObject({
        what: 'ended the connection without an answer',
        arrival: 'unknown',
        retryable: true,
      });
    },
  );

  it('with causes that go round in a circle ends', () => {
    const error = new Error('round');
    error.cause = error;
    expect(networkFailure(error).arrival).toBe('unknown');
  });

  it('reads as one sentence that names the provider and where it was looked for', async () => {
    const { http } = testClient([fetchFailed(systemError('SELF_SIGNED_CERT_IN_CHAIN'))]);
    await expect(httpErrorOf(http.send(deletion))).resolves.toMatchObject({
      message: `cannot delete service account 7: nscale at https://api.example.com has a certificate from an issuer that is not trusted here (SELF_SIGNED_CERT_IN_CHAIN)`,
      exitCode: ExitCode.failed,
      provider: 'nscale',
      status: null,
    });
  });
});

import { describe, expect, it } from 'vitest';

import { hintText } from '../../../src/model/hint.ts';
import { connectionError, isServerError, queryError } from '../../../src/state/store/postgres-error.ts';
import type { StateError } from '../../../src/state/store/store.ts';

const cannot = 'cannot read the state in postgres://db/ops';

/** What the package throws for an answer of the server, as the built program has it: its class has lost its name. */
function answered(code: string): Error {
  return Object.assign(new Error('the words of the server'), { name: 'm', severity_local: 'FEHLER', code });
}

function broken(code: string): Error {
  return Object.assign(new Error(`read ${code}`), { code, syscall: 'read' });
}

function meaningOf({ retryable, isUncertain }: StateError): readonly [isRetryable: boolean, isUncertain: boolean] {
  return [retryable, isUncertain];
}

describe('an answer of PostgreSQL', () => {
  it.each([
    ['28P01', 'check user and password: "credential" beside the store, or SACTL_STATE', [false, false]],
    ['3D000', 'make the database, or name another one; no command makes it', [false, false]],
    ['42P01', 'make the table: sactl state init', [false, false]],
    ['25006', 'name the server that can be written to', [false, false]],
    ['40001', null, [true, false]],
    ['40P01', null, [true, false]],
    ['53300', 'the server has no connection left', [true, false]],
    ['55P03', null, [true, false]],
    ['57014', 'the table is locked, or the server is slow', [true, false]],
    ['57P01', null, [true, true]],
    ['57P02', null, [true, true]],
    ['57P03', 'the server is starting', [true, false]],
    ['99999', null, [false, false]],
  ])('%s has a hint, and says whether it may be repeated, and whether it may have been done', (code, hint, meaning) => {
    const error = queryError(answered(code), cannot);
    expect(error.message).toBe(`${cannot}: the server answered ${code}: the words of the server`);
    expect(hintOf(error)).toBe(hint);
    expect(meaningOf(error)).toEqual(meaning);
    expect(isServerError(answered(code))).toBe(true);
  });
});

describe('a connection to PostgreSQL', () => {
  const wantsCa = 'name the CA of the server with --ca-cert or SSL_CERT_FILE';
  it.each([
    ['ECONNRESET', true, 'connection reset by peer (ECONNRESET)', null, [true, true]],
    ['ECONNRESET', false, 'connection reset by peer (ECONNRESET)', null, [true, false]],
    ['CONNECT_TIMEOUT', false, 'no connection (CONNECT_TIMEOUT)', null, [true, false]],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', false, 'read DEPTH_ZERO_SELF_SIGNED_CERT', wantsCa, [false, false]],
  ] as const)('that ends with %s, sent: %j', (code, isSent, what, hint, meaning) => {
    const error = connectionError(broken(code), cannot, isSent);
    expect(error.message).toBe(`${cannot}: ${what}`);
    expect(hintOf(error)).toBe(hint);
    expect(meaningOf(error)).toEqual(meaning);
    expect(isServerError(broken(code))).toBe(false);
  });
});

function hintOf({ hint }: StateError): string | null {
  return hint === null ? null : hintText(hint);
}

import { describe, expect, test } from 'vitest';

import type { AccountStatus } from '../../src/model/account.ts';
import { accountTone, expiryTone, styleFor } from '../../src/output/style.ts';
import { testContext, testNow } from '../harness/context.ts';

describe('colour', () => {
  test.each([
    ['on a terminal', { terminal: 80 }, undefined, true],
    ['with an empty NO_COLOR', { terminal: 80, env: { NO_COLOR: '' } }, undefined, true],
    ['with NO_COLOR', { terminal: 80, env: { NO_COLOR: '1' } }, undefined, false],
    ['with TERM=dumb', { terminal: 80, env: { TERM: 'dumb' } }, undefined, false],
    ['with --no-color', { terminal: 80 }, false, false],
    ['in a pipe', {}, undefined, false],
    ['in a pipe with FORCE_COLOR', { env: { FORCE_COLOR: '1' } }, undefined, false],
  ])('%s', (_, options, color, expected) => {
    const { paint } = styleFor(testContext(options).ctx, { stream: 'stdout', color });
    expect(paint('good', 'x')).toBe(expected ? '\u001B[32mx\u001B[39m' : 'x');
  });

  test('follows the stream it is for', () => {
    const { ctx } = testContext({ terminal: 80, stdout: { isTTY: false, columns: undefined } });
    expect(styleFor(ctx, { stream: 'stdout' }).paint('bad', 'x')).toBe('x');
    expect(styleFor(ctx, { stream: 'stderr' }).paint('bad', 'x')).toBe('\u001B[31mx\u001B[39m');
  });
});

describe('width', () => {
  test.each([
    ['is the terminal’s', { terminal: 132 }, 132],
    ['is 80 where the terminal does not know', { terminal: 132, stdout: { columns: undefined } }, 80],
    ['is 80 where the terminal says 0', { terminal: 0 }, 80],
    ['is unlimited in a pipe', {}, Infinity],
  ])('%s', (_, options, width) => {
    expect(styleFor(testContext(options).ctx, { stream: 'stdout' }).width).toBe(width);
  });
});

describe('tones', () => {
  const past = '2026-11-22T11:59:59Z';
  const soon = '2026-12-06T11:59:59Z';
  const later = '2026-12-06T12:00:00Z';

  test.each<[AccountStatus, string | null, string | null]>([
    ['active', null, 'good'],
    ['active', later, 'good'],
    ['active', soon, 'warning'],
    ['active', past, 'bad'],
    ['expired', null, 'bad'],
    ['error', later, 'bad'],
    ['disabled', soon, 'muted'],
    ['deleting', null, 'muted'],
    ['unknown', null, null],
    ['active', 'no time', 'good'],
  ])('an account that is %s and expires %s is %s', (status, expiresAt, tone) => {
    expect(accountTone({ status, expiresAt }, testNow)).toBe(tone);
  });

  test.each([
    [null, null],
    [past, 'bad'],
    [soon, 'warning'],
    [later, null],
  ])('an expiry at %s is %s', (expiresAt, tone) => {
    expect(expiryTone(expiresAt, testNow)).toBe(tone);
  });
});

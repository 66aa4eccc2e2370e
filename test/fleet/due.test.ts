import { describe, expect, it } from 'vitest';

import { whyNot } from '../../src/fleet/due.ts';
import type { Selectors } from '../../src/fleet/selectors.ts';
import type { Account } from '../../src/model/account.ts';
import { account as someone } from '../delivery/answers.ts';
import { testNow } from '../harness/context.ts';
import { dayMs } from './servers.ts';

/** ISO 8601, so many days from now. */
function day(days: number): string {
  return new Date(testNow + days * dayMs).toISOString().replace('.000Z', 'Z');
}

const everything: Selectors = {
  matches: () => true,
  whyOther: () => null,
  expiringWithinMs: null,
  olderThanMs: null,
  agesFromCreation: false,
  includesExpired: false,
  includesDisabled: false,
};

const expiring = { expiringWithinMs: 14 * dayMs };
const older = { olderThanMs: 60 * dayMs };
const fromCreation = { ...older, agesFromCreation: true };
const unknownAge = {
  reason: 'age unknown',
  detail: 'never rotated from here; keep the state between runs, or use --age-from createdAt',
};

interface Case {
  readonly selectors?: Partial<Selectors>;
  readonly account?: Partial<Account>;
  /** Days, negative. */
  readonly issued?: number;
  readonly isLost?: boolean;
}

/** What is said of an account that is active, was made 80 days ago and expires in 10. */
function reasonFor({ selectors, account, issued, isLost = false }: Case): unknown {
  const options: Parameters<typeof whyNot>[1] = {
    selectors: { ...everything, ...selectors },
    facts: { issuedAt: issued === undefined ? null : testNow + issued * dayMs, usedAt: null },
    isLost,
    now: testNow,
  };
  const usual = { status: 'active', createdAt: day(-80), expiresAt: day(10), enabled: null } as const;
  return whyNot({ ...someone, ...usual, ...account }, options);
}

describe('an account is due', () => {
  const cases: readonly (readonly [name: string, Case])[] = [
    ['when nothing asks for more', {}],
    ['whatever else it says of itself', { account: { status: 'unknown' } }],
    ['although something is wrong with it', { account: { status: 'error' } }],
    ['when it expires soon', { selectors: expiring }],
    ['when it expires at the very end', { selectors: expiring, account: { expiresAt: day(14) } }],
    [
      'when it has expired and that is included',
      { selectors: { ...expiring, includesExpired: true }, account: { status: 'expired', expiresAt: day(-3) } },
    ],
    [
      'when it is disabled and that is included',
      { selectors: { includesDisabled: true }, account: { status: 'disabled', enabled: false } },
    ],
    ['when its credential is older', { selectors: older, issued: -61 }],
    ['when its credential is just as old', { selectors: older, issued: -60 }],
    ['when it is older, and counts from that', { selectors: fromCreation }],
    [
      'when its credential is older, although the account was just changed',
      { selectors: fromCreation, issued: -61, account: { createdAt: day(-2) } },
    ],
    ['when both hold', { selectors: { ...expiring, ...older }, issued: -61 }],
    [
      'when nobody has the credential that it may have, however fresh',
      { selectors: { ...expiring, ...older }, account: { expiresAt: day(90) }, issued: 0, isLost: true },
    ],
  ];

  it.each(cases)('%s', (_, testCase) => {
    expect(reasonFor(testCase)).toBeNull();
  });
});

describe('an account is left', () => {
  const cases: readonly (readonly [name: string, Case, reason: object])[] = [
    ['being deleted', { account: { status: 'deleting' } }, { reason: 'deleting', detail: null }],
    [
      'being deleted, whatever is included',
      { selectors: { includesExpired: true, includesDisabled: true }, account: { status: 'deleting' } },
      { reason: 'deleting', detail: null },
    ],
    ['expired', { account: { status: 'expired' } }, { reason: 'expired', detail: '--include-expired revives it' }],
    [
      'expired, although its answer was lost',
      { account: { status: 'expired' }, isLost: true },
      { reason: 'expired', detail: '--include-expired revives it' },
    ],
    [
      'disabled',
      { account: { status: 'disabled', enabled: false } },
      { reason: 'disabled', detail: '--include-disabled rotates it all the same' },
    ],
    [
      'not enabled, whatever its status',
      { account: { enabled: false } },
      { reason: 'disabled', detail: '--include-disabled rotates it all the same' },
    ],
    [
      'not expiring soon',
      { selectors: expiring, account: { expiresAt: day(15) } },
      { reason: 'not due', detail: `it expires ${day(15)}` },
    ],
    [
      'not expiring',
      { selectors: expiring, account: { expiresAt: null } },
      { reason: 'not due', detail: 'it has no known expiry' },
    ],
    ['of unknown age', { selectors: older }, unknownAge],
    [
      'of unknown age, also when it counts from a creation that nobody knows',
      { selectors: fromCreation, account: { createdAt: null } },
      { ...unknownAge, detail: 'never rotated from here; keep the state between runs' },
    ],
    [
      'of unknown age, when its creation is no time',
      { selectors: fromCreation, account: { createdAt: 'yesterday' } },
      { ...unknownAge, detail: 'never rotated from here; keep the state between runs' },
    ],
    [
      'with a fresh credential',
      { selectors: older, issued: -59 },
      { reason: 'not due', detail: `its credential was issued ${day(-59)}` },
    ],
    [
      'with a fresh credential, however old it is itself',
      { selectors: fromCreation, issued: -59 },
      { reason: 'not due', detail: `its credential was issued ${day(-59)}` },
    ],
    [
      'younger than that itself',
      { selectors: fromCreation, account: { createdAt: day(-59) } },
      { reason: 'not due', detail: `it was created ${day(-59)}` },
    ],
    [
      'when only one of two holds',
      { selectors: { ...expiring, ...older }, issued: -59 },
      { reason: 'not due', detail: `its credential was issued ${day(-59)}` },
    ],
  ];

  it.each(cases)('%s', (_, testCase, reason) => {
    expect(reasonFor(testCase)).toEqual(reason);
  });
});

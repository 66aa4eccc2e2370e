import { describe, expect, it } from 'vitest';

import { watchStanding, type Standing } from '../../src/delivery/verify.ts';
import type { Account } from '../../src/model/account.ts';
import type { Verification } from '../../src/providers/provider.ts';
import { testContext } from '../harness/context.ts';
import { account, issuedWith, secret } from './answers.ts';

const later: Account = { ...account, expiresAt: '2027-01-01T00:00:05Z' };
const earlier: Account = { ...account, expiresAt: '2026-12-31T00:00:00Z' };
const without: Account = { ...account, expiresAt: null };
const works: Verification = { works: true, why: null };
const dead: Verification = { works: false, why: 'nscale answered 401' };
const silent: Verification = { works: null, why: 'nscale answered 503' };
const noNetwork = new Error('no network');

interface Seen {
  readonly standing: Standing;
  readonly steps: readonly string[];
}

/** Looks once, so many milliseconds after the answer. */
async function look(
  { read, trial = works, of = account }: { read: Account | Error; trial?: Verification | Error; of?: Account },
  age = 2001,
): Promise<Seen> {
  const { ctx } = testContext();
  const steps: string[] = [];
  const knownAt = ctx.now();
  const standing = watchStanding(ctx, issuedWith(secret, of), {
    knownAt,
    readAccount: () => {
      steps.push('read');
      return read instanceof Error ? Promise.reject(read) : Promise.resolve(read);
    },
    verifyCredential: () => {
      steps.push('try');
      return trial instanceof Error ? Promise.reject(trial) : Promise.resolve(trial);
    },
  });
  await ctx.sleep(age);
  return { standing: await standing(), steps };
}

const newest: Standing = { isNewest: true, why: null };
const newer: Standing = { isNewest: false, why: 'a newer one was issued' };

describe('a credential', () => {
  it('is taken for the newest for two seconds', async () => {
    expect(await look({ read: later }, 2000)).toEqual({ standing: newest, steps: [] });
  });

  it.each([
    ['is tried, and the newest, while the expiry is its own', { read: account }, newest, ['read', 'try']],
    ['is not where the account expires later', { read: later }, newer, ['read']],
    ['is tried where a list lags', { read: earlier }, newest, ['read', 'try']],
    ['is tried where the account cannot be read', { read: noNetwork }, newest, ['read', 'try']],
    ['is tried where nothing expires', { read: without, of: without }, newest, ['try']],
    [
      'is not where it is refused',
      { read: noNetwork, trial: dead },
      { isNewest: false, why: dead.why },
      ['read', 'try'],
    ],
    [
      'may be anything where nothing tells',
      { read: noNetwork, trial: silent },
      { isNewest: null, why: silent.why },
      ['read', 'try'],
    ],
    [
      'may be anything where nothing answers',
      { read: noNetwork, trial: noNetwork },
      { isNewest: null, why: null },
      ['read', 'try'],
    ],
  ] as const)('%s', async (_, script, standing, steps) => {
    expect(await look(script)).toEqual({ standing, steps });
  });

  it('that was superseded stays so, and is looked at again only where it was not', async () => {
    const { ctx } = testContext();
    const reads = [account, later];
    let looked = 0;
    const standing = watchStanding(ctx, issuedWith(secret), {
      knownAt: ctx.now() - 10_000,
      readAccount: () => Promise.resolve(reads[(looked += 1) - 1] ?? account),
      verifyCredential: () => Promise.resolve(works),
    });
    const seen: (boolean | null)[] = [];
    for (const wait of [0, 1000, 1001, 5000]) {
      await ctx.sleep(wait);
      seen.push((await standing()).isNewest);
    }
    expect([seen, looked]).toEqual([[true, true, false, false], 2]);
  });
});

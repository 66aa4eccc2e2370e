import { describe, expect, test } from 'vitest';

import { HttpError } from '../../../src/http/error.ts';
import type { IssuancePlan } from '../../../src/providers/issuance.ts';
import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { timestamp, type NscaleAccount } from '../../../src/sandbox/nscale/state.ts';
import { testNow } from '../../harness/context.ts';
import { useNscale } from '../../harness/nscale.ts';
import { askInVain, losing, nothing, type Bench } from './bench.ts';
import { connectNscale } from './connect.ts';
import { forbidden } from './faults.ts';

/** What one reading after a lost rotation proves (docs/design.md 6). */
const install = useNscale();
const { nightlyTrain } = accountIds;

async function planned({ provider }: Bench, id: string): Promise<IssuancePlan> {
  const account = await provider.findAccount(id);
  const plan = await provider.planRotate?.(account);
  if (plan === undefined) throw new Error('nscale rotates');
  return plan;
}

function record({ deployment }: Bench, id: string): NscaleAccount {
  const found = deployment.state.accounts.find((account) => account.id === id);
  if (found === undefined) throw new Error(`the seed has no account ${id}`);
  return found;
}

describe('after a lost rotation', () => {
  test('an expiry that moved proves it', async () => {
    const bench = losing(install, { done: true });
    const plan = await planned(bench, nightlyTrain);
    await askInVain(plan);
    const account = await bench.provider.findAccount(nightlyTrain);
    expect(account.expiresAt).toBe('2027-02-20T12:00:00Z');
    expect(await plan.readEvidence()).toEqual({ kind: 'changed', account });
  });

  test('the same expiry says that nothing was changed', async () => {
    const bench = losing(install, { done: false });
    const plan = await planned(bench, nightlyTrain);
    await askInVain(plan);
    expect(await plan.readEvidence()).toEqual({ kind: 'unchanged' });
  });

  test('a list that lags shows the change later', async () => {
    const bench = losing(install, { done: true, listLag: 2 });
    const plan = await planned(bench, nightlyTrain);
    await askInVain(plan);
    const kinds = [await plan.readEvidence(), await plan.readEvidence(), await plan.readEvidence()];
    expect(kinds.map(({ kind }) => kind)).toEqual(['unchanged', 'unchanged', 'changed']);
  });

  test('an account that is gone says nothing', async () => {
    const bench = losing(install, { done: false });
    const plan = await planned(bench, nightlyTrain);
    await askInVain(plan);
    bench.deployment.state.accounts = [];
    expect(await plan.readEvidence()).toEqual(nothing);
  });

  test('an account without an expiry says nothing', async () => {
    const bench = losing(install, { done: true });
    const account = await bench.provider.findAccount(nightlyTrain);
    const plan = await bench.provider.planRotate?.({ ...account, expiresAt: null });
    expect(await plan?.readEvidence()).toEqual(nothing);
  });

  test('a list that cannot be read says nothing', async () => {
    const plan = await planned(losing(install, { done: false }), nightlyTrain);
    losing(install, { done: false, intercept: forbidden });
    await expect(plan.readEvidence()).rejects.toBeInstanceOf(HttpError);
  });
});

describe('a token of the same second has the same expiry', () => {
  const inNinetyDays = testNow + 90 * 86_400_000;

  /** An account with a token that was issued now, and nothing that ends later but, perhaps, `other`. */
  function fresh(bench: Bench, other: number): void {
    for (const { id } of bench.deployment.state.accounts) {
      record(bench, id).expiry = timestamp(testNow);
    }
    record(bench, nightlyTrain).expiry = timestamp(inNinetyDays);
    record(bench, accountIds.terraform).expiry = timestamp(inNinetyDays + other);
  }

  test.each([
    ['asked in the same moment', { wait: 0, other: 0 }, nothing],
    ['asked just under two seconds later', { wait: 1999, other: 0 }, nothing],
    ['asked two seconds later', { wait: 2000, other: 0 }, { kind: 'unchanged' }],
    ["when another's ends a second later", { wait: 0, other: 1000 }, nothing],
    ["when another's ends two seconds later", { wait: 0, other: 2000 }, { kind: 'unchanged' }],
  ])('%s', async (_, { wait, other }, evidence) => {
    const bench = losing(install, { done: false });
    fresh(bench, other);
    const plan = await planned(bench, nightlyTrain);
    await bench.context.ctx.sleep(wait);
    await askInVain(plan);
    expect(await plan.readEvidence()).toEqual(evidence);
  });

  test('a listing since the first one, such as looks for the outcome of another account, takes nothing from it', async () => {
    const bench = losing(install, { done: false });
    fresh(bench, 0);
    const account = await bench.provider.findAccount(nightlyTrain);
    await bench.context.ctx.sleep(2000);
    await bench.provider.findAccount(accountIds.terraform);
    const plan = await bench.provider.planRotate?.(account);
    if (plan === undefined) throw new Error('nscale rotates');
    await askInVain(plan);
    expect(await plan.readEvidence()).toEqual({ kind: 'unchanged' });
  });

  test('the first listing says nothing where it showed another expiry', async () => {
    const bench = losing(install, { done: false });
    fresh(bench, 0);
    record(bench, nightlyTrain).expiry = timestamp(testNow);
    await bench.provider.findAccount(nightlyTrain);
    await bench.context.ctx.sleep(2000);
    record(bench, nightlyTrain).expiry = timestamp(inNinetyDays);
    const plan = await planned(bench, nightlyTrain);
    await askInVain(plan);
    expect(await plan.readEvidence()).toEqual(nothing);
  });

  test('so a rotation in it is not taken for none', async () => {
    const bench = losing(install, { done: true });
    fresh(bench, 0);
    const plan = await planned(bench, nightlyTrain);
    await askInVain(plan);
    expect(record(bench, nightlyTrain).expiry).toBe(timestamp(inNinetyDays));
    expect(await plan.readEvidence()).toEqual(nothing);
  });

  test('an account that was never listed here says nothing', async () => {
    const first = losing(install, { done: false });
    const account = await first.provider.findAccount(nightlyTrain);
    const plan = await connectNscale(first.context).planRotate?.(account);
    expect(await plan?.readEvidence()).toEqual(nothing);
  });
});

import { describe, expect, test } from 'vitest';

import { HttpError } from '../../../src/http/error.ts';
import type { IssuancePlan } from '../../../src/providers/issuance.ts';
import { sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { faults } from '../faults.ts';
import { askInVain, losing, nothing, type Bench } from './bench.ts';
import { forbidden } from './faults.ts';

/** What one reading after a lost create proves (docs/design.md 6). */
const install = useNscale();
const operation = '00000000-0000-4000-8000-00000000000a';

async function plannedCreate({ provider }: Bench, id = operation): Promise<IssuancePlan> {
  const account = { name: 'fresh', description: null, groups: [], tags: {} };
  const plan = await provider.planCreate?.(account, id);
  if (plan === undefined) throw new Error('nscale creates');
  return plan;
}

describe('after a lost create', () => {
  test('the account that carries our tag is ours', async () => {
    const bench = losing(install, { done: true });
    const plan = await plannedCreate(bench);
    await askInVain(plan);
    const account = await bench.provider.findAccount('fresh');
    expect(account.tags).toEqual({ 'sactl-operation': operation });
    expect(await plan.readEvidence()).toEqual({ kind: 'changed', account });
  });

  test('without it nothing was created, whoever created one of that name', async () => {
    const bench = losing(install, { done: true });
    await askInVain(await plannedCreate(bench, '00000000-0000-4000-8000-00000000000b'));
    expect(await (await plannedCreate(bench)).readEvidence()).toEqual({ kind: 'unchanged' });
  });

  test('a list that lags shows it later', async () => {
    const bench = losing(install, { done: true, listLag: 1 });
    const plan = await plannedCreate(bench);
    await askInVain(plan);
    const kinds = [await plan.readEvidence(), await plan.readEvidence()];
    expect(kinds.map(({ kind }) => kind)).toEqual(['unchanged', 'changed']);
  });

  test("a list of the caller's own account alone says nothing", async () => {
    const bench = losing(install, { done: false, token: sandboxTokens.selfRotating });
    expect(await (await plannedCreate(bench)).readEvidence()).toEqual(nothing);
  });

  test('an organization that a person sees empty is empty', async () => {
    const bench = losing(install, { done: false });
    bench.deployment.state.accounts = [];
    expect(await (await plannedCreate(bench)).readEvidence()).toEqual({ kind: 'unchanged' });
  });

  test('one that somebody unknown sees empty may not be', async () => {
    const bench = losing(install, {
      done: false,
      intercept: faults({ method: 'GET', path: '/userinfo', answer: forbidden }),
    });
    bench.deployment.state.accounts = [];
    expect(await (await plannedCreate(bench)).readEvidence()).toEqual(nothing);
  });

  test('a list that cannot be read says nothing', async () => {
    const plan = await plannedCreate(losing(install, { done: false }));
    losing(install, { done: false, intercept: forbidden });
    await expect(plan.readEvidence()).rejects.toBeInstanceOf(HttpError);
  });
});

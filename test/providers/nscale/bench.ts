import { expect } from 'vitest';

import type { Evidence, IssuancePlan } from '../../../src/providers/issuance.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import type { TestContext } from '../../harness/context.ts';
import type { NscaleDeployment, NscaleOptions } from '../../harness/nscale.ts';
import { faults, lost } from '../faults.ts';
import { connectNscale } from './connect.ts';

/** A provider whose requests can be looked into. */
export interface Bench {
  readonly deployment: NscaleDeployment;
  readonly context: TestContext;
  readonly provider: Provider;
}

/** A deployment that loses the answers to all changes, after they are `done` or not. */
export function losing(
  install: (options: NscaleOptions) => NscaleDeployment,
  { done, ...options }: NscaleOptions & { readonly done: boolean },
): Bench {
  const intercept = faults({ method: 'POST', done, answer: lost });
  const deployment = install({ intercept, ...options });
  const context = deployment.context();
  return { deployment, context, provider: connectNscale(context, options.token) };
}

/** Sends the request of a plan, whose answer is lost. */
export async function askInVain(plan: IssuancePlan): Promise<void> {
  const { signal } = new AbortController();
  await expect(plan.send({ signal })).rejects.toMatchObject({ arrival: 'unknown' });
}

/** What a reading says that proves nothing. */
export const nothing: Evidence = { kind: 'unclear', candidates: [] };

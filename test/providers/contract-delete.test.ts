import { describe, expect, test } from 'vitest';

import type { Intercept } from '../harness/deployment.ts';
import { adapters, connectTo } from './adapters.ts';

const deleting = adapters.filter(({ mutations }) => mutations.delete > 0);

describe.each(deleting)('$name: an account that somebody else deletes before we do', (adapter) => {
  const deploy = adapter.install();
  const { account } = adapter;
  const argv = ['sa', 'delete', '--id', account.id, '--yes'];

  /** The account is deleted twice, so that the second answer is the service's own. */
  const twice: { readonly intercept: Intercept } = {
    intercept: async (request, next) => {
      if (request.method === 'DELETE' && request.url.endsWith(account.id)) await next(request.clone());
      return next(request);
    },
  };

  test('is not found', async () => {
    const deployment = deploy('administrator', twice);
    const { code, stdout, stderr } = await deployment.run([...argv, '--json']);
    expect([code, stdout]).toEqual([3, '']);
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
      error: { code: 'not_found', provider: adapter.name, status: 404, exitCode: 3 },
    });
    expect(deployment.mutations()).toHaveLength(adapter.mutations.delete);
  });

  test('is what --ignore-missing wants', async () => {
    const deployment = deploy('administrator', twice);
    const outcome = await deployment.run([...argv, '--ignore-missing', '-q', '.deleted, .id']);
    expect([outcome.code, outcome.stdout]).toEqual([0, `false\n${account.id}\n`]);
  });
});

describe.each(deleting)('$name: a deletion', (adapter) => {
  const deploy = adapter.install();

  test('is of another account than the caller’s, as far as it can tell', async () => {
    const { provider } = await connectTo(deploy(adapter.bystander));
    const plan = await provider.planDelete?.(await provider.findAccount(adapter.account.id));
    expect(plan?.isSelf).toBe(adapter.tellsCaller ? false : null);
  });
});

test('every provider whose accounts can be deleted by program is looked at', () => {
  expect(deleting.map(({ name }) => name)).toEqual(['nscale', 'runai']);
});

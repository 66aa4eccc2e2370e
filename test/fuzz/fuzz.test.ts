// @module-tag slow
import { afterAll, beforeAll, expect, it } from 'vitest';

import { providerNames, type ProviderName } from '../../src/model/account.ts';
import { fuzz } from './fuzz.ts';
import { openMachine, type Machine } from './machine.ts';

// A small part of what `npm run fuzz` does; the same runs every time.

let machine: Machine;
beforeAll(async () => {
  machine = await openMachine();
});
afterAll(() => machine.close());

it('500 generated scenarios break no promise, and every provider grants a request', async () => {
  const granting = new Set<ProviderName>();
  const failure = await fuzz({
    machine,
    seed: 20261122,
    from: 0,
    to: 500,
    onSeen: (observations) => {
      for (const name of observations.at(-1)?.granting ?? []) granting.add(name);
    },
  });
  expect(failure).toBeNull();
  expect([...granting].toSorted()).toEqual([...providerNames].toSorted());
}, 180_000);

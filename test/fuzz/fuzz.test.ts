import { afterAll, beforeAll, expect, it } from 'vitest';

import { fuzz } from './fuzz.ts';
import { openMachine, type Machine } from './machine.ts';

// A small part of what `npm run fuzz` does; the same runs every time.

let machine: Machine;
beforeAll(async () => {
  machine = await openMachine();
});
afterAll(() => machine.close());

it('500 generated scenarios break no promise', async () => {
  const failure = await fuzz({ machine, seed: 20261122, from: 0, to: 500 });
  expect(failure).toBeNull();
}, 180_000);

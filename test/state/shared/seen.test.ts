import { expect, it } from 'vitest';

import { auditWorld, ci, place } from './audit-world.ts';

// A run that asks when accounts were rotated last has read their records, and locks by what it has seen.

it('an account that nobody has a record of is locked by one write', async () => {
  const { machine, calls } = auditWorld();
  const { history, locks } = machine('one');
  await history.rotations([place]);
  calls.length = 0;
  await locks.lock(ci);
  expect(calls).toEqual(['create accounts']);
});

it('so is one with a record, which keeps what it says', async () => {
  const { machine, calls } = auditWorld();
  await (await machine('one').locks.lock(ci)).release();
  const { history, locks, holdings } = machine('two');
  await history.rotations([place]);
  calls.length = 0;
  await locks.lock(ci);
  expect(calls).toEqual(['replace accounts']);
  expect(await holdings.list()).toMatchObject([{ generation: 2, hold: { holder: { host: 'two' } } }]);
});

it('what was seen serves once', async () => {
  const { machine, calls } = auditWorld();
  const { history, locks } = machine('one');
  await history.rotations([place]);
  await (await locks.lock(ci)).release();
  calls.length = 0;
  await locks.lock(ci);
  expect(calls).toEqual(['get accounts', 'replace accounts']);
});

it.each(['with no record', 'with one'])('an account %s that was taken since is read, and refused', async (record) => {
  const { machine } = auditWorld();
  if (record === 'with one') await (await machine('one').locks.lock(ci)).release();
  const { history, locks } = machine('two');
  await history.rotations([place]);
  const held = await machine('other').locks.lock(ci);
  await expect(locks.lock(ci)).rejects.toMatchObject({ code: 'locked', message: expect.stringContaining('on other') });
  expect(await held.renew()).toBe(true);
});

it('a record that somebody held when it was seen is read again', async () => {
  const { machine, calls } = auditWorld();
  const held = await machine('other').locks.lock(ci);
  const { history, locks } = machine('one');
  await history.rotations([place]);
  await held.release();
  calls.length = 0;
  await locks.lock(ci);
  expect(calls).toEqual(['get accounts', 'replace accounts']);
});

it('no more is kept than a run may lock', async () => {
  const { machine, calls } = auditWorld();
  const { history, locks } = machine('one');
  await history.rotations([...Array.from({ length: 2000 }, (_, index) => ({ ...place, id: String(index) })), place]);
  calls.length = 0;
  await locks.lock(ci);
  expect(calls).toEqual(['get accounts', 'create accounts']);
});

import { expect, it } from 'vitest';

import { openJournal } from '../../../src/state/journal.ts';
import { openSharedJournal } from '../../../src/state/shared/journal.ts';
import { openSharedLocks } from '../../../src/state/shared/locks.ts';
import { account } from '../../delivery/answers.ts';
import { testContext } from '../../harness/context.ts';
import { createModelStore } from '../../harness/model-store.ts';
import { freshStateDirectory } from '../../harness/state.ts';

// What a process does with what it holds itself.

const ci = { key: ['nscale', 'a1'], name: 'ci' };
const id = '0b8f7c52-0000-4000-8000-000000000001';

function world() {
  const { ctx } = testContext();
  const said: string[] = [];
  const shared = {
    ...ctx,
    uuid: () => crypto.randomUUID(),
    store: createModelStore({ now: ctx.now }).open(),
    report: async (text: string) => void said.push(text),
  };
  const locks = openSharedLocks({ ...shared, leaseMs: 60_000, run: null });
  const own = { ...ctx, stateDirectory: freshStateDirectory(), keepsSecrets: true };
  const sealing = { recipients: [], seal: () => Promise.resolve('sealed') };
  const journal = openSharedJournal({ ...shared, ...sealing, local: openJournal(own), workerOn: locks.workerOn });
  return { locks, journal, said };
}

it('an account that it holds it does not take from itself', async () => {
  const { locks, said } = world();
  const held = await locks.lock(ci);
  await expect(locks.lock(ci)).rejects.toMatchObject({ code: 'locked' });
  expect(await held.renew()).toBe(true);
  await held.release();
  await (await locks.lock(ci)).release();
  expect(said).toEqual([]);
});

it('an entry that it writes is under way, until it is left', async () => {
  const { locks, journal } = world();
  const lock = await locks.lock({ ...ci, entry: id });
  const entry = await journal.begin({
    id,
    operation: 'rotate',
    connection: {
      provider: 'nscale',
      profile: null,
      endpoint: 'https://api.example.com',
      organization: 'org-1',
      caFile: null,
      isSandbox: false,
    },
    account: { id: account.id, name: account.name, clientId: null, expiresAt: null },
    targets: [],
    directory: '/srv',
  });
  await entry.sent();
  expect((await journal.list()).map((one) => [one.id, one.isUnderWay])).toEqual([[id, true]]);
  await entry.leave();
  expect((await journal.list()).map((one) => [one.id, one.isUnderWay])).toEqual([[id, false]]);
  await lock.release();
});

import { expect, it } from 'vitest';

import { accountKey } from '../../../src/state/account-lock.ts';
import { openJournal, type Journal } from '../../../src/state/journal.ts';
import type { Intent } from '../../../src/state/record.ts';
import { entryKey } from '../../../src/state/shared/entry.ts';
import { openSharedJournal } from '../../../src/state/shared/journal.ts';
import { openSeenRecords } from '../../../src/state/shared/account-record.ts';
import { openSharedLocks } from '../../../src/state/shared/locks.ts';
import { account } from '../../delivery/answers.ts';
import { StateError, type StateStore } from '../../../src/state/store/store.ts';
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
  const locks = openSharedLocks({ ...shared, seen: openSeenRecords(), leaseMs: 60_000, run: null });
  const own = { ...ctx, stateDirectory: freshStateDirectory(), keepsSecrets: true };
  const sealing = { recipients: [], seal: () => Promise.resolve('sealed') };
  const local = openJournal(own);
  const journal = openSharedJournal({ ...shared, ...sealing, local, workerOn: locks.workerOn });
  return { locks, journal, local, store: shared.store, said };
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

const intent: Intent = {
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
};

async function listed(journal: Journal): Promise<readonly (readonly [id: string, isUnderWay: boolean])[]> {
  return (await journal.list()).map((one) => [one.id, one.isUnderWay]);
}

it('an entry that it writes is under way, until it is left', async () => {
  const { locks, journal } = world();
  const lock = await locks.lock({ ...ci, entry: id });
  const entry = await journal.begin(intent);
  await entry.sent();
  expect(await listed(journal)).toEqual([[id, true]]);
  await entry.leave();
  expect(await listed(journal)).toEqual([[id, false]]);
  await lock.release();
});

it('an entry is listed where the store cannot tell how old it is, e.g. a folder that can only be read', async () => {
  const { journal, local, locks, store } = world();
  const entry = await journal.begin(intent);
  await entry.sent();
  await entry.leave();
  const timeless: StateStore = {
    ...store,
    get: async (key) => {
      const found = await store.get(key);
      return found && { ...found, age: () => Promise.reject(new StateError('cannot tell the time in it')) };
    },
  };
  const { ctx } = testContext();
  const sealing = { recipients: [], seal: () => Promise.resolve('sealed') };
  const reader = openSharedJournal({
    ...ctx,
    ...sealing,
    store: timeless,
    report: () => Promise.resolve(),
    local,
    workerOn: locks.workerOn,
  });
  expect(await listed(reader)).toEqual([[id, false]]);
});

it('an entry that another run has settled is forgotten, and one that was never in the store is not', async () => {
  const { journal, local, locks, store } = world();
  const { connection } = intent;
  const lock = await locks.lock({ key: accountKey(connection, intent.account), name: 'ci' });
  await lock.release();
  const [shared, alone] = [await journal.begin(intent), await local.begin({ ...intent, id: id.replace('0b', '0c') })];
  for (const entry of [shared, alone]) {
    await entry.sent();
    await entry.leave();
  }
  expect(await listed(journal)).toHaveLength(2);
  const found = await store.get(entryKey(id));
  expect(await store.remove(entryKey(id), found?.revision ?? '')).toBe(true);
  expect(await listed(journal)).toEqual([[alone.id, false]]);
  expect((await local.list()).map((one) => one.id)).toEqual([alone.id]);
});

import { expect, test } from 'vitest';

import { entryKey, sharedEntry } from '../../../src/state/shared/entry.ts';
import { StateError } from '../../../src/state/store/store.ts';
import { testNow } from '../../harness/context.ts';
import { createModelStore, type ModelStoreOptions } from '../../harness/model-store.ts';
import { entryId, intentOf } from '../workspace.ts';

const key = entryKey(entryId);

function world() {
  let happens: ModelStoreOptions['pass'];
  const model = createModelStore({ now: () => testNow, pass: (...call) => happens?.(...call) });
  const holder = { pid: 1, host: 'host', bootId: null, pidNamespace: null, startTime: null };
  const intent = {
    ...intentOf(),
    startedAt: '2026-11-22T12:00:00.000Z',
    process: holder,
    keepsSecret: false,
    store: 'model:',
  };
  const entry = sharedEntry({
    id: entryId,
    path: `model:/${key}`,
    store: model.open(),
    intent,
    records: [{ type: 'intent', schema: 1, intent }],
    revision: null,
    local: null,
    keepsSecret: false,
    seal: () => Promise.reject(new Error('nothing is sealed')),
    recipients: [],
    now: () => testNow,
    report: () => Promise.resolve(),
    onEnd: () => undefined,
  });
  return {
    entry,
    values: model.values,
    /** The next write is done, or not, and its answer lost. */
    loseAnswer: (moment: 'before' | 'after') => {
      happens = (verb, _key, now) => {
        if (verb === 'get' || now !== moment) return;
        happens = undefined;
        throw new StateError('no answer', { isUncertain: true });
      };
    },
    /** Another run settles the entry. */
    settle: async () => {
      const store = model.open();
      await store.remove(key, (await store.get(key))?.revision ?? '');
    },
  };
}

const left = { outcome: 'undelivered', message: '' };

test.each(['before', 'after'] as const)(
  'a write whose answer is lost %s it is done is made up for by the next',
  async (moment) => {
    const { entry, values, loseAnswer } = world();
    loseAnswer(moment);
    await expect(entry.sent()).rejects.toThrow('no answer');
    await entry.outcome(left);
    expect(Buffer.from(values.get(key)?.bytes ?? []).toString()).toMatch(/^.*"intent".*\n.*"sent".*\n.*"outcome".*\n$/);
  },
);

test('one that another run has settled is not made again, whatever the last answer was', async () => {
  const { entry, values, loseAnswer, settle } = world();
  await entry.sent();
  loseAnswer('after');
  await expect(entry.outcome(left)).rejects.toThrow('no answer');
  await settle();
  await expect(entry.outcome(left)).rejects.toThrow(`another run has changed model:/${key}`);
  expect(values.has(key)).toBe(false);
});

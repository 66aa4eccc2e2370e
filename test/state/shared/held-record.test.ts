import { describe, expect, it } from 'vitest';

import {
  decodeAccount,
  encodeAccount,
  recordKey,
  type AccountRecord,
} from '../../../src/state/shared/account-record.ts';
import { heldRecord, type HeldRecord } from '../../../src/state/shared/held-record.ts';
import { StateError } from '../../../src/state/store/store.ts';
import { endless } from '../../harness/context.ts';
import { createModelStore, type ModelStoreOptions } from '../../harness/model-store.ts';

const key = recordKey('digest');
const leaseMs = 60_000;

const holder = { pid: 1, host: 'host', bootId: null, pidNamespace: null, startTime: null };

function recordOf(token: string): AccountRecord & { readonly hold: NonNullable<AccountRecord['hold']> } {
  const hold = { token, holder, run: null, since: '2026-11-22T12:00:00Z', leaseMs, entry: null };
  return { generation: 1, key: ['nscale', 'a1'], name: 'ci', issued: null, heads: [], hold };
}

interface World {
  readonly held: HeldRecord;
  /** Milliseconds go by. */
  readonly pass: (ms: number) => void;
  /** What happens at each call of the store from now on. */
  readonly meet: (pass: ModelStoreOptions['pass']) => void;
  /** Another run writes the record. */
  readonly takeOver: () => Promise<void>;
  /** Whose it is in the store; null is nobody's. */
  readonly owner: () => string | null;
  /** The verbs that were called. */
  readonly calls: readonly string[];
}

/** A run that took the record a moment ago. */
async function world(): Promise<World> {
  let now = 0;
  let stamps = 0;
  let happens: ModelStoreOptions['pass'];
  const calls: string[] = [];
  const model = createModelStore({
    now: () => now,
    pass: (verb, name, moment) => {
      if (moment === 'before') calls.push(verb);
      return happens?.(verb, name, moment);
    },
  });
  const store = model.open();
  const record = recordOf('ours');
  const revision = await store.create(key, encodeAccount(record, 'first'));
  calls.length = 0;
  const held = heldRecord({
    store,
    key,
    record,
    revision: revision ?? '',
    takenAt: 0,
    now: () => now,
    timeout: endless,
    uuid: () => String((stamps += 1)),
  });
  return {
    held,
    calls,
    pass: (ms) => void (now += ms),
    meet: (pass) => void (happens = pass),
    takeOver: async () => {
      const found = await store.get(key);
      await store.replace(key, encodeAccount(recordOf('theirs'), 'other'), found?.revision ?? '');
      calls.length = 0;
    },
    owner: () => {
      const kept = model.values.get(key);
      return kept === undefined ? null : (decodeAccount(kept.bytes, key).hold?.token ?? null);
    },
  };
}

function fails(): never {
  throw new StateError('no answer');
}

describe('a record that is held', () => {
  it('is renewed by a write', async () => {
    const { held, calls } = await world();
    expect(await held.renew()).toBe(true);
    expect(calls).toEqual(['replace']);
  });

  it('is ours without an answer, until a lease after the last renewal', async () => {
    const { held, meet, pass } = await world();
    pass(leaseMs);
    expect(await held.renew()).toBe(true);
    meet(fails);
    pass(leaseMs - 1);
    expect(await held.renew()).toBe(true);
    pass(1);
    expect(await held.renew()).toBeNull();
  });

  it('is ours where the answer to an earlier renewal was lost', async () => {
    const { held, meet, owner, calls } = await world();
    meet((verb, _, moment) => (verb === 'replace' && moment === 'after' ? fails() : undefined));
    expect(await held.renew()).toBe(true);
    meet(undefined);
    expect(await held.renew()).toBe(true);
    expect(owner()).toBe('ours');
    expect(calls).toEqual(['replace', 'get', 'replace']);
  });

  it('is lost where another run has it, and is not asked for again', async () => {
    const { held, takeOver, calls, owner } = await world();
    await takeOver();
    expect(await held.renew()).toBe(false);
    expect(await held.renew()).toBe(false);
    expect(calls).toEqual(['replace', 'get']);
    await held.release();
    expect(owner()).toBe('theirs');
    expect(calls).toEqual(['replace', 'get']);
  });

  it('does not hide a bug', async () => {
    const { held, meet } = await world();
    meet(() => {
      throw new TypeError('a bug');
    });
    await expect(held.renew()).rejects.toThrow('a bug');
  });

  it('is nobody’s once it is released', async () => {
    const { held, owner } = await world();
    await held.release();
    expect(owner()).toBeNull();
  });

  it('is released without trouble where the store does not answer', async () => {
    const { held, meet, owner } = await world();
    meet(fails);
    await held.release();
    expect(owner()).toBe('ours');
  });
});

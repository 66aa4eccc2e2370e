import type { StateStore } from '../../src/state/store/store.ts';
import { checkedStore } from '../../src/state/store/key.ts';

interface Kept {
  readonly bytes: Uint8Array;
  readonly revision: string;
  readonly writtenAt: number;
}

/** A state store in memory. Every client that is opened works on the same values; each call takes turns of the event loop. */
export interface ModelStore {
  readonly open: () => StateStore;
  readonly values: ReadonlyMap<string, Kept>;
}

export interface ModelStoreOptions {
  /** The store's own clock, in milliseconds. */
  readonly now?: () => number;
  /** Called before and after every verb has taken effect; may wait, or throw. */
  readonly pass?: (verb: string, key: string, moment: 'before' | 'after') => Promise<void> | void;
}

export function createModelStore({ now = Date.now, pass = () => undefined }: ModelStoreOptions = {}): ModelStore {
  const values = new Map<string, Kept>();
  let writes = 0;

  function write(key: string, bytes: Uint8Array): string {
    const revision = `r${String((writes += 1))}`;
    values.set(key, { bytes: Uint8Array.from(bytes), revision, writtenAt: now() });
    return revision;
  }

  async function verb<Result>(name: string, key: string, work: () => Result): Promise<Result> {
    await Promise.resolve();
    await pass(name, key, 'before');
    const result = work();
    await pass(name, key, 'after');
    return result;
  }

  function open(): StateStore {
    return checkedStore({
      address: 'model:',
      get: (key) =>
        verb('get', key, () => {
          const found = values.get(key);
          if (found === undefined) return null;
          const age = now() - found.writtenAt;
          return { bytes: found.bytes, revision: found.revision, age: () => Promise.resolve(age) };
        }),
      create: (key, bytes) => verb('create', key, () => (values.has(key) ? null : write(key, bytes))),
      replace: (key, bytes, revision) =>
        verb('replace', key, () => (values.get(key)?.revision === revision ? write(key, bytes) : null)),
      remove: (key, revision) =>
        verb('remove', key, () => values.get(key)?.revision === revision && values.delete(key)),
      list: (prefix) =>
        verb('list', prefix, () => [...values.keys()].filter((key) => key.startsWith(prefix)).toSorted()),
      init: () => Promise.resolve('the model is there'),
      close: () => Promise.resolve(),
    });
  }

  return { open, values };
}

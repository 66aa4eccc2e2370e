import { randomUUID } from 'node:crypto';

import { afterEach, beforeAll, describe, expect, it, test } from 'vitest';

import { checkedStore, keySegment } from '../../../src/state/store/key.ts';
import { largestValue, type StateStore } from '../../../src/state/store/store.ts';

/** A store that tests may write into. */
export interface StoreWorld {
  /** One more client, with connections of its own. */
  readonly open: () => Promise<StateStore> | StateStore;
  /** Whether it has a clock. */
  readonly tellsAge: boolean;
  /** How often writers meet. */
  readonly rounds: number;
}

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}

/** A value that was never written before. */
export function freshValue(of = 'value'): Uint8Array {
  return bytesOf(`${of} ${randomUUID()}`);
}

/** What stands there, as text, and its revision. */
async function seen(store: StateStore, key: string): Promise<{ text: string; revision: string } | null> {
  const found = await store.get(key);
  return found === null ? null : { text: Buffer.from(found.bytes).toString(), revision: found.revision };
}

export async function textOf(store: StateStore, key: string): Promise<string | null> {
  return (await seen(store, key))?.text ?? null;
}

async function created(store: StateStore, key: string, bytes = freshValue()): Promise<string> {
  const revision = await store.create(key, bytes);
  if (revision === null) throw new Error(`${key} is there`);
  return revision;
}

/**
 * What every state store promises (docs/design.md 11). `isAtomic` is false for a server that only plays one: it looks whether a
 * condition holds, and writes a moment later.
 */
export function describeStore(
  name: string,
  makeWorld: () => Promise<StoreWorld> | StoreWorld,
  { isAtomic }: { readonly isAtomic: boolean } = { isAtomic: true },
): void {
  let world: StoreWorld;
  const clients: StateStore[] = [];
  let folders = 0;

  beforeAll(async () => {
    world = await makeWorld();
    await (await open()).init();
  }, 60_000);
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });

  async function open(): Promise<StateStore> {
    const client = checkedStore(await world.open());
    clients.push(client);
    return client;
  }

  /** A key that no other test has. */
  function freshKey(rest = 'key'): string {
    folders += 1;
    return `test/${String(folders)}/${rest}`;
  }

  /** Lets writers start at once; the answers are those of each. */
  async function meet<Result>(writers: number, work: (store: StateStore, at: number) => Promise<Result>) {
    const stores = await Promise.all(Array.from({ length: writers }, open));
    for (const store of stores) await store.get('test/warm-up');
    return Promise.all(stores.map(work));
  }

  async function inRounds(work: () => Promise<void>): Promise<void> {
    for (let round = 0; round < world.rounds; round += 1) await work();
  }

  describe.each([name])('%s', () => {
    test('a value is there once it was created, with its revision, and is not created twice', async () => {
      const store = await open();
      const key = freshKey();
      expect(await store.get(key)).toBeNull();
      const revision = await store.create(key, bytesOf('first'));
      expect(await store.create(key, bytesOf('second'))).toBeNull();
      expect(await seen(await open(), key)).toEqual({ text: 'first', revision });
    });

    test('a value is replaced only where it is the one that was read', async () => {
      const store = await open();
      const key = freshKey();
      expect(await store.replace(key, bytesOf('nothing'), await created(store, freshKey()))).toBeNull();
      const first = await created(store, key, bytesOf('first'));
      const second = await store.replace(key, bytesOf('second'), first);
      expect(second).not.toBeNull();
      expect(second).not.toBe(first);
      expect(await store.replace(key, bytesOf('late'), first)).toBeNull();
      expect(await seen(store, key)).toEqual({ text: 'second', revision: second });
    });

    test('a value is removed only where it is the one that was read', async () => {
      const store = await open();
      const key = freshKey();
      const first = await created(store, key);
      const second = (await store.replace(key, bytesOf('second'), first)) ?? '';
      expect(await store.remove(key, first)).toBe(false);
      expect(await textOf(store, key)).toBe('second');
      expect(await store.remove(key, second)).toBe(true);
      expect(await store.get(key)).toBeNull();
      expect(await store.remove(key, second)).toBe(false);
      expect(await store.replace(key, bytesOf('late'), second)).toBeNull();
      expect(await store.get(key)).toBeNull();
    });

    test('a value that was removed can be created again, and is another one then', async () => {
      const store = await open();
      const key = freshKey();
      const first = await created(store, key);
      await store.remove(key, first);
      const again = await created(store, key, bytesOf('again'));
      expect(again).not.toBe(first);
      expect(await store.replace(key, bytesOf('late'), first)).toBeNull();
      expect(await store.remove(key, first)).toBe(false);
      expect(await textOf(store, key)).toBe('again');
      expect(await store.replace(key, bytesOf('next'), again)).not.toBeNull();
    });

    test('a writer that slept while others wrote loses', async () => {
      const store = await open();
      const key = freshKey();
      const first = await created(store, key);
      let current = first;
      for (const text of ['second', 'third', 'fourth']) {
        current = (await store.replace(key, bytesOf(text), current)) ?? '';
      }
      expect(await (await open()).replace(key, bytesOf('slow'), first)).toBeNull();
      expect(await textOf(store, key)).toBe('fourth');
    });

    it.each([
      ['one byte', Uint8Array.of(0)],
      ['every byte', Uint8Array.from({ length: 256 }, (_, at) => at)],
      ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0x0d, 0x0a, 0x1a, 0x00, 0xc3)],
    ])('keeps %s as they are', async (_, bytes) => {
      const store = await open();
      const key = freshKey();
      await created(store, key, bytes);
      expect(Buffer.from((await store.get(key))?.bytes ?? []).equals(bytes)).toBe(true);
    });

    test('the largest value is kept, and nothing larger or empty is written', async () => {
      const store = await open();
      const key = freshKey();
      const large = Buffer.alloc(largestValue, 0xa7);
      await expect(store.create(key, Buffer.alloc(largestValue + 1))).rejects.toThrow(/bytes/);
      await expect(store.create(key, new Uint8Array())).rejects.toThrow(/bytes/);
      await created(store, key, large);
      expect(Buffer.from((await store.get(key))?.bytes ?? []).equals(large)).toBe(true);
    });

    test('keys are listed by what they begin with, in order', async () => {
      const store = await open();
      const folder = freshKey('');
      const names = ['b', 'aa', 'a1/x', 'a=2', 'a/b/c', 'a/b-c', 'gone', '2026-11-22/01k', '5'];
      for (const rest of names) await created(store, `${folder}${rest}`);
      const gone = await store.get(`${folder}gone`);
      await store.remove(`${folder}gone`, gone?.revision ?? '');
      const expected = names.filter((rest) => rest !== 'gone').map((rest) => `${folder}${rest}`);
      expect(await store.list(folder)).toEqual(expected.toSorted());
      expect(await store.list(`${folder}a/`)).toEqual([`${folder}a/b-c`, `${folder}a/b/c`]);
      expect(await store.list(`${folder}nothing/`)).toEqual([]);
      expect(await store.list('')).toEqual(expect.arrayContaining(expected));
    });

    test('any text can be a part of a key', async () => {
      const store = await open();
      const folder = freshKey('');
      const texts = [
        'CI',
        'ci',
        'con',
        '..',
        '.',
        ' ',
        'a/b',
        'ü',
        'a\u0000b',
        'x'.repeat(300),
        'x'.repeat(301),
        '%2F',
      ];
      for (const text of texts) await created(store, `${folder}${keySegment(text)}`, bytesOf(JSON.stringify(text)));
      for (const text of texts) expect(await textOf(store, `${folder}${keySegment(text)}`)).toBe(JSON.stringify(text));
      expect(await store.list(folder)).toHaveLength(texts.length);
    });

    test('how old a value is comes from the clock of the store', async () => {
      const store = await open();
      const key = freshKey();
      await created(store, key);
      const age = (await (await store.get(key))?.age()) ?? null;
      expect({ tellsAge: age !== null, isYoung: (age ?? 0) >= 0 && (age ?? 0) < 30_000 }).toEqual({
        tellsAge: world.tellsAge,
        isYoung: true,
      });
    });

    describe.skipIf(!isAtomic)('of which several use a key at once', () => {
      describeContest();
    });
  });

  function describeContest(): void {
    const count = 16;

    test(`of ${count} that create a value at once, one does`, async () => {
      await inRounds(async () => {
        const key = freshKey();
        const answers = await meet(count, (store, at) => store.create(key, bytesOf(`by ${at}`)));
        const winners = answers.flatMap((answer, at) => (answer === null ? [] : [{ answer, at }]));
        expect(winners).toHaveLength(1);
        const text = `by ${String(winners[0]?.at)}`;
        expect(await seen(await open(), key)).toEqual({ text, revision: winners[0]?.answer });
      });
    });

    test(`of ${count} that replace a value at once, one does`, async () => {
      const store = await open();
      await inRounds(async () => {
        const key = freshKey();
        const first = await created(store, key);
        const answers = await meet(count, (writer, at) => writer.replace(key, bytesOf(`by ${at}`), first));
        const winners = answers.flatMap((answer, at) => (answer === null ? [] : [{ answer, at }]));
        expect(winners).toHaveLength(1);
        const text = `by ${String(winners[0]?.at)}`;
        expect(await seen(store, key)).toEqual({ text, revision: winners[0]?.answer });
      });
    });

    test('of some that replace a value and some that remove it at once, one does', async () => {
      const store = await open();
      await inRounds(async () => {
        const key = freshKey();
        const first = await created(store, key);
        const answers = await meet(8, async (writer, at) =>
          at % 2 === 0 ? writer.remove(key, first) : (await writer.replace(key, freshValue(), first)) !== null,
        );
        expect(answers.filter(Boolean)).toHaveLength(1);
        expect((await store.get(key)) === null).toBe(answers.indexOf(true) % 2 === 0);
      });
    });

    test('of some that create a removed value again at once, one does', async () => {
      const store = await open();
      await inRounds(async () => {
        const key = freshKey();
        await store.remove(key, await created(store, key));
        const answers = await meet(8, (writer) => writer.create(key, freshValue()));
        expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
      });
    });

    test('every change that was answered counts, and no other', async () => {
      const key = freshKey();
      const each = 2 + world.rounds;
      await created(await open(), key, bytesOf('0 start'));
      await meet(4, async (store) => {
        for (let done = 0; done < each;) {
          const found = await store.get(key);
          if (found === null) throw new Error(`${key} is gone`);
          const next = Number.parseInt(Buffer.from(found.bytes).toString(), 10) + 1;
          if ((await store.replace(key, freshValue(String(next)), found.revision)) !== null) done += 1;
        }
      });
      expect(Number.parseInt((await textOf(await open(), key)) ?? '', 10)).toBe(4 * each);
    });
  }
}

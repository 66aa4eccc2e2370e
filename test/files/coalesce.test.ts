import { describe, expect, it } from 'vitest';

import { onceDone, coalesce, coalesceBy } from '../../src/files/coalesce.ts';

/** Work that goes on until it is told to end, and notes every time that it began. */
function heldWork(): {
  readonly work: () => Promise<void>;
  readonly begun: () => number;
  readonly end: (error?: Error) => void;
} {
  const ends: ((error?: Error) => void)[] = [];
  return {
    work: () =>
      new Promise((resolve, reject) => {
        ends.push((error) => (error === undefined ? resolve() : reject(error)));
      }),
    begun: () => ends.length,
    end: (error) => ends.at(-1)?.(error),
  };
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('together', () => {
  it('lets whoever asks during the work share the next time, which is one', async () => {
    const { work, begun, end } = heldWork();
    const run = coalesce(work);
    const first = run();
    const others = [run(), run(), run()];
    await turn();
    expect(begun()).toBe(1);
    end();
    await first;
    await turn();
    expect(begun()).toBe(2);
    end();
    await Promise.all(others);
    expect(begun()).toBe(2);
  });

  it('does it again for whoever asks afterwards', async () => {
    let times = 0;
    const run = coalesce(() => {
      times += 1;
      return Promise.resolve();
    });
    await run();
    await run();
    expect(times).toBe(2);
  });

  it('starts once more for those who ask while the second time is under way', async () => {
    const { work, begun, end } = heldWork();
    const run = coalesce(work);
    const asked = [run(), run()];
    end();
    await turn();
    asked.push(run());
    end();
    await turn();
    expect(begun()).toBe(3);
    end();
    await Promise.all(asked);
  });

  it('fails those whose work failed, and no others', async () => {
    const { work, end } = heldWork();
    const run = coalesce(work);
    const first = run();
    const second = run();
    end(new Error('no'));
    await expect(first).rejects.toThrow('no');
    await turn();
    end();
    await expect(second).resolves.toBeUndefined();
  });

  it('forgets a failure', async () => {
    let times = 0;
    const run = coalesce(() => {
      times += 1;
      return times === 1 ? Promise.reject(new Error('no')) : Promise.resolve();
    });
    await expect(run()).rejects.toThrow('no');
    await expect(run()).resolves.toBeUndefined();
  });
});

describe('coalesceBy', () => {
  it('keeps apart what has another key', async () => {
    const { work, begun, end } = heldWork();
    const keys: string[] = [];
    const run = coalesceBy((key) => {
      keys.push(key);
      return work();
    });
    const all = [run('one'), run('other'), run('one')];
    expect(keys).toEqual(['one', 'other']);
    end();
    await all[1];
    expect(begun()).toBe(2);
  });
});

describe('onceDone', () => {
  it('does it once, for those who ask early and late', async () => {
    const { work, begun, end } = heldWork();
    const run = onceDone(work);
    const early = [run(), run()];
    end();
    await Promise.all(early);
    await run();
    expect(begun()).toBe(1);
  });

  it('tries again after it has failed', async () => {
    let times = 0;
    const run = onceDone(() => {
      times += 1;
      return times === 1 ? Promise.reject(new Error('no')) : Promise.resolve();
    });
    await expect(run()).rejects.toThrow('no');
    await run();
    await run();
    expect(times).toBe(2);
  });
});

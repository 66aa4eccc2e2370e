import { describe, expect, it } from 'vitest';

import { createTrail } from '../../src/fleet/trail.ts';

/** Work that says at once that others may begin, and ends when it is told to. */
function openEnded(begun: string[], name: string) {
  const ends: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  const over = new Promise<void>((resolve, reject) => ends.push({ resolve, reject }));
  return {
    end: () => ends[0]?.resolve(),
    fail: (error: Error) => ends[0]?.reject(error),
    work: (goOn: () => void) => {
      begun.push(name);
      goOn();
      return over;
    },
  };
}

describe('a trail', () => {
  it('lets a lane go on before the work is over, and no further than there is room', async () => {
    const begun: string[] = [];
    const [one, two, three] = ['one', 'two', 'three'].map((name) => openEnded(begun, name));
    const trail = createTrail(1);
    await trail.follow((goOn) => one?.work(goOn) ?? Promise.resolve());
    const second = trail.follow((goOn) => two?.work(goOn) ?? Promise.resolve()).then(() => begun.push('after two'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual(['one', 'two']);
    one?.end();
    await second;
    const third = trail.follow((goOn) => three?.work(goOn) ?? Promise.resolve());
    two?.end();
    three?.end();
    await third;
    await trail.end();
    expect(begun).toEqual(['one', 'two', 'after two', 'three']);
  });

  it('waits for work that does not say that others may begin', async () => {
    const trail = createTrail(9);
    let isOver = false;
    await trail.follow(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      isOver = true;
    });
    expect(isOver).toBe(true);
  });

  it('lets nobody go on before the work is over where there is to be none', async () => {
    const begun: string[] = [];
    const one = openEnded(begun, 'one');
    const first = createTrail(null)
      .follow(one.work)
      .then(() => begun.push('after one'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual(['one']);
    one.end();
    await first;
    expect(begun).toEqual(['one', 'after one']);
  });

  it('tells of a failure that came after the lane had gone on, in the next lane and in the end', async () => {
    const trail = createTrail(9);
    const one = openEnded([], 'one');
    await trail.follow(one.work);
    one.fail(new Error('broken'));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(trail.follow(() => Promise.resolve())).rejects.toThrow('broken');
    await expect(trail.end()).rejects.toThrow('broken');
  });
});

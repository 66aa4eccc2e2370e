import { describe, expect, it } from 'vitest';

import type { Outcome } from '../harness/run.ts';
import { entriesIn } from '../outcomes/observe.ts';
import { itemsOf, verdictOf } from './agreement.ts';
import { createWorld, isMutation, toFiles, type World } from './world.ts';

const rotate = ['sa', 'rotate', ...toFiles, '--yes', '--json'];
const soon = ['--expiring-within', '14d'];

/** The second of three accounts is rotated, and its answer is lost for good. */
async function withLostAnswer(): Promise<World> {
  let isFirst = true;
  const world = createWorld({
    accounts: 3,
    network: (fetch) => async (input, init) => {
      const request = new Request(input, init);
      const isLost = isFirst && isMutation(request) && request.url.includes('000000000002/');
      const response = await fetch(request);
      if (!isLost) return response;
      isFirst = false;
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
    },
  });
  const run = await world.run([...rotate, ...soon, '--no-reissue']);
  expect(verdicts(run)).toEqual(['rotated', 'failed: 7', 'rotated']);
  return world;
}

function verdicts(run: Outcome): readonly string[] {
  return itemsOf(run)
    .toSorted((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1))
    .map(verdictOf);
}

describe('an account whose answer was lost', () => {
  it('is rotated by the next run, however late it expires, and only it', async () => {
    const world = await withLostAnswer();
    expect(entriesIn(world.stateDirectory)).toHaveLength(1);
    const again = await world.run([...rotate, ...soon]);
    expect(verdicts(again)).toEqual(['skipped: not due', 'rotated', 'skipped: not due']);
    expect({ code: again.code, entries: entriesIn(world.stateDirectory) }).toEqual({ code: 0, entries: [] });
    const third = await world.run([...rotate, ...soon]);
    expect({ code: third.code, verdicts: verdicts(third) }).toEqual({
      code: 0,
      verdicts: Array(3).fill('skipped: not due'),
    });
    expect(world.mutations()).toHaveLength(4);
  });

  it('is left to whoever said that it is done with', async () => {
    const world = await withLostAnswer();
    const [entry] = entriesIn(world.stateDirectory);
    const id = entry?.name.replace(/\..*$/, '') ?? '';
    expect((await world.run(['recover', 'discard', '--id', id, '--yes'])).code).toBe(0);
    const again = await world.run([...rotate, ...soon]);
    expect(verdicts(again)).toEqual(Array(3).fill('skipped: not due'));
  });
});

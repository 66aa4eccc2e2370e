import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Context } from '../../src/context.ts';
import { main } from '../../src/main.ts';
import { disagreements, itemsOf, verdictOf } from './agreement.ts';
import { createWorld, toFiles } from './world.ts';

const rotate = ['sa', 'rotate', '--all', ...toFiles, '--yes', '--json'];

/** Gives ids, and fails at the nth as only a bug does. */
function failingAt(nth: number, { uuid }: Context): Context['uuid'] {
  let count = 0;
  return () => {
    count += 1;
    if (count === nth) throw new TypeError('undefined is not a function');
    return uuid();
  };
}

describe('what nobody expected', () => {
  it('costs the account that it is about, and not the report', async () => {
    const world = createWorld({ accounts: 6 });
    const { ctx, stdout, stderr } = world.context();
    const code = await main(rotate, { ...ctx, uuid: failingAt(3, ctx) });
    const run = { code, stdout: stdout(), stderr: stderr() };
    expect({ code, wrong: disagreements(world, run) }).toEqual({ code: 6, wrong: [] });
    const failed = itemsOf(run).filter(({ kind }) => kind === 'failed');
    expect(failed).toMatchObject([
      { exitCode: 1, error: { code: 'bug', message: 'an unexpected error, a bug in sactl; nothing was changed' } },
    ]);
    expect(itemsOf(run).filter(({ kind }) => kind === 'rotated')).toHaveLength(5);
  });

  it('of the locks keeps every account as it is', async () => {
    const world = createWorld({
      accounts: 3,
      network: (fetch) => (input, init) => {
        const isLast = new Request(input, init).url.endsWith('/userinfo');
        if (isLast) writeFileSync(join(world.stateDirectory, 'locks'), 'a file');
        return fetch(input, init);
      },
    });
    mkdirSync(world.stateDirectory, { mode: 0o700 });
    const run = await world.run(rotate);
    expect(itemsOf(run).map(verdictOf)).toEqual(Array(3).fill('failed: 2'));
    expect({ code: run.code, sent: world.mutations() }).toEqual({ code: 2, sent: [] });
  });
});

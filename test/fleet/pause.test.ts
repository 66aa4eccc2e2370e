import { expect, it } from 'vitest';

import type { Fetch } from '../harness/fetch.ts';
import { refusedByAny } from '../harness/refusal.ts';
import { isMutation } from '../outcomes/world.ts';
import { disagreements } from './agreement.ts';
import { createWorld, toFiles, type WorldOptions } from './world.ts';

const rotate = ['sa', 'rotate', '--all', '--yes', '--json', ...toFiles];

/** Answers the first so many changes with 429, and a wait of so many seconds. */
function limiting(times: number, seconds: string): NonNullable<WorldOptions['network']> {
  let left = times;
  return (fetch: Fetch) => (input, init) => {
    if (!isMutation(new Request(input, init)) || left <= 0) return fetch(input, init);
    left -= 1;
    const { body } = refusedByAny();
    return Promise.resolve(new Response(body, { status: 429, headers: { 'retry-after': seconds } }));
  };
}

it('a wait that is asked of one account holds all of the connection, and is told once', async () => {
  const world = createWorld({ accounts: 8, network: limiting(1, '20') });
  const run = await world.run(rotate);
  expect({ code: run.code, wrong: disagreements(world, run) }).toEqual({ code: 0, wrong: [] });
  const told = run.stderr.split('\n').filter((line) => line.includes('waiting'));
  expect(told).toEqual(['sactl: waiting 20 seconds before the next request to nscale, as its answer asks']);
});

it('is not told with --quiet', async () => {
  const world = createWorld({ accounts: 2, network: limiting(1, '20') });
  expect(await world.run([...rotate, '--quiet'])).toMatchObject({ code: 0, stderr: '' });
});

it('a wait of a day is asked of a few accounts at most: the others are not even sent', async () => {
  const world = createWorld({ accounts: 12, network: limiting(Infinity, '86400') });
  const { code, stdout, stderr } = await world.run([...rotate, '--concurrency', '2']);
  const { failed, rotated } = JSON.parse(stdout) as {
    failed: readonly { error: { code: string; message: string; hint: string; retryable: boolean }; exitCode: number }[];
    rotated: readonly unknown[];
  };
  expect({ rotated: rotated.length, failed: failed.length }).toEqual({ rotated: 0, failed: 12 });
  expect(new Set(failed.map(({ error, exitCode }) => `${error.code} ${exitCode}`))).toEqual(
    new Set(['rate_limited 1']),
  );
  expect(
    failed.map(({ error }) => error.message).filter((text) => text.includes('asks to wait 24 hours')).length,
  ).toBeLessThan(5);
  expect(failed.at(-1)?.error.message).toContain(
    'not sent, because nscale asked for a pause, of which 24 hours are left',
  );
  expect(stderr).not.toContain('waiting');
  expect(code).toBe(1);
});

import { describe, expect, it } from 'vitest';

import { InterruptedError } from '../../src/errors.ts';
import type { TestContextOptions } from '../harness/context.ts';
import { createWorld, isMutation, toFiles } from '../fleet/world.ts';

const one = ['sa', 'rotate', '--id', 'app-001'];
const all = ['sa', 'rotate', '--all'];
const waiting = 'interrupted: what was sent is given 5 seconds; Ctrl-C again ends at once';

/** What is on stderr, and the exit code, when Ctrl-C comes with a request that is never answered. */
async function interrupted(
  argv: readonly string[],
  options: TestContextOptions = { terminal: 100 },
): Promise<{ code: number; stderr: string }> {
  const controller = new AbortController();
  const world = createWorld({
    accounts: 2,
    network: (fetch) => (input, init) => {
      if (!isMutation(new Request(input, init))) return fetch(input, init);
      controller.abort(new InterruptedError('SIGINT'));
      return new Promise((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    },
  });
  const argvWithTarget = [...argv, ...toFiles, '--yes', '--no-color'];
  return world.run(argvWithTarget, { signal: controller.signal, ...options });
}

describe('Ctrl-C while a new credential is on its way', () => {
  it.each([
    ['one account', one],
    ['all', all],
  ])('tells a person what is waited for: %s', async (_, argv) => {
    const { code, stderr } = await interrupted(argv);
    expect(code).toBe(7);
    expect(stderr.split(waiting)).toHaveLength(2);
  });

  it('tells nobody where nobody is', async () => {
    expect((await interrupted(one, { terminal: 100, env: { CI: 'true' } })).stderr).not.toContain(waiting);
    expect((await interrupted(one, {})).stderr).not.toContain(waiting);
  });

  it('says nothing with --quiet', async () => {
    expect((await interrupted([...one, '--quiet'])).stderr).not.toContain(waiting);
  });
});

it('Ctrl-C before anything was sent ends at once, and needs no words', async () => {
  const controller = new AbortController();
  controller.abort(new InterruptedError('SIGINT'));
  const world = createWorld({ accounts: 2 });
  const argv = [...one, ...toFiles, '--yes', '--no-color'];
  const run = await world.run(argv, { terminal: 100, signal: controller.signal });
  expect(run).toMatchObject({ code: 130, stderr: 'sactl: interrupted; nothing was changed\n' });
});

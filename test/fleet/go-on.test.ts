// @module-tag slow
import { describe, expect, it } from 'vitest';

import { InterruptedError } from '../../src/errors.ts';
import { createWorld, isMutation, toFiles, type World } from './world.ts';

const rotate = ['sa', 'rotate', ...toFiles, '--yes', '--no-verify'];

interface Halted {
  readonly world: World;
  readonly stderr: string;
  readonly code: number;
}

/** A run that Ctrl-C meets with its second rotation. */
async function interrupted(argv: readonly string[], accounts: number): Promise<Halted> {
  const controller = new AbortController();
  let met = 0;
  const world = createWorld({
    accounts,
    network: (fetch) => async (input, init) => {
      const request = new Request(input, init);
      if (isMutation(request)) met += 1;
      if (met === 2) controller.abort(new InterruptedError('SIGINT'));
      return fetch(request);
    },
  });
  const { code, stderr } = await world.run(argv, { signal: controller.signal });
  return { world, code, stderr };
}

/** The command behind a hint, as words. */
function commandIn(stderr: string): readonly string[] {
  const [, command = ''] = /go on with what is left: sactl (.*)/.exec(stderr) ?? [];
  return command.split(' ').map((word) => word.replaceAll("'", ''));
}

/** How often each account was rotated, the most often first. */
function timesEach(world: World): readonly number[] {
  const times = new Map<string, number>();
  for (const request of world.mutations()) times.set(request, (times.get(request) ?? 0) + 1);
  return [...times.values()].toSorted((a, b) => b - a);
}

/** The second answer was lost, so that its account is rotated again; no other is. */
function onceEach(accounts: number): readonly number[] {
  return [2, ...Array<number>(accounts - 1).fill(1)];
}

describe('a run that was interrupted', () => {
  it('says the command that goes on with the ids that are left', async () => {
    const { world, code, stderr } = await interrupted([...rotate, '--all', '--concurrency', '1'], 6);
    const command = commandIn(stderr);
    // The first credential is at its place by then, or is kept.
    expect([7, 8]).toContain(code);
    expect(command.filter((word) => word === '--id')).toHaveLength(5);
    expect(command).not.toContain('--all');
    expect(stderr).toMatch(/hint: "?sactl recover list.*; then go on with what is left: sactl serviceaccounts rotate /);
    expect((await world.run(command)).code).toBe(0);
    expect(timesEach(world)).toEqual(onceEach(6));
  });

  it('says the time of the last rotations where the ids are many', async () => {
    const { world, stderr } = await interrupted([...rotate, '--match', 'a*', '--concurrency', '1'], 30);
    const command = commandIn(stderr);
    expect(command.join(' ')).toContain('--match a* --older-than 12h --age-from createdAt --concurrency 1');
    expect((await world.run(command)).code).toBe(0);
    expect(timesEach(world)).toEqual(onceEach(30));
  });

  it('says the same command where time tells what was rotated', async () => {
    const argv = [...rotate, '--expiring-within', '60d', '--concurrency', '1'];
    const { world, stderr } = await interrupted(argv, 6);
    const command = commandIn(stderr);
    expect(command).toContain('--expiring-within');
    expect((await world.run(command)).code).toBe(0);
    expect(timesEach(world)).toEqual(onceEach(6));
  });

  it('says no command where nothing was rotated: the same one does it', async () => {
    const world = createWorld({
      accounts: 3,
      network: () => () => Promise.resolve(new Response(null, { status: 403 })),
    });
    const { stderr } = await world.run([...rotate, '--all']);
    expect(stderr).not.toContain('go on with what is left');
  });
});

describe('a run of all', () => {
  it('says which accounts it would rotate again', async () => {
    const world = createWorld({ accounts: 3 });
    expect((await world.run([...rotate, '--id', 'app-001', '--id', 'app-002'])).code).toBe(0);
    const { stderr } = await world.run([...rotate, '--all', '--dry-run']);
    expect(stderr).toContain(
      'sactl: 2 accounts were rotated less than 12h ago, and would be rotated again; --older-than 12h --age-from createdAt leaves such accounts out\n',
    );
    const { stderr: silent } = await world.run([
      ...rotate,
      '--all',
      '--older-than',
      '12h',
      '--age-from',
      'createdAt',
      '--dry-run',
    ]);
    expect(silent).not.toContain('rotated again');
  });
});

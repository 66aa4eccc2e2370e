// @module-tag slow
import { describe, expect, it } from 'vitest';

import { goOn } from './go-on.ts';
import { afterKill, target, type Command, type Kill } from './killed.ts';
import { describeSeen, expectTold, lookAround } from './look.ts';

// docs/design.md 6: wherever the program is killed, a credential that was issued is in its target or in the journal, or the
// journal says that no answer came. A history is what is found after a kill at the first step, at the second and so on,
// each state once; the last one is that of a run that comes to its end.

const to = ['--to', `file:${target}`];
const rotate = { operation: 'rotate', prints: false, before: 'the old credential' } as const;
const create = { operation: 'create', prints: false, before: null, account: 'fresh' } as const;
const creation = ['sa', 'create', '--name', 'fresh', ...to];

function rotation(account: string): readonly string[] {
  return ['sa', 'rotate', '--id', account, '--yes'];
}

const commands = {
  'sa rotate --to on nscale': {
    ...rotate,
    provider: 'nscale',
    account: 'ci-deploy',
    argv: [...rotation('ci-deploy'), ...to],
  },
  'sa rotate --to on Run:ai': {
    ...rotate,
    provider: 'runai',
    account: 'ci-vision',
    argv: [...rotation('ci-vision'), ...to],
  },
  'sa create --to on nscale': { ...create, provider: 'nscale', argv: creation },
  'sa create --to on Run:ai': { ...create, provider: 'runai', argv: creation },
  'sa rotate to stdout on nscale': {
    ...rotate,
    provider: 'nscale',
    account: 'ci-deploy',
    argv: [...rotation('ci-deploy'), '-q', '.credential.value'],
    prints: true,
    before: null,
  },
} as const satisfies Record<string, Command>;

const timeout = 120_000;

describe.each(Object.entries(commands))('%s', (_, command) => {
  it('loses no credential when it is killed before any of its steps', { timeout }, async () => {
    expect(await history(command, 'before')).toEqual([
      'not issued; target as before',
      'not issued; target as before; asked',
      'issued; target as before; asked',
      'issued; target as before; kept',
      'issued; target complete; kept',
      'issued; target complete',
    ]);
  });

  it('loses no credential when it is killed half-way through any of its writes', { timeout }, async () => {
    expect(await history(command, 'torn')).toEqual([
      'not issued; target as before',
      'issued; target as before; asked',
      // What was printed cannot be taken back.
      command.prints ? 'issued; target torn; kept' : 'issued; target as before; kept',
      'issued; target complete; kept',
      'issued; target complete',
    ]);
  });
});

/** As many runs at once as keep two processors busy. */
const lanes = 3;

/** Kills the command at one step after the other until one run is not killed, and recovers from each kill. */
async function history(command: Command, mode: Kill['mode']): Promise<readonly string[]> {
  const states: string[] = [];
  let steps = 0;
  let hasEnded = false;

  async function runNext(): Promise<void> {
    steps += 1;
    const at = steps;
    await afterKill(command, { mode, at }, async (aftermath) => {
      if (!aftermath.wasKilled) {
        if (hasEnded) return;
        hasEnded = true;
        expect(aftermath.run).toMatchObject({ code: 0, stderr: '' });
      }
      const seen = await lookAround(aftermath);
      states[at] = describeSeen(seen);
      await expectTold(aftermath, seen);
      await goOn(aftermath, seen);
    });
  }

  async function runAll(): Promise<void> {
    try {
      while (!hasEnded) await runNext();
    } finally {
      hasEnded = true;
    }
  }
  await Promise.all(Array.from({ length: lanes }, runAll));
  // Of the runs that come to their end, one is looked at; the others leave holes.
  return Object.values(states).filter((state, index, all) => state !== all[index - 1]);
}

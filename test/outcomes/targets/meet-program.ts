import { onTestFinished } from 'vitest';

import type { Context } from '../../../src/context.ts';
import { workshop, type Answer, type Workshop } from '../../delivery/programs/fakes.ts';
import { endless, testNow } from '../../harness/context.ts';
import { runIn } from '../observe.ts';
import { createWorld } from '../world.ts';
import type { ProgramWorld } from './programs.ts';
import type { Met, Situation } from './situations.ts';

/** What the program says before what it says when all is well; null where it cannot be in that situation. */
const answers: Readonly<Record<Situation, (way: ProgramWorld) => readonly Answer[] | null>> = {
  'signed out': ({ signedOut }) => signedOut && [signedOut],
  'may be read, not written': ({ readOnly }) => readOnly && [readOnly],
  gone: ({ gone }) => (gone === 'the program' ? [] : [gone]),
  'hangs beforehand': ({ isTried }) => (isTried ? [{ when: '', hangs: true }] : null),
  'hangs at the delivery': (way) => atDelivery(way, { hangs: true }),
  'refuses at the delivery': (way) => atDelivery(way, { code: 1, stderr: way.refuses }),
  'fails once': (way) => atDelivery(way, { code: 1, stderr: way.fails, times: 1 }),
};

/** @param answer given to the runs that have the credential, `times` of them */
function atDelivery({ write: { when, tries = 0 } }: ProgramWorld, answer: Omit<Answer, 'when'>): readonly Answer[] {
  const { times = Infinity, ...said } = answer;
  return [...(tries === 0 ? [] : [{ when, times: tries }]), { when, ...said, ...limit(times + tries) }];
}

function limit(times: number): Pick<Answer, 'times'> {
  return times === Infinity ? {} : { times };
}

/** Null where a program cannot be in that situation. */
export async function meetProgram(way: ProgramWorld, situation: Situation): Promise<Met | null> {
  const said = answers[situation](way);
  if (said === null) return null;
  const shop = await workshop();
  onTestFinished(() => shop.remove());
  const isMissing = situation === 'gone' && way.gone === 'the program';
  if (!isMissing) await shop.fake(way.program, [...said, ...(way.good ?? [])]);
  const world = createWorld('nscale', 'rotate', {});
  const ran = await runIn(world, { flags: ['--to', way.given] }, { env: { PATH: shop.bin }, ...clockOf(shop) });
  const live = world.live();
  const brought = (await shop.calls()).filter(({ input }) => live !== null && hasSecret(input, live));
  return { ran, world, tries: brought.length, isThere: brought.some(({ code }) => code === 0) };
}

function hasSecret(input: string, secret: string): boolean {
  return input.includes(secret) || input.includes(Buffer.from(secret).toString('base64'));
}

/** A clock on which a program that hangs is out of time at once, and nothing else ever is. */
function clockOf(shop: Workshop): Pick<Context, 'timeout'> & { readonly overrides: Pick<Context, 'now' | 'sleep'> } {
  let now = testNow;
  let seen = 0;
  return {
    overrides: {
      now: () => now,
      sleep: (milliseconds) => {
        now += milliseconds;
        return Promise.resolve();
      },
    },
    timeout: (milliseconds) => {
      if (milliseconds !== 60_000) return endless();
      const controller = new AbortController();
      const look = setInterval(() => void stopHanging(), 20);
      async function stopHanging(): Promise<void> {
        const hanging = (await shop.calls()).filter(({ code }) => code === null).length;
        if (hanging <= seen) return;
        seen = hanging;
        now += milliseconds;
        controller.abort();
      }
      return { signal: controller.signal, clear: () => clearInterval(look) };
    },
  };
}

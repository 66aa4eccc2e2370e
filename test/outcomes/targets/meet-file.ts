import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { asOrdinaryUser, ordinaryUser } from '../../delivery/targets/user.ts';
import { testNow, type TestContextOptions } from '../../harness/context.ts';
import { runIn, type Ran } from '../observe.ts';
import { createWorld, isMutation, type World } from '../world.ts';
import type { FileWorld } from './files.ts';
import type { Met, Situation } from './situations.ts';

interface Rotated {
  readonly world: World;
  readonly ran: Ran;
}

type Way = (file: FileWorld) => Promise<Rotated> | null;

/** The situations that a file can be in. */
const ways: Readonly<Partial<Record<Situation, Way>>> = {
  'may be read, not written': async (file) => {
    const world = createWorld('nscale', 'rotate', {});
    const env = file.arrange(world);
    let ran: Ran | null = null;
    await asOrdinaryUser({ path: dirname(world.folder) }, async () => {
      file.close(world);
      ran = await run(world, file, { env, overrides: { userId: ordinaryUser } });
    });
    return { world, ran: ran ?? (await run(world, file, { env })) };
  },
  gone: async (file) => {
    const world = createWorld('nscale', 'rotate', {});
    const env = file.arrange(world);
    file.remove(world);
    return { world, ran: await run(world, file, { env }) };
  },
  'refuses at the delivery': (file) => whileAnswered(file, { begin: file.block }),
  'fails once': (file) => (file.hamper === undefined ? null : whileAnswered(file, file.hamper)),
};

/** Null where a file cannot be in that situation. */
export async function meetFile(file: FileWorld, situation: Situation): Promise<Met | null> {
  const rotated = await ways[situation]?.(file);
  if (rotated === undefined || rotated === null) return null;
  const { world, ran } = rotated;
  const path = file.path(world);
  const live = world.live();
  const isThere = live !== null && existsSync(path) && readFileSync(path, 'utf8').includes(live);
  const tries = world.mutations() === 0 ? 0 : ran.stderr.split('trying again in').length;
  return { ran, world, tries, isThere };
}

interface Trouble {
  readonly begin: (world: World) => void;
  readonly end?: (world: World) => void;
}

/** Trouble with the file begins while the answer is awaited, and ends in the first pause. */
async function whileAnswered(file: FileWorld, { begin, end }: Trouble): Promise<Rotated> {
  const world: World = createWorld('nscale', 'rotate', {
    network: (fetch) => (input, init) => {
      if (isMutation(new Request(input, init))) begin(world);
      return fetch(input, init);
    },
  });
  const env = file.arrange(world);
  let now = testNow;
  let isOver = end === undefined;
  const overrides = {
    now: () => now,
    sleep: (milliseconds: number) => {
      now += milliseconds;
      if (!isOver) end?.(world);
      isOver = true;
      return Promise.resolve();
    },
  };
  return { world, ran: await run(world, file, { env, overrides }) };
}

function run(world: World, { given }: FileWorld, options: TestContextOptions): Promise<Ran> {
  return runIn(world, { flags: ['--to', given] }, options);
}

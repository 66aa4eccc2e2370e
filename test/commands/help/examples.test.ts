// @module-tag slow
import { expect, it } from 'vitest';

import { helpAfter, leaves, readProgram } from '../../../scripts/manual/program.ts';
import { argvsOf } from './lines.ts';
import { parse } from './parse.ts';
import { elsewhere, failure, prepare } from './prepare.ts';
import { createWorld } from './world.ts';

const program = await readProgram();
const examples = [program, ...leaves(program)].flatMap((command) => helpAfter(command).examples);

it.each(examples)('%s', async (example) => {
  for (const argv of argvsOf(example)) await parse(argv);
  if (elsewhere.test(example)) return;
  const world = await createWorld();
  await prepare(world, example);
  expect(await failure(world, example)).toBeNull();
});

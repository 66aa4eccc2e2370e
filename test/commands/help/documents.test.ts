import { expect, it } from 'vitest';

import { documentedLines } from './documents.ts';
import { argvsOf } from './lines.ts';
import { parse } from './parse.ts';

it.each(documentedLines)('%s', async (line) => {
  const argvs = argvsOf(line);
  expect(argvs.length).toBeGreaterThan(0);
  for (const argv of argvs) await parse(argv);
});

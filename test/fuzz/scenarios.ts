import fc from 'fast-check';

import type { CommandLines } from './command-lines.ts';
import { calmEnvironment, environment } from './environment.ts';
import { documents, files } from './files.ts';
import type { Scenario } from './scenario.ts';

/** Two of three are calm but for what the services do; in the others anything may be wrong. */
export function scenariosOf(
  { calm, wild }: CommandLines,
  server: fc.Arbitrary<Scenario['server']>,
): fc.Arbitrary<Scenario> {
  const calmly = fc.record({ commands: several(calm), env: calmEnvironment(), files: fc.constant(documents), server });
  const wildly = fc.record({ commands: several(wild), env: environment(), files: files(), server });
  return fc.oneof({ weight: 2, arbitrary: calmly }, { weight: 1, arbitrary: wildly });
}

/** What one command leaves behind another one meets. */
function several<Item>(item: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.tuple(item) },
    { weight: 1, arbitrary: fc.array(item, { minLength: 2, maxLength: 3 }) },
  );
}

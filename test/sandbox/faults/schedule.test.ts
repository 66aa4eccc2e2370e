import { expect, test } from 'vitest';

import type { FaultOperation } from '../../../src/sandbox/faults/fault.ts';
import { parseFaults } from '../../../src/sandbox/faults/parse.ts';
import { scheduleOf } from '../../../src/sandbox/faults/inject.ts';

function meet(faults: readonly string[], operations: readonly (FaultOperation | null)[]): readonly unknown[] {
  const next = scheduleOf(parseFaults(faults, 'test'));
  return operations.map((operation) => next(operation));
}

test.each<[string, readonly string[], readonly (FaultOperation | null)[], readonly unknown[]]>([
  ['every one without a number', ['nscale.list=503'], ['list', 'list'], ['503', '503']],
  ['the nth of its operation', ['nscale.list=503@2'], ['list', 'read', 'list', 'list'], [null, null, '503', null]],
  ['* counts all, also what is no operation', ['nscale.*=503@3'], ['list', null, 'rotate'], [null, null, '503']],
  ['the first of several', ['nscale.list=429@1', 'nscale.*=503'], ['list', 'list'], ['429', '503']],
  ['counts go on while another hits', ['nscale.*=503@1', 'nscale.list=429@2'], ['list', 'list'], ['503', '429']],
])('%s', (_, faults, operations, met) => {
  expect(meet(faults, operations)).toEqual(met);
});

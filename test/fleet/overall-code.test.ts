import { describe, expect, it } from 'vitest';

import { overallCode } from '../../src/fleet/end-of-run.ts';
import type { ExitCode } from '../../src/errors.ts';

describe('the exit code of a run', () => {
  const cases: readonly (readonly [codes: readonly ExitCode[], overall: ExitCode])[] = [
    [[], 0],
    [[0, 0], 0],
    // Undelivered before unknown before partial.
    [[0, 6, 7, 8], 8],
    [[1, 8], 8],
    [[130, 8], 8],
    [[0, 6, 7], 7],
    [[20, 7], 7],
    [[130, 7], 7],
    [[0, 6], 6],
    [[6], 6],
    // Some were rotated and others were not.
    [[0, 1], 6],
    [[0, 4, 5], 6],
    [[0, 130], 6],
    [[0, 20, 4], 6],
    // None was rotated: what all the others say, if they say the same.
    [[1], 1],
    [[3, 3], 3],
    [[4, 4, 4], 4],
    [[5], 5],
    [[4, 5], 1],
    [[4, 20], 4],
    [[130, 130], 130],
    [[143], 143],
    [[5, 130], 130],
    [[1, 143], 143],
    // Steps for a person are no failure, and not nothing.
    [[20], 20],
    [[0, 20], 20],
  ];

  it.each(cases)('of accounts that came to %j is %i', (codes, overall) => {
    expect(overallCode(codes)).toBe(overall);
    expect(overallCode(codes.toReversed())).toBe(overall);
  });
});

import { describe, expect, test } from 'vitest';

import { nameProblem, tokenNameProblem } from '../../../src/providers/augment/schema.ts';

describe('the name of an account', () => {
  test.each(['a', '7', '-', '_', 'CI_build-7', 'a'.repeat(100)])('may be %s', (name) => {
    expect(nameProblem(name)).toBeNull();
  });

  test.each(['', 'a'.repeat(101), 'a b', 'a.b', 'ä', 'a\n', '\na', 'a/b'])('may not be %j', (name) => {
    expect(nameProblem(name)).toBe('Augment names have 1 to 100 letters, digits, "-" or "_"');
  });
});

describe('the name of a token', () => {
  test.each(['a', 'CI, 2026 (rotated)', 'für Berlin', '🚀'.repeat(100)])('may be %s', (name) => {
    expect(tokenNameProblem(name)).toBeNull();
  });

  test.each(['', ' ', ' a', 'a ', 'a\nb', 'a\u001B[31m', 'a\u202Eb', '::add-mask::x', 'a'.repeat(101)])(
    'may not be %j',
    (name) => {
      expect(tokenNameProblem(name)).toMatch(/1 to 100 characters on one line/);
    },
  );
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';

import type { Schema } from '../../src/http/body.ts';
import { inPlace } from '../../src/providers/answers.ts';

const schema = z.object({
  id: z.string(),
  at: z.nullish(z.string().check(z.refine((text) => text.startsWith('2')))),
  tags: z.nullish(z.array(z.object({ name: z.string(), value: z.string() }))),
  deep: z.object({ ids: z.array(z.string()), note: z.optional(z.string()) }),
});

const text = fc.constantFrom('a', '2026', '');
const odd = fc.oneof({ weight: 8, arbitrary: text }, fc.constantFrom(null, undefined, 1, true, [], {}, ['a']));

function object(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: fc.record(fields, { requiredKeys: [] }) }, odd);
}

const value = object({
  id: odd,
  at: odd,
  tags: fc.oneof(fc.array(object({ name: odd, value: odd, other: odd }), { maxLength: 2 }), odd),
  deep: object({ ids: fc.oneof(fc.array(odd, { maxLength: 2 }), odd), note: odd, other: odd }),
  other: odd,
});

function placesOf(result: ReturnType<Schema<unknown>['safeParse']>): readonly unknown[] {
  return result.success ? [] : result.error.issues.map(({ path }) => path);
}

it('takes exactly what the schema takes, as it is, and names the same places', () => {
  let fitting = 0;
  fc.assert(
    fc.property(value, (given) => {
      const [own, theirs] = [inPlace(schema).safeParse(given), schema.safeParse(given)];
      expect([own.success, placesOf(own)]).toEqual([theirs.success, placesOf(theirs)]);
      expect(!own.success || own.data === given).toBe(true);
      fitting += Number(own.success);
    }),
    { numRuns: 2000, seed: 20261130 },
  );
  expect(fitting).toBeGreaterThan(50);
});

it.each<[string, z.ZodMiniType, string]>([
  ['a catch', z.object({ a: z.catch(z.string(), '') }), 'only objects, arrays and texts can be read in place'],
  ['a number', z.array(z.number()), 'only objects, arrays and texts can be read in place'],
  ['a length', z.string().check(z.minLength(1)), 'a text that is read in place can only be refined'],
])('refuses what it does not know: %s', (_, unknown, message) => {
  expect(() => inPlace(unknown)).toThrow(message);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { scrub } from '../../src/programs/scrub.ts';
import { Secret } from '../../src/model/credential.ts';
import { usual } from './encodings.ts';

const settings = { numRuns: 500, seed: 20261122 };
const secretText = fc.string({ unit: 'grapheme-ascii', minLength: 12, maxLength: 200 });
const encoder = fc.constantFrom(...Object.values(usual));

test('for any secret, no part of it is left, however it is written', () => {
  fc.assert(
    fc.property(secretText, encoder, encoder, fc.string(), (secret, inner, outer, around) => {
      fc.pre(secret.replaceAll(/[\s\\]/g, '').length >= 12);
      const written = outer(inner(secret));
      const clean = scrub(`${around} ${written} ${around}`, [new Secret(secret)]);
      const parts = Array.from({ length: written.length }, (_, at) => written.slice(at, at + 12));
      const telling = parts.filter((part) => /^[^\s\\]{12}$/.test(part) && !around.includes(part));
      expect(telling.filter((part) => clean.includes(part))).toEqual([]);
    }),
    settings,
  );
});

test('for any text, what has no part of the secret stays as it is', () => {
  const words = fc.array(fc.stringMatching(/^[a-zéß日😀"'.,:;\\%]{0,30}$/u)).map((list) => list.join(' '));
  fc.assert(
    fc.property(words, (text) => {
      expect(scrub(text, [new Secret('0123456789-0123456789')])).toBe(text);
    }),
    settings,
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { exactText, quoted, safeText } from '../../src/model/text.ts';
import { hostileText, runnerCommand, unprintable } from '../harness/hostile.ts';

const settings = { numRuns: 2000, seed: 20261122 };
const limit = fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 30 }));

describe('for any text', () => {
  test('safeText is one line that steers nothing', () => {
    fc.assert(
      fc.property(hostileText(), limit, (text, most) => {
        const line = safeText(text, most);
        expect(line).not.toMatch(unprintable);
        expect(line).not.toMatch(runnerCommand);
        expect(line).toBe(line.trim());
        expect(Array.from(line).length).toBeLessThanOrEqual(most);
      }),
      settings,
    );
  });

  test('safeText changes nothing that it gave', () => {
    fc.assert(
      fc.property(hostileText(), limit, (text, most) => {
        const line = safeText(text, most);
        expect(safeText(line, most)).toBe(line);
        expect(safeText(line)).toBe(line);
      }),
      settings,
    );
  });

  test('safeText keeps what is safe', () => {
    const harmless = fc.stringMatching(/^[A-Za-z0-9éß日😀.,;()[\]/-]{0,40}$/u);
    fc.assert(
      fc.property(harmless, (text) => {
        expect(safeText(text)).toBe(text);
      }),
      settings,
    );
  });

  test('quoted begins and ends with its quotes', () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        expect(quoted(text, 20)).toMatch(/^".{0,20}"$/su);
      }),
      settings,
    );
  });

  test('exactText is the text, or JSON in ASCII that says it', () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        const shown = exactText(text);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
        expect(shown === text || JSON.parse(shown) === text).toBe(true);
      }),
      settings,
    );
  });
});

test.each(['\u001B', '\u001B[', '\u001B[;a', '\u001B]8;;', '\u200B', ' ', '##[', '😀'])(
  'a megabyte of %j takes no time',
  (unit) => {
    const text = unit.repeat(1_000_000 / unit.length);
    const startedAt = performance.now();
    safeText(text);
    safeText(text, 100);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  },
);

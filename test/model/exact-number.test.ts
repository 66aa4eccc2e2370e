import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ExactNumber, jsonText, parseExactly } from '../../src/model/exact-number.ts';

const settings = { numRuns: 500, seed: 20261129 };

const digits = fc.stringMatching(/^[0-9]{1,30}$/);
const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits.map((text) => text.replace(/^0+(?=\d)/, '')),
    fc.option(digits, { nil: null }),
    fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e+', 'E-'), fc.nat(400)), { nil: null }),
  )
  .map(
    ([sign, whole, fraction, exponent]) =>
      `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : exponent.join('')}`,
  );

describe('a number of JSON', () => {
  it.each([
    ['9007199254740991', '9007199254740991'],
    ['9007199254740993', '9007199254740993'],
    ['-12345678901234567890', '-12345678901234567890'],
    ['10000000000000000000000', '1e+22'],
    ['0.1', '0.1'],
    ['0.1000000000000000055', '0.1000000000000000055'],
    ['0.30000000000000004', '0.30000000000000004'],
    ['1e400', '1e400'],
    ['-1e-400', '-1e-400'],
    ['1.0', '1'],
    ['-0', '0'],
    ['1E5', '100000'],
    ['0e999', '0'],
    ['123456789012345680', '123456789012345680'],
    ['123456789012345678', '123456789012345678'],
    [`1${'0'.repeat(200)}1`, `1${'0'.repeat(200)}1`],
  ])('%s is written as %s', (text, written) => {
    expect(jsonText(parseExactly(text))).toBe(written);
    expect(jsonText(parseExactly(`[{"a":${text}}]`))).toBe(`[{"a":${written}}]`);
  });

  it('is exact only where it has to be', () => {
    expect(parseExactly('[9007199254740991, 1.5, 1e3]')).toEqual([9007199254740991, 1.5, 1000]);
    expect(parseExactly('[9007199254740993]')).toEqual([expect.any(ExactNumber)]);
  });

  it('has the same value after it was read and written, whatever it is', () => {
    fc.assert(
      fc.property(number, (text) => {
        const written = jsonText(parseExactly(`{"n": ${text}}`));
        const [, found = ''] = /^\{"n":(.*)\}$/.exec(written) ?? [];
        // Number for number and exponent for exponent, without floating point.
        expect(normal(found)).toBe(normal(text));
      }),
      settings,
    );
  });

  it('is found among keys and text of every kind, which stay', () => {
    const odd =
      '{"__proto__":12345678901234567890,"12345678901234567890":"12345678901234567890","a\\"":"\\\\","#":"#1"}';
    expect(jsonText(parseExactly(odd))).toBe(odd);
    const marks = ['\uFDD0', '\uFDD01', '#1', '##1', '"#1', '\\"#', '12345678901234567890'];
    const value = parseExactly(`${JSON.stringify(marks).slice(0, -1)},12345678901234567890]`);
    expect(jsonText(value)).toBe(`${JSON.stringify(marks).slice(0, -1)},12345678901234567890]`);
  });
});

it('ordinary JSON is read and written as JavaScript does it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 2), (text, indent) => {
      const value: unknown = JSON.parse(text);
      expect(parseExactly(text)).toEqual(value);
      expect(jsonText(value, indent)).toBe(JSON.stringify(value, null, indent));
    }),
    settings,
  );
  expect(jsonText(undefined)).toBe('null');
  expect(() => parseExactly('{"a":01}')).toThrow(SyntaxError);
});

it('takes a million digits as they are', () => {
  const long = `0.${'0'.repeat(1_000_000)}1`;
  expect(jsonText(parseExactly(`[${long}]`))).toBe(`[${long}]`);
});

/** Sign, digits and exponent in one spelling. */
function normal(text: string): string {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const shift = BigInt(exponent) - BigInt(fraction.length) + 2000n;
  const value = BigInt(whole + fraction) * 10n ** shift;
  return value === 0n ? '0' : `${sign}${value}`;
}

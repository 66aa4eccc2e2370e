// @module-tag slow
import { expect, test } from 'vitest';

import { scrub } from '../../src/programs/scrub.ts';
import { Secret } from '../../src/model/credential.ts';
import { base64, outermost, usual } from './encodings.ts';

const value = 'tok-5ecret-7f3a91c2-"quoted"';

const pairs = Object.entries(usual).flatMap(([inner, encode]) =>
  Object.entries(outermost).map(([outer, encodeAgain]) => ({ inner, outer, text: encodeAgain(encode(value)) })),
);

test.each(pairs)('a secret $inner, and that $outer, is replaced', ({ text }) => {
  const padding = /(?:=|%3d|\\u003d|\\x3d)+(?= failed)/i;
  const clean = scrub(`+ store ${text} failed`, [new Secret(value)]);
  expect(clean.replace(padding, '')).toBe('+ store [secret] failed');
});

test.each([
  ['in upper case', value.toUpperCase(), '[secret]'],
  ['in lower case', value.toLowerCase(), '[secret]'],
  ['in upper case in base64', base64(value.toUpperCase()), '[secret]'],
  ['in base64 in upper case', base64(value).toUpperCase(), '[secret]'],
  ['in broken lines of base64', base64(value).replaceAll(/.{8}(?=.)/g, '$&\n'), '[secret]'],
  ['in base64 of base64 with the name of a user', base64(base64(`user:${value}`)), '[secret]'],
  [
    'in JSON in JSON in JSON',
    JSON.stringify(JSON.stringify(JSON.stringify({ value }))),
    expect.stringContaining('value'),
  ],
  ['wrapped in its middle', `${value.slice(0, 9)}\r\n  ${value.slice(9)}`, '[secret]'],
  ['cut short', `"${value.slice(0, 14)}..."`, '"[secret]"'],
  ['within an address', `https://user:${value.slice(0, 19)}@host/`, 'https://user:[secret]@host/'],
])('a secret %s is replaced', (_what, text, expected) => {
  const clean = scrub(`+ store ${text} failed`, [new Secret(value)]);
  expect(clean.slice('+ store '.length, -' failed'.length)).toEqual(expected);
  expect(clean).toContain('[secret]');
  expect(clean).not.toMatch(/tok-|5ecret|7f3a|quoted/i);
});

test.each(['x:', 'xy:', 'xyz:'])('base64 of more than the secret keeps nothing of it: %s', (name) => {
  expect(scrub(base64(`${name}${value}\n`), [new Secret(value)])).toBe('[secret]');
});

test('a secret that is shorter than a part is replaced alone', () => {
  const secrets = [new Secret('abcdef'), new Secret('abcdefgh')];
  expect(scrub('abcdefgh abcdef xabcdefx', secrets)).toBe('[secret] [secret] x[secret]x');
  expect(scrub('ABCDEF, a b\nc d e f', [new Secret('abcdef')])).toBe('[secret], [secret]');
});

test('characters with a meaning in patterns are taken as they are', () => {
  expect(scrub('axb a.b', [new Secret('a.b')])).toBe('axb [secret]');
  expect(scrub('\\d+[x]^$ 1', [new Secret('\\d+[x]^$')])).toBe('[secret] 1');
});

test.each(['', ' ', '\n', '\\'])('a secret of nothing that is looked at replaces nothing: %j', (nothing) => {
  expect(scrub('it failed \\ badly', [new Secret(nothing)])).toBe('it failed \\ badly');
});

test('where the text was cut, what may be the beginning of a secret is left out', () => {
  const said = 'it failed because of this: ';
  for (let length = 1; length <= value.length; length += 1) {
    for (const encode of Object.values(outermost)) {
      const clean = scrub(`${said.repeat(9)}${encode(value.slice(0, length))}`, [new Secret(value)], true);
      expect(clean).toMatch(/^(?:it failed because of this: ){3}/);
      expect(said.repeat(9).startsWith(clean.replace('[secret]', ''))).toBe(true);
    }
  }
});

test('nothing is left of a text that cannot be cleaned', () => {
  class Unreadable extends Secret {
    override reveal(): string {
      throw new RangeError('Maximum call stack size exceeded');
    }
  }
  expect(scrub(`it failed: ${value}`, [new Unreadable('')])).toBe('');
});

test.each([5000, 1024 * 1024])('a secret of %i characters is replaced, also where a part is shown', (length) => {
  const long = new Secret('k-0123456789_'.repeat(length / 13).padEnd(length, 'x'));
  const middle = long.reveal().slice(length / 2, length / 2 + 40);
  const encoded = base64(base64(long.reveal())).slice(100, 60_000);
  expect(scrub(`refused "${middle}" and ${encoded}`, [long])).toBe('refused "[secret]" and [secret]');
  expect(scrub('+ '.repeat(32 * 1024), [long])).toBe('+ '.repeat(32 * 1024));
});

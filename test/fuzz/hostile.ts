import fc from 'fast-check';

/** Text that has broken programs before. */
const nasty = [
  '',
  ' ',
  '-',
  '--',
  '-rf',
  '--yes',
  '.',
  '..',
  '../..',
  '../../../../../../etc/passwd',
  '..\\..\\x',
  '/',
  '~',
  '~/',
  'CON',
  'a/b',
  'a:b#c',
  '#',
  '{name}',
  '{}',
  '{{name}}',
  '{nope}',
  '$(id)',
  '`id`',
  '$HOME',
  '%s%n',
  "'",
  '"',
  '\\',
  'a\nb',
  'a\r\nb',
  '\t',
  '\u0000',
  '\u0007',
  '\u001B[2J\u001B[31mred\u001B[0m',
  '\u001B]0;title\u0007',
  '\u001B]8;;https://evil.example\u001B\\link\u001B]8;;\u001B\\',
  '\u009B31m',
  '::error::x',
  '::add-mask::x',
  '\n::set-output name=a::b',
  '##[error]x',
  '##vso[task.setvariable variable=a]b',
  "##teamcity[setParameter name='a' value='b']",
  '\u202Eevil',
  '\u2066x\u2069',
  '\u200Bzero',
  '\u200D',
  '\uFEFFbom',
  '\uFFFD',
  '\uD800',
  '👨‍👩‍👧‍👦',
  '日本語の名前',
  'e\u0301'.repeat(20),
  'ı',
  'ß',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  'true',
  '0',
  '-1',
  '1e400',
  '0x10',
  '9007199254740993',
  '99999999999999999999',
  '=1+1',
  '@SUM(A1)',
  '+cmd|x',
  '2026-02-30T25:61:61Z',
  '+275760-09-13T00:00:00.001Z',
] as const;

/** Any text, hostile more often than not. */
export function hostileText(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...nasty) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
    { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
    { weight: 1, arbitrary: longText() },
  );
}

function longText(): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom('x', 'x ', '{', '../', '::', '\u001B[', '😀', '\\', '"', 'ab-'),
      fc.constantFrom(65, 130, 300, 5000),
    )
    .map(([text, times]) => text.repeat(times));
}

/** The same as no argument or variable can hold more than: no NUL, no half surrogate pairs. */
export function hostileWord(): fc.Arbitrary<string> {
  return hostileText().map((text) => text.replaceAll(/\p{Cs}/gu, '\uFFFD').replaceAll('\0', '\u2400'));
}

/** JSON text of any value, hostile more often than not. */
export function hostileJson(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...nastyJson) },
    { weight: 3, arbitrary: hostileText().map((text) => JSON.stringify(text)) },
    { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
    { weight: 3, arbitrary: deepJson() },
  );
}

const nastyJson = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '-1',
  '1.5',
  '1e400',
  '-1e400',
  '1e-400',
  '9007199254740993',
  '123456789012345678901234567890',
  '""',
  '[]',
  '{}',
  '[null]',
  '[[]]',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toJSON":"x","then":"y"}',
  '"\\ud800"',
  '"\\u0000\\u001b[31m"',
  '"2026-11-23T00:00:00Z"',
  '"not a date"',
  '"9999-99-99"',
] as const;

function deepJson(): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(['[', ']'], ['{"a":', '}']), fc.constantFrom(50, 2000, 50_000))
    .map(([[open = '', close = ''], depth]) => `${open.repeat(depth)}1${close.repeat(depth)}`);
}

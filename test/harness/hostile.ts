import fc from 'fast-check';

/** Text that has broken terminals, runners of jobs, file systems, shells and parsers before. */
const nasty = [
  '',
  ' ',
  '-rf',
  '--yes',
  '.',
  '..',
  '../../../etc/passwd',
  '..\\..\\x',
  '/etc/passwd',
  '~/x',
  'a:b#c',
  '{name}',
  '$(id)',
  "it's",
  '"',
  '\\',
  'a\nb',
  'a\r\nb',
  '\t',
  '\0',
  '\u001B[2J\u001B[31mred\u001B[0m',
  '\u001B]0;title\u0007',
  '\u001B]8;;https://evil.example\u001B\\link\u001B]8;;\u001B\\',
  '\u009B31m',
  '\u001B',
  '::error::x',
  ' ::add-mask::x',
  '##[error]x',
  '##\u200B[error]x',
  '##vso[task.setvariable variable=a]b',
  "##teamcity[setParameter name='a' value='b']",
  '\u202Eevil',
  '\u2066x\u2069',
  '\u200Bzero',
  '\uFEFF',
  '\uD800',
  '\uDC00\uD800',
  '👨‍👩‍👧‍👦',
  '🇩🇪🏳️‍🌈',
  '日本語の名前',
  'e\u0301\u0302\u0303',
  'نام',
  '__proto__',
  'constructor',
  'toJSON',
  '1e400',
  '=1+1',
  '2026-11-30T08:00:00Z',
  '9999-99-99',
] as const;

/** Any text; hostile ones, and several of them in a row, more often than not. */
export function hostileText(): fc.Arbitrary<string> {
  const part = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...nasty) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
    { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
  );
  return fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''));
}

/**
 * What no line for people may hold: controls, what steers the direction of text, half characters, separators of lines.
 */
export const unprintable = /(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

/** What the runner of a job takes for a command. */
export const runnerCommand = /^\s*::|##(?:\[|vso\[|teamcity\[)/;

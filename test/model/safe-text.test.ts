import { describe, expect, test } from 'vitest';
import { quoted, safeText } from '../../src/model/text.ts';

describe('safeText', () => {
  test.each([
    ['plain text', 'ci deploy', 'ci deploy'],
    ['wide characters and emoji', '日本 👨‍👩‍👧 é', '日本 👨‍👩‍👧 é'],
    ['colours', '\u001B[31mred\u001B[0m', 'red'],
    ['window titles and links', '\u001B]0;title\u0007a\u001B]8;;https://x\u0007b', 'ab'],
    ['8-bit escape sequences', '\u009B31mred', 'red'],
    ['line ends and tabs', 'a\r\nb\tc\u2028d\u0085e', 'a b c d e'],
    ['other control characters', 'a\u0000b\u0008c\u007Fd', 'abcd'],
    ['bidi overrides and isolates', 'a\u202Eb\u2066c\u200Fd', 'abcd'],
    ['invisible characters', 'a\u200Bb\uFEFFc\u00ADd', 'abcd'],
    ['half a surrogate pair', 'a\uD83Db', 'ab'],
    ['a workflow command', '::set-output name=x::y', ': :set-output name=x::y'],
    ['a workflow command behind white space', ' \n::add-mask::x', ': :add-mask::x'],
    ['a workflow command behind an escape', '\u001B[0m::add-mask::x', ': :add-mask::x'],
    ['a runner command', '##[group]x', '# #[group]x'],
    ['a runner command inside a line', 'a ##[error]b', 'a # #[error]b'],
    ['an Azure command', 'a ##vso[task.x]b', 'a # #vso[task.x]b'],
    ['a TeamCity message', "a ##teamcity[x 'y']", "a # #teamcity[x 'y']"],
    ['an escape that would form a command', '##\u001B[0m[group]', '# #[group]'],
    ['a workflow command with joiners', '\u200D:\u200C:error::x', '\u200D: \u200C:error::x'],
    ['a runner command with joiners', 'a #\u200D#\u200Cvso[x', 'a # \u200D#\u200Cvso[x'],
    ['hashes and colons that are no command', '## a: #1 b##c', '## a: #1 b##c'],
    ['double colons elsewhere', 'a::b', 'a::b'],
    ['nothing', '', ''],
  ])('%s', (_, hostile, keeper) => {
    expect(safeText(hostile)).toBe(keeper);
  });

  test('gives the same when applied twice', () => {
    for (const hostile of ['::x', '##[x', ' ::a', '\u001B[1m::##[']) {
      expect(safeText(safeText(hostile))).toBe(safeText(hostile));
    }
  });
});

describe('quoted', () => {
  test.each([
    ['a', 60, '"a"'],
    ['a\nb', 60, '"a b"'],
    ['abcdef', 6, '"abcdef"'],
    ['abcdefg', 6, '"abcde…"'],
    ['😀😀😀', 2, '"😀…"'],
  ])('%j in %i characters', (text, limit, expected) => {
    expect(quoted(text, limit)).toBe(expected);
  });
});

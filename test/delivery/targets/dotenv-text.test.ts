import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { checkVariable, setVariable, type DotenvFile } from '../../../src/delivery/targets/dotenv-text.ts';
import { TargetError } from '../../../src/delivery/targets/target.ts';

function file(text: string): DotenvFile {
  return { path: 'x.env', text };
}

describe('setting TOKEN to new', () => {
  test.each([
    ['', 'TOKEN=new\n'],
    ['A=1\n', 'A=1\nTOKEN=new\n'],
    ['A=1', 'A=1\nTOKEN=new\n'],
    ['A=1\r\nB=2', 'A=1\r\nB=2\r\nTOKEN=new\r\n'],
    ['\u00EF\u00BB\u00BF', '\u00EF\u00BB\u00BFTOKEN=new\n'],
    ['\u00EF\u00BB\u00BFTOKEN=old', '\u00EF\u00BB\u00BFTOKEN=new'],
    ['TOKEN=old', 'TOKEN=new'],
    ['TOKEN=', 'TOKEN=new'],
    ['TOKEN=\r\nA=1\r\n', 'TOKEN=new\r\nA=1\r\n'],
    ['  export  TOKEN = old  # why\n', '  export  TOKEN = new  # why\n'],
    ['TOKEN= # why\n', 'TOKEN=new # why\n'],
    ['TOKEN=old#part\n', 'TOKEN=new\n'],
    ['TOKEN="a # b" # why\n', 'TOKEN=new # why\n'],
    ["TOKEN='a\nb'\nA=1\n", 'TOKEN=new\nA=1\n'],
    ['TOKEN="a\\"\nb"\nA=1\n', 'TOKEN=new\nA=1\n'],
    ['TOKEN="open\nA=1\n', 'TOKEN=new\nA=1\n'],
    ["TOKEN=it's\nA='1'\n", "TOKEN=new\nA='1'\n"],
    ['TOKEN=old\u00C3\u00A0\nA=1\n', 'TOKEN=new\nA=1\n'],
    ['TOKEN=two words \n', 'TOKEN=new \n'],
    ['# TOKEN=old\n', '# TOKEN=old\nTOKEN=new\n'],
    ['MY_TOKEN=old\nTOKEN_2=old\n', 'MY_TOKEN=old\nTOKEN_2=old\nTOKEN=new\n'],
    ['token=old\n', 'token=old\nTOKEN=new\n'],
    ['PEM="\nTOKEN=in it\n"\nTOKEN=old\n', 'PEM="\nTOKEN=in it\n"\nTOKEN=new\n'],
    ['PEM=`\nTOKEN=in it\n`\n', 'PEM=`\nTOKEN=in it\n`\nTOKEN=new\n'],
    ['A="open\nTOKEN=old\nB="x" y\n', 'A="open\nTOKEN=new\nB="x" y\n'],
    ['\u00FF broken\nTOKEN=old\n', '\u00FF broken\nTOKEN=new\n'],
  ])('in %j gives %j', (before, after) => {
    expect(setVariable(file(before), { key: 'TOKEN', value: 'new' })).toBe(after);
  });
});

describe('a value', () => {
  test.each([
    ['eyJ.a-b_c/d+e=:@%', 'eyJ.a-b_c/d+e=:@%'],
    ['two words', "'two words'"],
    ['$HOME', "'$HOME'"],
    ['{"a":"b\\"c"}', `'{"a":"b\\"c"}'`],
    ['~/x', "'~/x'"],
    ['a#b', "'a#b'"],
    ['é', "'\u00C3\u00A9'"],
  ])('%s is written as %s', (value, written) => {
    expect(setVariable(file(''), { key: 'K', value })).toBe(`K=${written}\n`);
  });

  test.each(["it's", 'a\nb', 'a\rb', 'a\tb', 'a\0b', 'a b\\', ''])(
    '%j is refused, because programs would not agree on it',
    (value) => {
      expect(() => setVariable(file(''), { key: 'K', value })).toThrow(
        new TargetError(
          'a .env file cannot hold this credential: it has a single quote, a line break or another control character, or ends in a backslash',
          { isRetryable: false },
        ),
      );
    },
  );
});

describe('a file is refused', () => {
  test.each([
    ['K=1\nA="x\ny"\nK=2\n export K=3', 'x.env sets K more than once, on lines 1, 4, 5; keep one'],
    ['K=1\0', 'x.env is not text'],
  ])('that is %j', (text, message) => {
    expect(() => checkVariable(file(text), 'K')).toThrow(new TargetError(message, { isRetryable: false }));
  });
});

/** What a reader that knows only what all readers know makes of a file of lines. */
function read(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const match = /^(?:export )?(\w+)=(?:'([^']*)'|([^ ]*))(?: #.*)?$/.exec(line);
    if (match === null) continue;
    const [, key = '', quoted, bare = ''] = match;
    found[key] = Buffer.from(quoted ?? bare, 'latin1').toString('utf8');
  }
  return found;
}

describe('whatever is in the file', () => {
  const key = fc.constantFrom('A', 'B_1', 'TOKEN', '_x');
  const value = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/['\p{Cc}]|\\$/u.test(text));
  const otherLine = fc.oneof(
    fc.constantFrom('', '# note', '# TOKEN=x', '  ', 'no assignment', 'OTHER="a # b"', "C='x' # y"),
    fc.stringMatching(/^(?:export )?OTHER_[0-9]=[a-z0-9:/]{0,8}(?: # why)?$/),
  );
  const lines = fc.array(otherLine, { maxLength: 8 });
  const lineEnd = fc.constantFrom('\n', '\r\n');

  test('a new value is read back, and every other line stays', () => {
    fc.assert(
      fc.property(lines, lineEnd, key, value, (others, end, name, text) => {
        const before = others.map((line) => line + end).join('');
        const after = setVariable(file(before), { key: name, value: text });
        expect(read(after)[name]).toBe(text);
        expect(after.startsWith(before)).toBe(true);
        expect(after.slice(before.length).split(/\r?\n/)).toHaveLength(2);
      }),
    );
  });

  test('a replaced value is read back, and every other byte stays', () => {
    const prefix = fc.constantFrom('', 'export ');
    const suffix = fc.constantFrom('', ' # why');
    fc.assert(
      fc.property(
        fc.record({ head: lines, tail: lines, end: lineEnd, name: key, prefix, suffix }),
        value,
        value,
        ({ head, tail, end, name, ...around }, old, text) => {
          const top = head.map((line) => line + end).join('');
          const bottom = tail.map((line) => end + line).join('');
          const line = setVariable(file(''), { key: name, value: old }).trimEnd();
          const before = `${top}${around.prefix}${line}${around.suffix}${bottom}`;
          const after = setVariable(file(before), { key: name, value: text });
          expect(read(after)[name]).toBe(text);
          expect(after.startsWith(`${top}${around.prefix}${name}=`)).toBe(true);
          expect(after.endsWith(around.suffix + bottom)).toBe(true);
          expect(setVariable(file(after), { key: name, value: old })).toBe(before);
        },
      ),
    );
  });
});

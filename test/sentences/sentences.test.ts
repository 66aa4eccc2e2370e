import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { sentencesOf } from './collect.ts';
import { programSentences, sentencePage } from './page.ts';

function textsOf(source: string): readonly string[] {
  return sentencesOf('example.ts', source).map(({ text }) => text);
}

describe('the sentences of a file', () => {
  it.each([
    ['a text', "fail('no such account');", ['no such account']],
    ['a template, with what is put in', 'fail(`${account.name} is not there`);', ['{account.name} is not there']],
    [
      'several texts that are one',
      "fail('it was read, ' + (a ? 'once' : 'twice') + ' by then');",
      ["it was read, {a ? 'once' : 'twice'} by then"],
    ],
    ['a hint with a command', 'const hint = sactl`recover list`;', ['recover list']],
    ['both sides of a choice', "fail(a ? 'one is open' : 'two are open');", ['one is open', 'two are open']],
  ])('are %s', (_, source, expected) => {
    expect(textsOf(source)).toEqual(expected);
  });

  it.each([
    ['a single word', "set('provider');"],
    ['an import', "import { a } from './some file.ts';"],
    ['a type', "type A = 'one word' | 'or two';"],
    ['a comment', '// it is read once'],
    ['an error that only a bug throws', "throw new Error('this cannot be');"],
    ['a statement in capitals', "ask('SELECT A FROM B');"],
    ['words that are typed', "const guess = { typed: ['auth login'] };"],
  ])('are not %s', (_, source) => {
    expect(textsOf(source)).toEqual([]);
  });

  it('have the lines where they begin', () => {
    expect(sentencesOf('example.ts', "\nfail(\n  'no such account');")).toEqual([{ line: 3, text: 'no such account' }]);
  });
});

const program = programSentences(fileURLToPath(new URL('../..', import.meta.url)));

describe('the page', () => {
  it('has every file of the program that says something, below its folder', () => {
    const page = sentencePage(program);
    expect(page).toContain('## src/session\n\n### src/session/access-rules.ts\n\n- ');
    expect(program.length).toBeGreaterThan(200);
  });
});

/** Wordings that had to be read twice, and what to write instead. */
const riddles: readonly (readonly [riddle: RegExp, instead: string])[] = [
  [/\bwho(?:so)?ever\b/i, 'the user, the account, everyone who'],
  [/\bwhat (?:came|became|comes|becomes) of\b/i, 'the outcome of'],
  [/\btold of\b/i, 'notified of, sees'],
  [/\bcom(?:e|es|ing) to (?:an|its|their) end\b/i, 'end'],
  [/\bnobody (?:says|knows)\b/i, 'is not known, is not reported'],
  [/\bsomebody ends\b/i, 'is revoked'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
];

it.each(riddles)('nothing that the program says has %s; write: %s', (riddle) => {
  const found = program.flatMap(({ path, sentences }) =>
    sentences.filter(({ text }) => riddle.test(text)).map(({ line, text }) => `${path}:${line}: ${text}`),
  );
  expect(found).toEqual([]);
});

// @module-tag slow
import { execFileSync } from 'node:child_process';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { safeText, shellWord } from '../../src/model/text.ts';

describe('a word in a command that is pasted', () => {
  it.each([
    ['ci-deploy', 'ci-deploy'],
    ['acme.api.augmentcode.com/ci', 'acme.api.augmentcode.com/ci'],
    ['sha256:0123', 'sha256:0123'],
    ['two words', "'two words'"],
    ["it's", String.raw`'it'\''s'`],
    ['$(id)', "'$(id)'"],
    ['a; rm -rf ~', "'a; rm -rf ~'"],
    ['a\nid', "'a id'"],
    ['', "''"],
  ])('%j is %s', (text, word) => {
    expect(shellWord(text)).toBe(word);
  });

  it.runIf(process.platform !== 'win32')('is what a shell reads, and nothing else happens', () => {
    const text = fc
      .array(fc.constantFrom('$(id)', '`id`', ';', '&', "'", '"', '\\', ' ', '*', '~', '!', 'a', '-'))
      .map((parts) => parts.join(''));
    const texts = fc.sample(text, { numRuns: 200, seed: 20261122 }).map((each) => safeText(each));
    const script = `printf '%s\\n' ${texts.map(shellWord).join(' ')}`;
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(texts.map((each) => `${each}\n`).join(''));
  });
});

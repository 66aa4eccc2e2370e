// @module-tag slow
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { readDocument } from '../../src/session/input-document.ts';
import { registry } from '../../src/providers/registry.ts';
import { testContext } from '../harness/context.ts';
import { hostileText, unprintable } from '../harness/hostile.ts';

const settings = { numRuns: 300, seed: 20261122 };

async function problemsOf(text: string, name: 'nscale' | 'runai'): Promise<readonly string[]> {
  const { ctx } = testContext({ stdin: text });
  const { value, problems } = await readDocument(ctx, { stdin: true }, await registry[name].load());
  expect(problems.length > 0 || value !== null).toBe(true);
  return problems;
}

/** Fragments of YAML and JSON in any order, which parsers make the oddest things of. */
function scraps(): fc.Arbitrary<string> {
  const scrap = fc.oneof(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ': ',
      ',',
      '- ',
      '? ',
      '&a ',
      '*a',
      '<<: ',
      '!!binary ',
      '!x ',
      '|',
      '>',
      '---\n',
      '...\n',
      '#',
      '"',
      "'",
      '\\',
      '\n',
      '\r',
      '  ',
      '\t',
      '%YAML 1.2\n',
      'name: ',
      'tags: ',
      'metadata: ',
      '"name"',
      'null',
      '~',
      '0x1',
      '.nan',
      '\uFEFF',
      '\0',
    ),
    hostileText(),
  );
  return fc.array(scrap, { maxLength: 12 }).map((parts) => parts.join(''));
}

const provider = fc.constantFrom('nscale' as const, 'runai' as const);

describe('an input document of any text', () => {
  test('is read, or has problems, and is no error of ours', async () => {
    const text = fc.oneof(scraps(), fc.json({ stringUnit: 'binary' }), fc.string());
    await fc.assert(
      fc.asyncProperty(text, provider, async (document, name) => {
        expect(Array.isArray(await problemsOf(document, name))).toBe(true);
      }),
      settings,
    );
  });

  test('has no token in its problems, wherever it was put', async () => {
    const token = 'a-token-that-was-never-meant-0123456789';
    const place = fc.constantFrom<(around: string) => string>(
      () => token,
      () => `name: ${token}: x`,
      () => `"accessToken": "${token}`,
      () => `a: b\n ${token}`,
      () => `- *${token}`,
      () => `!${token} x`,
      () => `{"name": ["${token}"]}`,
      () => `{"name": {"x": "${token}"}}`,
      () => `"${token}" "${token}"`,
      () => `a: '${token}\n`,
      () => `a: "\\${token}"`,
      () => `%${token}\n---\nx`,
      (around) => `${around}${token}`,
      (around) => `${token}${around}`,
    );
    await fc.assert(
      fc.asyncProperty(place, scraps(), provider, async (write, around, name) => {
        const problems = await problemsOf(write(around), name);
        // A key that is unknown is named.
        const others = problems.filter((problem) => !/: unknown key "/.test(problem));
        expect(others.join('\n')).not.toContain(token);
      }),
      settings,
    );
  });

  test('has problems of one line each, and of no endless ones', async () => {
    const key = fc.tuple(hostileText(), fc.constantFrom(1, 2000));
    await fc.assert(
      fc.asyncProperty(key, async ([name, times]) => {
        const text = JSON.stringify({ [`${name}x`.repeat(times).slice(0, 9000)]: 1 });
        for (const problem of await problemsOf(text, 'nscale')) {
          expect(problem).not.toMatch(unprintable);
          expect(problem.length).toBeLessThan(600);
        }
      }),
      settings,
    );
  });
});

/** As much as a document may have. */
function filled(unit: (at: number) => string): string {
  let text = '';
  for (let at = 0; text.length < 60_000; at += 1) text += unit(at);
  return text;
}

describe('a document that is made to take long', () => {
  test.each([
    ['many keys', filled((at) => `k${at}: x\n`)],
    ['many anchors and aliases', filled(() => '- &a x\n- *a\n')],
    ['aliases of aliases', 'a: &a [x,x]\n' + filled((at) => `b${at}: &a [*a,*a]\n`)],
    ['deep lists', filled(() => '- ')],
    ['deep brackets behind closed ones', `"${']'.repeat(20_000)}": ${'['.repeat(20_000)}`],
    ['many brackets', filled(() => '}')],
    ['many tags', filled(() => '!a ')],
    ['more than any account has', filled((at) => `k${at}: x\n`).repeat(20)],
  ])(
    'ends all the same: %s',
    async (_, text) => {
      const before = process.cpuUsage();
      expect(await problemsOf(text, 'nscale')).not.toEqual([]);
      // Of a processor, which others may use, too.
      expect(process.cpuUsage(before).user).toBeLessThan(10_000_000);
    },
    60_000,
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readContent, survey } from '../../src/http/body.ts';
import { httpErrorOf, json, read, rotation, testClient } from './client.ts';

function isModestText(text: string): boolean {
  return survey(Buffer.from(text)).isModest;
}

/** How deep a document of JSON goes, told by its parsed value. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('JSON', () => {
  it.each([
    ['of any account', '[{"metadata":{"tags":[{"name":"a","value":"b"}]}}]', true],
    ['of a hundred levels', '['.repeat(100) + ']'.repeat(100), true],
    ['of more levels', '['.repeat(101) + ']'.repeat(101), false],
    ['of more levels, in objects', '{"a":'.repeat(101), false],
    ['of many levels that are closed again', '[[[]]],'.repeat(1000), true],
    ['of many lists and objects of a number', '[[1]],{"a":12},'.repeat(1000), true],
    ['with brackets in texts', `"${'['.repeat(5000)}"`, true],
    ['with brackets behind escaped quotes', `"${'\\"['.repeat(5000)}"`, true],
    ['with brackets behind a text that ends in a backslash', `"\\\\"${'['.repeat(200)}`, false],
    ['that ends in the middle of a text', `"${'\\'.repeat(9)}`, true],
    ['of five million values', `[${'1,'.repeat(4_999_999)}1]`, true],
    ['of more values', `[${'1,'.repeat(5_000_000)}1]`, false],
  ])('%s: %s', (_, text, expected) => {
    expect(isModestText(text)).toBe(expected);
  });

  it('is judged by its levels, whatever else is in it', () => {
    const document = fc.json({ maxDepth: 8, depthSize: 'max', stringUnit: 'binary' });
    const layers = fc.integer({ min: 90, max: 105 });
    fc.assert(
      fc.property(document, layers, (text, count) => {
        const whole = '['.repeat(count) + text + ']'.repeat(count);
        expect(isModestText(whole)).toBe(count + depthOf(JSON.parse(text)) <= 100);
      }),
      { numRuns: 300, seed: 20261122 },
    );
  });

  it('that is too much is not parsed', () => {
    const bytes = Buffer.from('{"a":'.repeat(5000) + '1' + '}'.repeat(5000));
    expect(readContent({ headers: new Map(), bytes })).toEqual({ kind: 'excessive', value: undefined });
  });
});

describe('an answer', () => {
  const long = 'x'.repeat(8 * 1024 * 1024 + 1);

  it('to a read may be longer than 8 MiB', async () => {
    const { http } = testClient([json(200, long)]);
    expect((await http.send(read)).bytes.length).toBeGreaterThan(8 * 1024 * 1024);
  });

  it('to a change may not: it is lost, because it may have been done', async () => {
    let kept = 0;
    const { http } = testClient([json(200, long)]);
    const error = await httpErrorOf(http.send({ ...rotation, keep: () => Promise.resolve(void (kept += 1)) }));
    expect(error).toMatchObject({ code: 'too_large', arrival: 'unknown' });
    expect(error.message).toContain('sent an answer of more than 8388608 bytes');
    expect(kept).toBe(0);
  });
});

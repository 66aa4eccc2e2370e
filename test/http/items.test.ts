import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';

import { readItems, readJson } from '../../src/http/body.ts';
import { HttpError } from '../../src/http/error.ts';
import { jsonText } from '../../src/model/exact-number.ts';

const List = z.array(z.unknown());
const request = { method: 'GET', url: 'https://api.example/things', purpose: 'list things' } as const;

/** What both ways make of a body: the items as text, or the error's. */
function readBoth(body: string | Buffer, type = 'application/json') {
  const answer = { status: 200, headers: new Map([['content-type', type]]), bytes: Buffer.from(body) };
  const answered = { provider: 'nscale', request };
  return {
    whole: told(() => readJson(answer, List, answered)),
    inPieces: told(() => [...readItems(answer, List, answered)].flat()),
  };
}

function told(read: () => unknown): string {
  try {
    return jsonText(read());
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return [error.message, error.code, error.arrival, error.body, error.status].join('\n');
  }
}

/** Longer than a piece, and of one that holds everything that a border may be taken for. */
const filler = `{"a":"},{[]\\\\","b":[{"c":1},{"d":[2,3]}],"e":"ä\\"},{\\"","f":{},"g":"${'x'.repeat(5000)}"}`;

function longer(items: readonly string[], between = ','): string {
  const count = Math.ceil((3 * 128 * 1024) / (filler.length * (items.length + 1)));
  return Array.from({ length: count }, () => [filler, ...items].join(between)).join(between);
}

describe('a list in pieces', () => {
  it('has the items of the whole list, whatever is in them and between them', () => {
    const item = fc.json({ maxDepth: 5, stringUnit: 'binary' });
    const space = fc.stringMatching(/^[ \t\n\r]{0,3}$/);
    const number = fc.constantFrom('12345678901234567890', '1e400', '-0', '1.10');
    fc.assert(
      fc.property(
        fc.array(fc.oneof(item, number), { maxLength: 9 }),
        space,
        space,
        fc.boolean(),
        (items, a, b, hasMark) => {
          const body = `${hasMark ? '\uFEFF' : ''}${a}[${b}${longer(items, `${a},${b}`)}${a}]${b}`;
          const { whole, inPieces } = readBoth(body);
          expect(whole.startsWith(`[{"a"`)).toBe(true);
          expect(inPieces === whole).toBe(true);
        },
      ),
      { numRuns: 40, seed: 20261130 },
    );
  });

  it('is refused as the whole list is, wherever it is broken', () => {
    const text = `[${longer(['1', '"a"', 'null'])}]`;
    const damage = fc.constantFrom('', '"', ',', ',,', '[', ']', '{', '}', '],[', '}{', '\\', '\0', '1', '\uFFFD');
    const where = fc.oneof(fc.nat(text.length), fc.constantFrom(0, 1, text.length - 1, text.length));
    fc.assert(
      fc.property(where, fc.nat(2), damage, (at, removed, put) => {
        const { whole, inPieces } = readBoth(text.slice(0, at) + put + text.slice(at + removed));
        expect(inPieces === whole).toBe(true);
      }),
      { numRuns: 150, seed: 20261130 },
    );
  });

  it.each<[string, string | Buffer, string?]>([
    ['no JSON', `[${longer([])}] and more`],
    ['no JSON, and said to be a page', `[${longer([])}`, 'text/html'],
    ['no UTF-8', Buffer.concat([Buffer.from(`[${longer([])},"`), Buffer.from([0xff]), Buffer.from('"]')])],
    ['nested too deeply', `[${longer(['['.repeat(100) + ']'.repeat(100)])}]`],
    ['an object', `{"a":[${longer([])}],"b":[${longer([])}]}`],
    ['two lists', `[${longer([])}],[${longer([])}]`],
    ['without an item before its end', `[${longer([])},]`],
    ['without an item at its start', `[,${longer([])}]`],
    ['without an item at a border', `[${longer([])},,${longer([])}]`],
    ['with a space that JSON has not', `[${longer([])}]\u00A0`],
  ])('is refused in the same words: %s', (_, body, type) => {
    const { whole, inPieces } = readBoth(body, type);
    expect(whole).toContain('cannot list things: nscale answered GET /things with 200 and ');
    expect(inPieces).toBe(whole);
  });

  it('tells a long list from a short one only by the time it takes', () => {
    expect(readBoth('[]')).toEqual({ whole: '[]', inPieces: '[]' });
    expect(readBoth('{}').inPieces).toBe(readBoth('{}').whole);
    expect(readBoth('').inPieces).toBe(readBoth('').whole);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { HttpError } from '../../src/http/error.ts';
import { retryAfter } from '../../src/http/pause.ts';
import { traceIdOf } from '../../src/http/text.ts';
import { testNow } from '../harness/context.ts';
import { hostileText, runnerCommand, unprintable } from '../harness/hostile.ts';
import { read, rotation, testClient } from './client.ts';

const settings = { numRuns: 500, seed: 20261122 };

/** What a header can carry of any text. */
const value = fc
  .oneof(
    hostileText(),
    fc.constantFrom(
      '0',
      '-1',
      '1e9',
      '999999999',
      '1'.repeat(400),
      '٣',
      '0x10',
      'Infinity',
      'NaN',
      ' 7 ',
      'Sun, 06 Nov 1994 08:49:37 GMT',
      'Sunday, 06-Nov-94 08:49:37 GMT',
      'Sun Nov  6 08:49:37 1994',
      'Mon, 99 Foo 2026 99:99:99 GMT',
      'Fri, 31 Dec 9999 23:59:59 GMT',
      'A GMT',
      '+275760-09-13',
    ),
    fc.integer().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  )
  .map((text) => text.replaceAll(/[^\t -~\u0080-\u00FF]/g, '').trim());

const names = ['retry-after', 'date', 'content-length', 'content-type', 'x-request-id', 'location'];

const headers = fc.dictionary(fc.constantFrom(...names, 'traceparent', 'content-encoding'), value);

test('a wait that is asked for is a time from now on, or none', () => {
  fc.assert(
    fc.property(value, (text) => {
      const wait = retryAfter(new Map(new Headers({ 'retry-after': text })), testNow);
      expect(wait === null || (Number.isFinite(wait) && wait >= 0)).toBe(true);
    }),
    settings,
  );
});

test('a trace id that is shown is a word of its own', () => {
  fc.assert(
    fc.property(headers, (found) => {
      expect(traceIdOf(new Map(new Headers(found))) ?? 'none').toMatch(/^[\w.:/-]{1,128}$/);
    }),
    settings,
  );
});

async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    return error;
  }
}

test('whatever is in its headers, an answer is taken, or its error can be printed', async () => {
  const status = fc.constantFrom(200, 204, 301, 307, 400, 401, 404, 409, 429, 500, 503);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(read, rotation), status, headers, async (request, code, found) => {
      function answer(): Response {
        return new Response(code === 204 ? null : '{}', { status: code, headers: found });
      }
      const { http, sleeps } = testClient(Array.from({ length: 8 }, () => () => Promise.resolve(answer())));
      const outcome = await outcomeOf(http.send(request));
      const said = outcome instanceof HttpError ? outcome.message : '';
      expect(said !== '' || (!(outcome instanceof Error) && code < 300)).toBe(true);
      expect(said).not.toMatch(unprintable);
      expect(said).not.toMatch(runnerCommand);
      for (const wait of sleeps) expect(wait).toBeLessThanOrEqual(60_000);
    }),
    settings,
  );
});

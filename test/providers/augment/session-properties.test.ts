import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { readSession, repeatedKeys, sessionLine, type SessionReading } from '../../../src/providers/augment/session.ts';

const tenantURL = 'https://d1.api.augmentcode.com/';

/** The session as `AUGMENT_SESSION_AUTH` takes it; an error of the test when there is none. */
function lineOf({ session, problems }: SessionReading): string {
  if (session === null) throw new Error(`this test expects a session: ${problems.join('; ')}`);
  return sessionLine(session).reveal();
}

describe('for any text', () => {
  const secret = fc.stringMatching(/^[0-9a-f]{16,40}$/);
  const fields = fc.record(
    {
      accessToken: fc.oneof(secret, fc.string(), fc.jsonValue()),
      tenantURL: fc.oneof(fc.constant(tenantURL), fc.webUrl(), fc.string(), fc.jsonValue()),
      scopes: fc.oneof(fc.array(fc.constantFrom('read', 'write', 'email')), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  const documents = fc.oneof(fields, fc.jsonValue()).map((value) => JSON.stringify(value));

  test('a session or problems come of it, and never an error', () => {
    fc.assert(
      fc.property(fc.oneof(documents, fc.string()), (text) => {
        const { session, problems } = readSession(text);
        expect(session === null).toBe(problems.length > 0);
      }),
    );
  });

  test('what is accepted comes back the same, on one line, at an https origin', () => {
    fc.assert(
      fc.property(documents, (text) => {
        const first = readSession(text);
        fc.pre(first.session !== null);
        const again = lineOf(first);
        expect(again).toMatch(/^\{"accessToken":"[!-~]+","tenantURL":"https:\/\/[^\s/]+\/","scopes":\[.*\]\}$/);
        expect(lineOf(readSession(again))).toBe(again);
      }),
    );
  });

  test('no message holds a token, wherever it was put', () => {
    const misplaced = fc
      .tuple(secret, fc.constantFrom('accessToken', 'tenantURL', 'scopes', 'other'), fields)
      .chain(([token, field, others]) =>
        fc
          .constantFrom<unknown>(
            token,
            `${token} `,
            [token],
            { [token]: token },
            `http://${token}`,
            `https://${token}@x`,
          )
          .map((value) => ({ token, text: JSON.stringify({ ...others, [field]: value }) })),
      );
    fc.assert(
      fc.property(misplaced, ({ token, text }) => {
        const { problems, warnings } = readSession(text);
        expect([...problems, ...warnings].join('\n')).not.toContain(token);
      }),
    );
  });

  test('repeated keys are those that were written twice', () => {
    const entries = fc.array(fc.tuple(fc.constantFrom('a', 'b', '"', '{', ':'), fc.jsonValue()), { maxLength: 5 });
    fc.assert(
      fc.property(entries, (pairs) => {
        const text = `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
        const keys = ['a', 'b', '"', '{', ':'];
        const twice = keys.filter((key) => pairs.filter(([other]) => other === key).length > 1);
        expect(repeatedKeys(text, keys)).toEqual(twice);
      }),
    );
  });
});

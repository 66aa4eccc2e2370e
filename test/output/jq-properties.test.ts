// @module-tag slow
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { FailedError, UsageError } from '../../src/errors.ts';
import { embeddedJq, rawLines } from '../../src/output/jq.ts';
import { safeJson } from '../../src/model/text.ts';
import { jsonForJq } from '../../src/output/serialize.ts';
import { prepareQuery } from '../../src/output/query.ts';
import { testContext } from '../harness/context.ts';
import { hostileText } from '../harness/hostile.ts';

/** Each run loads jq anew. */
const settings = { numRuns: 80, seed: 20261122 };

const key = fc.constantFrom('a', 'b', 'x y', '__proto__', 'constructor', 'toJSON', 'length', '0', 'é');
const number = fc.oneof(
  fc.constantFrom(0, -0, 1e21, 1e-9, 2 ** 53 + 2, -1.5, Number.MAX_VALUE, Number.MIN_VALUE),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const { document } = fc.letrec<{ document: unknown }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 3 },
    { weight: 3, arbitrary: fc.oneof(number, hostileText(), fc.boolean(), fc.constant(null)) },
    { weight: 2, arbitrary: fc.array(tie('document'), { maxLength: 3 }) },
    // From JSON, where `__proto__` is a key like any other.
    {
      weight: 4,
      arbitrary: fc
        .array(fc.tuple(key, tie('document')), { maxLength: 4 })
        .map((pairs) => JSON.parse(textOf(pairs)) as unknown),
    },
  ),
}));

function textOf(pairs: readonly (readonly [string, unknown])[]): string {
  const members = pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{${members.join(',')}}`;
}

/** Filters of a small grammar, most of which mean something. */
const { filter } = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      '.',
      '.a',
      '.b',
      '."x y"',
      '.["__proto__"]',
      '.[]?',
      '.[0]?',
      '..',
      'keys?',
      'length?',
      'tojson',
      'type',
      'empty',
      'null',
      '1e1000',
      '"a\\u0000b"',
      '@text',
      'not',
      'tostring',
      'to_entries?',
      '.a?',
      'add?',
      'first(.[]?)',
      '[.[]?]',
      '{a: .}',
      '-1',
      'ascii?',
      '@base64?',
    ),
    fc.tuple(tie('filter'), fc.constantFrom(' | ', ', ', ' // '), tie('filter')).map((parts) => parts.join('')),
    tie('filter').map((inner) => `[${inner}]`),
    tie('filter').map((inner) => `(${inner})?`),
  ),
}));

const jq = embeddedJq((work) => work());

/** What the program prints, or `refused` or `failed`; any other error is one of ours. */
async function printed(text: string, value: unknown): Promise<string> {
  const { ctx } = testContext();
  try {
    const query = await prepareQuery(ctx, { query: [text] });
    return (await query(value, { isSecret: false })).join('');
  } catch (error) {
    if (error instanceof UsageError) return 'refused';
    if (error instanceof FailedError) return 'failed';
    throw error;
  }
}

/** The same, as jq itself has it: raw text for strings, and JSON for everything else, in which nothing steers. */
async function expected(text: string, value: unknown): Promise<string> {
  const whole = `[${text}] | map(if type == "string" then . else [tojson] end)`;
  const { stdout, exitCode } = await jq.run({ filter: whole, named: [] }, jsonForJq(value));
  if (exitCode !== 0) return exitCode === 3 ? 'refused' : 'failed';
  const values = JSON.parse(stdout) as readonly (string | readonly [string])[];
  return values.map((each) => `${typeof each === 'string' ? each : safeJson(each[0])}\n`).join('');
}

test('what is printed is what jq prints raw and compact, one value on a line', async () => {
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(document, filter, async (value, text) => {
      const found = await printed(text, value);
      if (found !== 'failed') answered += 1;
      expect(found).toBe(await expected(text, value));
    }),
    settings,
  );
  expect(answered).toBeGreaterThan(settings.numRuns / 2);
}, 60_000);

test('any filter is compiled or refused, and any text printed, without an error of ours', async () => {
  await fc.assert(
    fc.asyncProperty(hostileText(), document, async (text, value) => {
      expect(await printed(text, value)).toMatch(/^$|\n$|^refused$|^failed$/);
    }),
    { ...settings, numRuns: 40 },
  );
}, 60_000);

test('a string of any text is printed as it is', async () => {
  await fc.assert(
    fc.asyncProperty(hostileText(), async (text) => {
      const { stdout } = await jq.run({ filter: '.', named: [] }, jsonForJq(text));
      expect(rawLines(stdout)).toBe(`${text.replaceAll(/\p{Cs}/gu, '\uFFFD')}\n`);
      expect(await printed('.', text)).toBe(rawLines(stdout));
    }),
    settings,
  );
}, 60_000);

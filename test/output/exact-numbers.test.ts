import { expect, describe, it } from 'vitest';

import { parseExactly } from '../../src/model/exact-number.ts';
import { sheetOfValue } from '../../src/output/document.ts';
import { useNscale } from '../harness/nscale.ts';
import { useRunai } from '../harness/runai.ts';
import type { Intercept } from '../harness/deployment.ts';

/** What a service may send, and how it has to come out: only what JavaScript would change keeps its spelling. */
const sent = '{"big":12345678901234567890,"odd":9007199254740993,"fine":0.1000000000000000055,"far":1e400,"one":1.0}';
const printed = '{"big":12345678901234567890,"odd":9007199254740993,"fine":0.1000000000000000055,"far":1e400,"one":1}';

/** Puts text into the answers of a service, behind the first place where `before` stands in each. */
function inserting(before: string, text: string): Intercept {
  return async (request, next) => {
    const answer = await next(request);
    const body = await answer.text();
    return new Response(
      body.replaceAll(before, () => `${before}${text}`),
      answer,
    );
  };
}

it('a number that JavaScript rounds is a value of a sheet', () => {
  expect(sheetOfValue(parseExactly('[{"a": 12345678901234567890, "b": {}}, 1e400]'))).toEqual({
    header: ['a', 'value'],
    rows: [
      ['12345678901234567890', ''],
      ['', '1e400'],
    ],
  });
});

describe('numbers that JavaScript rounds, in an answer,', () => {
  const nscale = useNscale();

  it.each([
    [['--json', '--raw'], '"limits": {\n        "big": 12345678901234567890,\n        "odd": 9007199254740993,'],
    [['--json'], '"far": 1e400,\n          "one": 1\n'],
    [['--format', 'ndjson'], `"limits":${printed}`],
    [
      ['--format', 'yaml'],
      'big: 12345678901234567890\n        odd: 9007199254740993\n        fine: 0.1000000000000000055\n        far: 1e400\n        one: 1\n',
    ],
    [['-q', '.[0].raw.spec.limits'], printed.replace('1e400', '1E+400')],
    [
      ['-q', '.[] | .raw.spec.limits | [.big, .odd, .fine]'],
      '[12345678901234567890,9007199254740993,0.1000000000000000055]\n',
    ],
    [['-q', '.[0].raw.spec.limits.big'], '12345678901234567890\n'],
  ])('keep their digits with %j', async (flags, expected) => {
    const deployment = nscale({ intercept: inserting('"spec":{', `"limits":${sent},`) });
    const { code, stdout, stderr } = await deployment.run(['sa', 'list', ...flags]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(expected);
  });

  it('keep them in the report of a rotation, which is printed from the answer', async () => {
    const deployment = nscale({ intercept: inserting('"spec":{', `"limits":${sent},`) });
    const { code, stdout } = await deployment.run(['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--json', '--raw']);
    expect(code).toBe(0);
    expect(stdout).toContain('"big": 12345678901234567890');
  });

  it('do not make bad answers of what is text', async () => {
    const deployment = nscale({ intercept: inserting('"metadata":{', '"id":12345678901234567890,"x":') });
    const { code, stderr } = await deployment.run(['sa', 'list', '--json']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('bad_answer') });
  });
});

describe('ids that are such numbers', () => {
  const runai = useRunai();
  const id = '9007199254740993';

  /** The first rule has an id that no JavaScript number is, instead of its own. */
  function withLongIds(log: string[]): Intercept {
    const own = new Map<string, string>();
    return async (request, next) => {
      const { pathname } = new URL(request.url);
      log.push(`${request.method} ${pathname} ${await request.clone().text()}`);
      const list = pathname.replace(`/${id}`, '');
      const answer = await next(new Request(request.url.replace(id, own.get(list) ?? ''), request));
      if (answer.status === 204) return answer;
      const body = await answer.text();
      return new Response(
        body.replace(/"id":(\d+)/, (_, number: string) => {
          own.set(list, number);
          return `"id":${id}`;
        }),
        answer,
      );
    };
  }

  it('are printed and asked for as they are', async () => {
    const log: string[] = [];
    const deployment = runai({ intercept: withLongIds(log) });
    const { stdout } = await deployment.run(['accessrules', 'list', '-q', '.[].id']);
    expect(stdout.split('\n')).toContain(id);
    await deployment.run(['accessrules', 'delete', '--id', id, '--yes', '--allow-self']);
    expect(log.filter((line) => line.startsWith('DELETE'))).toEqual([
      `DELETE /api/v1/authorization/access-rules/${id} `,
    ]);
  });
});

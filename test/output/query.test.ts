// @module-tag slow
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FailedError, UsageError } from '../../src/errors.ts';
import { prepareQuery } from '../../src/output/query.ts';
import { testContext } from '../harness/context.ts';
import { rejection, temporaryDirectory } from './support.ts';

async function run(value: unknown, ...query: readonly string[]): Promise<string> {
  const runQuery = await prepareQuery(testContext().ctx, { query });
  return (await runQuery(value, { isSecret: false })).join('');
}

describe('-q', () => {
  const value = {
    id: 'a1',
    text: 'two\nlines "quoted" é 😀',
    spaced: '  x  ',
    none: null,
    big: Number('12345678901234567890'),
    list: [{ n: 1 }, { n: 2.5 }],
  };

  test.each([
    ['a string is raw', ['.id'], 'a1\n'],
    ['a string keeps its line ends and quotes', ['.text'], 'two\nlines "quoted" é 😀\n'],
    ['a string keeps its spaces', ['.spaced | .'], '  x  \n'],
    ['an empty string is an empty line', ['"", ""'], '\n\n'],
    ['null is printed', ['.none'], 'null\n'],
    ['a missing key is null', ['.nope.deeper'], 'null\n'],
    ['false is printed', ['.id == 1'], 'false\n'],
    ['an object is compact', ['.list[0]'], '{"n":1}\n'],
    ['an array is compact', ['[.list[].n]'], '[1,2.5]\n'],
    ['several results are a line each', ['.list[].n'], '1\n2.5\n'],
    ['a string inside an array stays JSON', ['[.id]'], '["a1"]\n'],
    ['no result is no output', ['empty'], ''],
    ['no result of a path is no output', ['.list[] | select(.n > 9)'], ''],
    ['several filters print in order', ['.list[1].n', '.id', 'empty', '.list | length'], '2.5\na1\n2\n'],
    ['a big integer keeps its digits', ['.big | .'], '12345678901234567000\n'],
    ['a big integer keeps its digits in a path', ['.big'], '12345678901234567000\n'],
    ['a filter may start with a dash', ['-1'], '-1\n'],
    ['a filter may look like an option', ['-n', '-r'].map((option) => `def n: 2; def r: 3; 4 ${option}`), '2\n1\n'],
    ['an escape in a string is printed as it is', ['"\\u001b[31m"'], '\u001B[31m\n'],
    ['what debug says is left out', ['debug | .id'], 'a1\n'],
    ['white space around a filter', [' .id\n'], 'a1\n'],
    ['comments', ['.id # the id'], 'a1\n'],
  ])('%s', async (_, filters, expected) => {
    expect(await run(value, ...filters)).toBe(expected);
  });

  test('half a surrogate pair does not stop jq', async () => {
    const broken = { a: 'x\uD83D', b: String.raw`\ud83d`, c: '\\\uDE00' };
    expect(await run(broken, '.a', '.b | .', '.c | .')).toBe(
      ['x\uFFFD', String.raw`\ud83d`, '\\\uFFFD', ''].join('\n'),
    );
  });

  test('a filter that fails says why and prints nothing', async () => {
    const error = await rejection(run({ id: 1 }, '.id', '.id.x'));
    expect(error).toBeInstanceOf(FailedError);
    expect(error).toMatchObject({
      code: 'filter',
      exitCode: 1,
      message: '-q ".id.x" failed: Cannot index number with string ("x")',
      hint: null,
    });
  });

  test.each([
    ['error("a\\nb\\u001b[31m::")', '-q "error("a\\nb\\u001b[31m::")" failed: a b::'],
    ['error({a: 1})', '-q "error({a: 1})" failed: (not a string): {"a":1}'],
    ['"gone" | halt_error(3)', '-q ""gone" | halt_error(3)" failed: gone'],
    ['debug | error("x")', '-q "debug | error("x")" failed: x'],
  ])('%s is reported on one line', async (filter, message) => {
    expect(await rejection(run({ id: 1 }, filter))).toHaveProperty('message', message);
  });
});

describe('a filter that does not compile', () => {
  test.each([
    ['.a[', 'syntax error, unexpected end of file at line 1, column 3'],
    ['foo(1)', 'foo/1 is not defined at line 1, column 1'],
    ['.a\n| nope', 'nope/0 is not defined at line 2, column 3'],
    ['$x', '$x is not defined at line 1, column 1'],
  ])('%j is a usage error', async (filter, reason) => {
    const error = await rejection(prepareQuery(testContext().ctx, { query: ['.', filter] }));
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({
      problems: [`-q "${filter.replace('\n', ' ')}" does not compile: ${reason}`],
      hint: '--query-file reads a filter that a shell would change',
    });
  });

  test('and ends the engine for its length is one, too, and the next is compiled', async () => {
    const long = 'ab-'.repeat(5000);
    const error = await rejection(prepareQuery(testContext().ctx, { query: [long, '.a['] }));
    expect(error).toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(
        /^-q "ab-.*" does not compile: it is too long or nested too deeply; -q "\.a\[" does not compile: syntax error/,
      ),
    });
  });

  test.each(['', '  \n'])('%j is empty', async (filter) => {
    const error = await rejection(prepareQuery(testContext().ctx, { query: [filter] }));
    expect(error).toMatchObject({ exitCode: 2, message: '-q "": the filter is empty; "." prints everything' });
  });

  test('is not run: an endless or failing one compiles', async () => {
    const query = ['last(repeat(1))', 'error("x")', 'input'];
    await expect(prepareQuery(testContext().ctx, { query })).resolves.toBeTypeOf('function');
  });
});

async function withFile(content: string | Uint8Array): Promise<string> {
  const cwd = await temporaryDirectory();
  await writeFile(join(cwd, 'my filter.jq'), content);
  const { ctx } = testContext({ cwd });
  const query = await prepareQuery(ctx, { query: ['.id'], queryFile: 'my filter.jq' });
  return (await query({ id: 'a1', list: [1, 2] }, { isSecret: false })).join('');
}

describe('--query-file', () => {
  test.each([
    ['several lines and comments', '# all of them\n.list[]\n  | . + 1\n', 'a1\n2\n3\n'],
    ['a path', '.list\n', 'a1\n[1,2]\n'],
    ['a byte order mark', '\uFEFF.list[0]\r\n', 'a1\n1\n'],
  ])('with %s runs after -q', async (_, content, expected) => {
    expect(await withFile(content)).toBe(expected);
  });

  test.each([
    ['is empty', '', '--query-file "my filter.jq": the filter is empty; "." prints everything'],
    [
      'does not compile',
      '.list\n| nope\n',
      '--query-file "my filter.jq" does not compile: nope/0 is not defined at line 2, column 3',
    ],
    ['is binary', new Uint8Array([0x2e, 0, 0x61]), '--query-file "my filter.jq": the filter holds a NUL character'],
  ])('that %s is a usage error', async (_, content, message) => {
    expect(await rejection(withFile(content))).toMatchObject({ exitCode: 2, message });
  });

  test('that is missing or a directory is a usage error', async () => {
    const cwd = await temporaryDirectory();
    await mkdir(join(cwd, 'folder'));
    const { ctx } = testContext({ cwd });
    expect(await rejection(prepareQuery(ctx, { queryFile: 'none.jq' }))).toHaveProperty(
      'message',
      'cannot read --query-file "none.jq": no such file or directory (ENOENT)',
    );
    expect(await rejection(prepareQuery(ctx, { queryFile: 'folder' }))).toHaveProperty(
      'message',
      'cannot read --query-file "folder": it is a directory',
    );
  });

  test('that cannot be opened is a usage error', async () => {
    const cwd = await temporaryDirectory();
    await symlink('loop.jq', join(cwd, 'loop.jq'));
    const { ctx } = testContext({ cwd });
    expect(await rejection(prepareQuery(ctx, { queryFile: 'loop.jq' }))).toHaveProperty(
      'message',
      'cannot read --query-file "loop.jq": too many symbolic links encountered (ELOOP)',
    );
  });
});

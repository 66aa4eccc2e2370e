// @module-tag slow
import { describe, expect, test, vi } from 'vitest';
import { embeddedJq } from '../../src/output/jq.ts';
import { loadModule } from '../../src/output/jq-module.ts';
import { JqMemoryError } from '../../src/output/jq-error.ts';
import { prepareQuery } from '../../src/output/query.ts';
import { testContext } from '../harness/context.ts';
import { run } from '../harness/run.ts';
import { rejection } from './support.ts';

/** An account as large as real ones, about 670 bytes of JSON. */
function account(index: number): unknown {
  const id = `c1f0a1de-0000-4000-8000-${String(index).padStart(12, '0')}`;
  const metadata = { id, name: `account-${index}`, creationTime: '2026-11-01T08:00:00Z' };
  return { provider: 'nscale', ...metadata, description: 'x'.repeat(400), raw: { metadata } };
}

test('too little address space for the embedded jq is said, before anything is asked', async () => {
  vi.spyOn(WebAssembly, 'instantiate').mockRejectedValue(new RangeError('could not allocate memory'));
  expect(await run(['sa', 'list', '-q', 'length'])).toEqual({
    code: 1,
    stdout: '',
    stderr: `${JSON.stringify({
      error: {
        code: 'memory',
        message: 'this machine gives the program too little address space for the built-in jq',
        hint: 'raise the limit (ulimit -v), or set NODE_OPTIONS=--disable-wasm-trap-handler',
        provider: null,
        status: null,
        traceId: null,
        retryable: false,
        exitCode: 1,
      },
    })}\n`,
  });
});

describe('the embedded jq', () => {
  test('answers on 60 MB of accounts, whatever is asked of them', async () => {
    const accounts = Array.from({ length: 94_000 }, (_, index) => account(index));
    expect(JSON.stringify(accounts).length).toBeGreaterThan(60_000_000);
    const query = await prepareQuery(testContext().ctx, { query: ['length', 'last | .name', 'map(.raw) | length'] });
    expect(await query(accounts, { isSecret: false })).toEqual(['94000\n', 'account-93999\n', '94000\n']);
  }, 120_000);

  test('takes a list in pieces where the filter takes its items one by one', async () => {
    const accounts = Array.from({ length: 50_000 }, (_, index) => account(index));
    let runs = 0;
    const { ctx } = testContext();
    const counted = { ...ctx, blocking: <Result>(work: () => Result): Result => ((runs += 1), work()) };
    const query = await prepareQuery(counted, { query: ['.[] | select(.name | endswith("9999")).name'] });
    const expected = [9999, 19999, 29999, 39999, 49999].map((number) => `account-${number}\n`).join('');
    expect((await query(accounts, { isSecret: false })).join('')).toBe(expected);
    // One to compile it, and one for each 500 kB.
    expect(runs).toBe(68);
  }, 60_000);

  test('sees nothing of the environment', async () => {
    vi.stubEnv('NSCALE_SERVICE_TOKEN', 'a-secret-of-this-test');
    const jq = embeddedJq((work) => work());
    const { stdout } = await jq.run({ filter: '[env, $ENV, ($ENV | keys)]', named: [] }, 'null');
    expect(stdout).toContain('{');
    expect(stdout).not.toContain('NSCALE_SERVICE_TOKEN');
    expect(stdout).not.toContain('a-secret');
  });

  test('says when a document or filter is too large for it, and works again afterwards', async () => {
    const { ctx } = testContext();
    let isOut = false;
    function blocking<Result>(work: () => Result): Result {
      if (isOut) throw new Error('Aborted()');
      return work();
    }
    const query = await prepareQuery({ ...ctx, blocking }, { query: ['. + 1'] });
    isOut = true;
    expect(await rejection(query(1, { isSecret: false }))).toMatchObject({
      code: 'filter',
      exitCode: 1,
      message: '-q ". + 1" failed: the built-in jq ran out of its 2 GiB of memory (document: 1 MB)',
      hint: 'SACTL_JQ=native runs the jq of this machine instead',
    });
    isOut = false;
    expect((await query(1, { isSecret: false })).join('')).toBe('2\n');
  });

  test('has the memory that it is given, and no more', async () => {
    const megabyte = 2 ** 20;
    const grows = '[range(2e6)] | length';
    const small = await loadModule(32 * megabyte);
    expect(() => small.raw('1', grows, ['-c', '--'])).toThrow(/abort|memory/i);
    const large = await loadModule(512 * megabyte);
    expect(large.raw('1', grows, ['-c', '--'])).toMatchObject({ stdout: '2000000', exitCode: 0 });
    // More than the package itself allows.
    expect(large.raw('1', '"x" * 300000000 | length', ['-c', '--'])).toMatchObject({ stdout: '300000000' });
    expect(() => large.raw('1', '[range(1e9)]', ['-c', '--'])).toThrow(/abort|memory/i);
  }, 60_000);

  test('runs every filter inside `blocking`', async () => {
    let runs = 0;
    const jq = embeddedJq((work) => {
      runs += 1;
      return work();
    });
    expect(await jq.run({ filter: '.a', named: [] }, '{"a":1}')).toEqual({ stdout: '1', stderr: '', exitCode: 0 });
    expect(runs).toBe(1);
  });

  test('reports an engine that broke as out of memory', async () => {
    const jq = embeddedJq(() => {
      throw new Error('Aborted()');
    });
    expect(await rejection(jq.run({ filter: '.', named: [] }, '1'))).toBeInstanceOf(JqMemoryError);
  });

  test('leaves the exit code of the process alone', async () => {
    const before = process.exitCode;
    await embeddedJq((work) => work()).run({ filter: 'error("x")', named: [] }, '1');
    expect(process.exitCode ?? 0).toBe(before ?? 0);
  });
});

import { describe, expect, test, vi } from 'vitest';
import { embeddedJq, JqMemoryError } from '../../src/output/jq.ts';
import { prepareQuery } from '../../src/output/query.ts';
import { testContext } from '../harness/context.ts';
import { rejection } from './support.ts';

/** An account as large as real ones, about 670 bytes of JSON. */
function account(index: number): unknown {
  const id = `c1f0a1de-0000-4000-8000-${String(index).padStart(12, '0')}`;
  const metadata = { id, name: `account-${index}`, creationTime: '2026-11-01T08:00:00Z' };
  return { provider: 'nscale', ...metadata, description: 'x'.repeat(400), raw: { metadata } };
}

describe('the embedded jq', () => {
  test('answers on 25 MB of accounts', async () => {
    const accounts = Array.from({ length: 39_000 }, (_, index) => account(index));
    expect(JSON.stringify(accounts).length).toBeGreaterThan(25_000_000);
    const query = await prepareQuery(testContext().ctx, { query: ['length', 'last | .name'] });
    expect(await query(accounts, { isSecret: false })).toBe('39000\naccount-38999\n');
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
    const query = await prepareQuery(testContext().ctx, { query: ['if . == "large" then [range(1e8)] else . end'] });
    expect(await rejection(query('large', { isSecret: false }))).toMatchObject({
      code: 'filter',
      exitCode: 1,
      message:
        '-q "if . == "large" then [range(1e8)] else . end" failed: the built-in jq ran out of its 256 MiB of memory (document: 1 MB)',
      hint: 'SACTL_JQ=native runs the jq of this machine instead',
    });
    expect(await query('small', { isSecret: false })).toBe('small\n');
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

import { describe, expect, it } from 'vitest';

import { barText, createProgress } from '../../src/fleet/progress.ts';
import { failedItem, rotatedItem, skippedItem, type Item } from '../../src/fleet/items.ts';
import type { CommonFlags } from '../../src/session/flags.ts';
import { ExitCode, FailedError } from '../../src/errors.ts';
import { account, issuedWith, secret } from '../delivery/answers.ts';
import { testContext, type TestContextOptions } from '../harness/context.ts';
import { run } from '../harness/run.ts';
import { createWorld, toFiles } from './world.ts';

const rotate = ['sa', 'rotate', '--all', ...toFiles, '--yes', '--no-color', '-q', '.rotated | length'];

const common: CommonFlags = { input: true, color: true };
const rotated: Item = { kind: 'rotated', item: rotatedItem({ ...issuedWith(secret), account }) };
const failed: Item = { kind: 'failed', item: failedItem(account, new FailedError('failed', 'nothing was changed')) };
const skipped: Item = {
  kind: 'skipped',
  item: skippedItem({ account, reason: 'interrupted', detail: null }, ExitCode.interrupted),
};

/** What is on stderr after a run in which this came of the accounts. */
async function shown(
  items: readonly Item[],
  options: TestContextOptions = {},
  flags: Partial<CommonFlags> = {},
): Promise<string> {
  const { ctx, stderr } = testContext(options);
  const all = { ctx, common: { ...common, ...flags }, total: items.length, marker: {} };
  const progress = createProgress(all);
  await progress.begin();
  for (const item of items) await progress.done(item);
  await progress.note('a word');
  await progress.end();
  return stderr();
}

const lines = [
  'sactl: [1/3] rotated ci (nscale)\n',
  'sactl: [2/3] failed: ci (nscale): nothing was changed\n',
  'sactl: [3/3] left ci (nscale): interrupted\n',
  'sactl: a word\n',
].join('');

const clear = '\r\u001B[K';

describe('the progress of a run', () => {
  it.each([
    ['elsewhere', {}],
    ['on a dumb terminal', { terminal: 80, env: { TERM: 'dumb' } }],
    ['in CI', { terminal: 80, env: { CI: 'true' } }],
  ])('is a line for each account: %s', async (_, options) => {
    expect(await shown([rotated, failed, skipped], options)).toBe(lines);
  });

  it.each([
    ['elsewhere', {}],
    ['on a terminal', { terminal: 80 }],
  ])('is not shown with --quiet: %s', async (_, options) => {
    expect(await shown([rotated, failed], options, { quiet: true })).toBe('');
  });

  it('is a bar on a terminal, which gives way to what failed and is gone in the end', async () => {
    const text = await shown([rotated, failed, skipped], { terminal: 80 });
    expect(text.split(clear)).toEqual([
      '',
      'rotating [------------------------] 0/3',
      'rotating [########----------------] 1/3, 0 s left',
      'sactl: failed: ci (nscale): nothing was changed\n',
      'rotating [################--------] 2/3, 1 failed, 0 s left',
      'rotating [########################] 3/3, 1 failed',
      'sactl: a word\n',
      'rotating [########################] 3/3, 1 failed',
      '',
    ]);
  });

  it.each([
    [40, 39],
    [10, 9],
    // Some terminals say that they have none.
    [0, 79],
  ])('never fills a line of %i columns', async (terminal, room) => {
    const drawn = (await shown([rotated, failed], { terminal })).split(clear).filter((part) => !part.includes('\n'));
    expect(drawn.every((part) => part.length <= room)).toBe(true);
    const whole = 'rotating [------------------------] 0/2';
    expect(drawn.slice(1, 2)).toEqual([[whole, 'rotating 0/2', '0/2'].find(({ length }) => length <= room)]);
  });

  it('is nothing where nothing is rotated', async () => {
    const { ctx, stderr } = testContext({ terminal: 80 });
    const progress = createProgress({ ctx, common, total: 0, marker: {} });
    await progress.begin();
    await progress.end();
    expect(stderr()).toBe('');
  });
});

describe('the bar', () => {
  it.each([
    [{ done: 0, total: 500, failed: 0, elapsedMs: 0 }, 'rotating [------------------------] 0/500'],
    [
      { done: 125, total: 500, failed: 2, elapsedMs: 4000 },
      'rotating [######------------------] 125/500, 2 failed, 12 s left',
    ],
    [{ done: 499, total: 500, failed: 0, elapsedMs: 60_000 }, 'rotating [########################] 499/500, 1 s left'],
    [{ done: 1, total: 1, failed: 1, elapsedMs: 9 }, 'rotating [########################] 1/1, 1 failed'],
  ])('of %j', (stand, text) => {
    expect(barText(stand)).toBe(text);
  });

  it.each([
    [50, 'rotating 1/12, 2 failed, 11 s left'],
    [20, 'rotating 1/12'],
    [5, '1/12'],
    [3, '1/1'],
  ])('in %i columns keeps what matters', (room, text) => {
    expect(barText({ done: 1, total: 12, failed: 2, elapsedMs: 1000 }, room)).toBe(text);
  });
});

describe('stderr of a run', () => {
  it('has a line for each account, in a job and in a pipe, and nothing with --quiet', async () => {
    const { stdout, stderr } = await createWorld({ accounts: 2 }).run(rotate);
    expect(stdout).toBe('2\n');
    expect(stderr.split('\n').map((line) => line.replace(/app-00\d/, 'app'))).toEqual([
      'sactl: [1/2] rotated app (nscale)',
      'sactl: [2/2] rotated app (nscale)',
      'sactl: 2 rotated, 0 skipped, 0 failed',
      '',
    ]);
    expect((await createWorld({ accounts: 2 }).run([...rotate, '--quiet'])).stderr).toBe('');
  });

  it('keeps the bar off its last line', async () => {
    const { stderr } = await createWorld({ accounts: 2 }).run(rotate, { terminal: 100 });
    expect(stderr.endsWith(`${clear}sactl: 2 rotated, 0 skipped, 0 failed\n`)).toBe(true);
  });

  it('is marked in the sandbox, line by line, also where the bar is drawn anew', async () => {
    const argv = ['sa', 'rotate', '--sandbox', '--match', 'c*', '--to', 'file:{name}', '--yes', '--no-color'];
    const { folder } = createWorld();
    const { stdout, stderr } = await run(argv, { terminal: 100, cwd: folder });
    expect(stdout).toMatch(/^RESULT/);
    const drawn = stderr.split(/\r\p{Cc}\[K|\n/u).filter((part) => part !== '');
    expect(drawn).toEqual([
      '[sandbox] rotating [------------------------] 0/2',
      '[sandbox] rotating [############------------] 1/2, 0 s left',
      '[sandbox] rotating [########################] 2/2',
      '[sandbox] sactl: 2 rotated, 0 skipped, 0 failed',
    ]);
  });
});

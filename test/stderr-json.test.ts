import { expect, it } from 'vitest';

import { main } from '../src/main.ts';
import { brokenStdout } from './commands/support.ts';
import { testContext, type TestContextOptions } from './harness/context.ts';
import { freshStateDirectory } from './harness/state.ts';

/** The lines of stderr as they are written, parsed. */
async function linesOf(line: string, options: TestContextOptions): Promise<readonly Record<string, unknown>[]> {
  const { ctx, stderr } = testContext(options);
  await main([...line.split(' '), '--sandbox'], ctx);
  const text = stderr();
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((one) => JSON.parse(one) as Record<string, unknown>);
}

const json = ['--json', '-q .', '--format ndjson', '--format=json'];

it.each(json)('with %s a note is an object', async (flag) => {
  const env = { SACTL_STATE_DIR: freshStateDirectory() };
  expect(await linesOf(`sa list --search nobody ${flag}`, { env })).toEqual([
    { note: { message: 'none of 13 service accounts matches' }, sandbox: true },
  ]);
});

it.each(json)('with %s the error is the last line, behind what is noted', async (flag) => {
  const env = { SACTL_STATE_DIR: freshStateDirectory() };
  await linesOf('sa rotate --id ci-deploy --yes --json', { env, stdout: brokenStdout('ENOSPC') });
  const lines = await linesOf(`sa get --id nobody ${flag}`, { env });
  expect(lines).toMatchObject([
    { note: { message: expect.stringContaining('has not been delivered') as unknown }, sandbox: true },
    { error: { code: 'not_found', exitCode: 3 }, sandbox: true },
  ]);
});

it('what --debug adds has a key of its own', async () => {
  const env = { SACTL_STATE_DIR: freshStateDirectory() };
  const lines = await linesOf('sa get --id nobody --json --debug', { env });
  const kinds = new Set(lines.map((line) => Object.keys(line)[0]));
  expect([...kinds]).toEqual(['debug', 'error']);
});

it('--quiet leaves the error', async () => {
  const env = { SACTL_STATE_DIR: freshStateDirectory() };
  await linesOf('sa rotate --id ci-deploy --yes --json', { env, stdout: brokenStdout('ENOSPC') });
  expect(await linesOf('sa get --id nobody --json --quiet', { env })).toMatchObject([{ error: {} }]);
});

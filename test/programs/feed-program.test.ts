import { expect, it } from 'vitest';

import { feedProgram } from '../../src/programs/program.ts';

const env = { PATH: process.env['PATH'] };
const longText = 'a line\n'.repeat(100_000);
const going = new AbortController().signal;

/** Node, which is on every system where tests run. */
function node(script: string): { path: string; args: readonly string[]; env: typeof env } {
  return { path: process.execPath, args: ['-e', script], env };
}

it('gives a program all of a text', async () => {
  const script = `let n = 0; process.stdin.on('data', (d) => n += d.length).on('end', () => process.exit(n === ${longText.length} ? 0 : process.kill(process.ppid)))`;
  await expect(feedProgram(node(script), longText, going)).resolves.toBeUndefined();
});

it('takes a program that ends early, or badly, for one that ended', async () => {
  await expect(feedProgram(node('process.exit(3)'), longText, going)).resolves.toBeUndefined();
});

it('rejects with the error of the system where it cannot be started', async () => {
  const missing = { path: '/nonexistent/pager', args: [], env };
  await expect(feedProgram(missing, longText, going)).rejects.toMatchObject({ code: 'ENOENT' });
});

it('ends it with the signal, and rejects with its reason', async () => {
  const controller = new AbortController();
  const fed = feedProgram(node('setInterval(() => {}, 1000)'), 'x', controller.signal);
  controller.abort(new Error('terminated'));
  await expect(fed).rejects.toThrow('terminated');
  await expect(feedProgram(node(''), 'x', controller.signal)).rejects.toThrow('terminated');
});

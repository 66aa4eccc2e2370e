import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { runWithSecret, type SecretCall } from '../../src/programs/secret-program.ts';
import { InterruptedError } from '../../src/errors.ts';
import { Secret } from '../../src/model/credential.ts';
import { testContext } from '../harness/context.ts';
import { secret, useWorkshop } from '../delivery/programs/fakes.ts';
import { expectEnded, isRunning, startedPids } from './processes.ts';

const shop = useWorkshop();

async function callOf(lines: readonly string[], more: Partial<SecretCall> = {}) {
  const path = join(shop.bin, 'tool');
  await shop.script(path, ['#!/bin/sh', ...lines]);
  const call: SecretCall = {
    path,
    args: [],
    input: new Secret(secret),
    env: { PATH: '/usr/bin:/bin' },
    timeoutMs: 60_000,
    signal: null,
    secrets: [new Secret(secret)],
    ...more,
  };
  return call;
}

/** A program that hangs with a child; the pids of both are written to a file. */
function hanging(pids: string): readonly string[] {
  return ['sleep 600 &', `echo "$$ $!" > "${pids}"`, 'echo half done >&2', 'wait'];
}

test('a program that ends well has no problem, whatever it said', async () => {
  const call = await callOf(['cat >/dev/null', 'echo done >&2']);
  expect(await runWithSecret(testContext({ cwd: shop.work }).ctx, call)).toEqual({
    problem: null,
    isFinal: false,
    hasReadAll: true,
    stdout: '',
    stderr: 'done\n',
  });
});

test('it runs in the working directory, with the arguments as they are and no more environment than is given', async () => {
  const call = await callOf(['printf "%s|" "$PWD" "$1" "$2" "${HOME-no home}" >&2'], {
    args: ['$(id)', 'a b;*'],
    env: {},
  });
  const { stderr } = await runWithSecret(testContext({ cwd: shop.work }).ctx, call);
  expect(stderr).toBe(`${shop.work}|$(id)|a b;*|no home|`);
});

test.each([
  { lines: ['exit 3'], problem: 'failed with exit code 3' },
  { lines: ['echo no >&2', 'exit 1'], problem: 'failed with exit code 1: no' },
  { lines: ['kill -TERM $$'], problem: 'was ended by SIGTERM' },
  { lines: ['echo "::error::a" >&2', 'echo b >&2', 'exit 1'], problem: 'failed with exit code 1: : :error::a b' },
  { lines: ['read -r line', 'echo "got $line" >&2', 'exit 1'], problem: 'failed with exit code 1: got [secret]' },
])('$lines.0 $problem', async ({ lines, problem }) => {
  const call = await callOf(lines);
  const outcome = await runWithSecret(testContext({ cwd: shop.work }).ctx, call);
  expect(outcome.problem).toBe(problem);
});

test('what it says is cut to 300 characters, and what is kept of it to 64 KiB', async () => {
  const call = await callOf(['head -c 200000 /dev/zero | tr "\\0" x >&2', 'exit 1']);
  const { problem, stderr } = await runWithSecret(testContext({ cwd: shop.work }).ctx, call);
  expect(problem?.length).toBe('failed with exit code 1: '.length + 300);
  expect(stderr.length).toBeLessThanOrEqual(64 * 1024);
});

test.each([
  {
    what: 'is not there',
    more: { path: '/nonexistent/tool' },
    problem: 'cannot be run: no such file or directory (ENOENT)',
  },
  {
    what: 'has an impossible argument',
    more: { args: ['a\0b'] },
    problem: 'cannot be run: an argument or a variable is not valid',
  },
])('a program that $what is a problem, not an exception', async ({ more, problem }) => {
  const call = await callOf([], more);
  const outcome = await runWithSecret(testContext({ cwd: shop.work }).ctx, call);
  expect(outcome).toEqual({ problem, isFinal: true, hasReadAll: null, stdout: '', stderr: '' });
});

test('when its time is over it is killed with its children', async () => {
  const pids = join(shop.work, 'pids');
  const clock = new AbortController();
  const { ctx } = testContext({
    cwd: shop.work,
    timeout: (milliseconds) => ({
      signal: milliseconds === 60_000 ? clock.signal : new AbortController().signal,
      clear: () => undefined,
    }),
  });
  const running = runWithSecret(ctx, await callOf(hanging(pids)));
  const started = await startedPids(pids);
  expect(started.filter(isRunning)).toEqual(started);
  clock.abort();
  expect(await running).toMatchObject({ problem: 'did not end within 60 s: half done', stderr: 'half done\n' });
  await expectEnded(started);
});

test('an interrupt kills it with its children, and is what is thrown', async () => {
  const pids = join(shop.work, 'pids');
  const interrupt = new AbortController();
  const call = await callOf(hanging(pids), { signal: interrupt.signal });
  const running = runWithSecret(testContext({ cwd: shop.work }).ctx, call);
  const started = await startedPids(pids);
  interrupt.abort(new InterruptedError());
  await expect(running).rejects.toThrow(InterruptedError);
  await expectEnded(started);
});

test('after an interrupt nothing is started', async () => {
  const call = await callOf(['touch started'], { signal: AbortSignal.abort(new InterruptedError()) });
  await expect(runWithSecret(testContext({ cwd: shop.work }).ctx, call)).rejects.toThrow(InterruptedError);
  await expect(readFile(join(shop.work, 'started'))).rejects.toThrow('ENOENT');
});

test('it leads its own process group, which a Ctrl-C at the terminal does not reach', async () => {
  const call = await callOf(['kill -s 0 -- "-$$" && echo "leads its group" >&2']);
  const { stderr } = await runWithSecret(testContext({ cwd: shop.work }).ctx, call);
  expect(stderr).toBe('leads its group\n');
});

test.each([
  { lines: ['exit 126'], isFinal: true },
  { lines: ['no-such-program'], isFinal: true },
  { lines: ['exit 1'], isFinal: false },
  { lines: ['exec true'], isFinal: true },
  { lines: ['kill -KILL $$'], isFinal: false },
])('$lines.0 would have the same problem again: $isFinal', async ({ lines, isFinal }) => {
  const outcome = await runWithSecret(testContext({ cwd: shop.work }).ctx, await callOf(lines));
  expect(outcome.problem).not.toBeNull();
  expect(outcome.isFinal).toBe(isFinal);
});

test('as much of stdout is kept as is asked for', async () => {
  const call = await callOf(['cat >/dev/null', 'printf 0123456789']);
  const { ctx } = testContext({ cwd: shop.work });
  expect((await runWithSecret(ctx, call)).stdout).toBe('');
  expect((await runWithSecret(ctx, { ...call, keepsStdout: 4 })).stdout).toBe('0123');
});

test('a program that opens its input by a path gets a pipe, which can be', async () => {
  const call = await callOf(['cat /dev/stdin', 'printf " %s" "$@"', 'exit "$1"'], { args: ['3', 'a b;$(id)'] });
  const { ctx } = testContext({ cwd: shop.work });
  expect(await runWithSecret(ctx, { ...call, readsPath: true, keepsStdout: 1024 })).toEqual({
    problem: 'failed with exit code 3',
    isFinal: false,
    hasReadAll: true,
    stdout: `${secret} 3 a b;$(id)`,
    stderr: '',
  });
});

test('where no shell makes a pipe, a program that opens its input by a path is not started', async () => {
  const call = await callOf(['touch started'], { readsPath: true });
  const ctx = { ...testContext({ cwd: shop.work }).ctx, platform: 'win32' } as const;
  expect(await runWithSecret(ctx, call)).toEqual({
    problem: 'cannot be run: it opens /dev/stdin, which needs /bin/sh and cat',
    isFinal: true,
    hasReadAll: null,
    stdout: '',
    stderr: '',
  });
  await expect(readFile(join(shop.work, 'started'))).rejects.toThrow('ENOENT');
});

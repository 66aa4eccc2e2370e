// @module-tag slow
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { canWatch } from '../../src/programs/input.ts';
import { runWithSecret, type ProgramOutcome, type SecretCall } from '../../src/programs/secret-program.ts';
import { Secret } from '../../src/model/credential.ts';
import { endless, testContext } from '../harness/context.ts';
import { useWorkshop } from '../delivery/programs/fakes.ts';
import { expectEnded, isRunning, startedPids } from './processes.ts';

const shop = useWorkshop();

/** The connection of sockets that Linux has, and the shell's pipe that others have. */
const ways = process.platform === 'linux' ? (['linux', 'darwin'] as const) : (['darwin'] as const);

interface Setting extends Partial<Omit<SecretCall, 'input'>> {
  readonly platform: NodeJS.Platform;
  readonly input?: string | null;
}

/** Runs a script; what it leaves behind may say nothing more. */
async function runScript(
  lines: readonly string[],
  { platform, input = 'abc', ...more }: Setting,
): Promise<ProgramOutcome> {
  const path = join(shop.bin, 'tool');
  await shop.script(path, ['#!/bin/sh', ...lines]);
  const { ctx } = testContext({
    cwd: shop.work,
    timeout: (milliseconds) =>
      milliseconds === 1000 ? { signal: AbortSignal.timeout(20), clear: () => undefined } : endless(),
  });
  return runWithSecret(
    { ...ctx, platform },
    {
      path,
      args: [],
      input: input === null ? null : new Secret(input),
      env: { PATH: '/usr/bin:/bin' },
      timeoutMs: 60_000,
      signal: null,
      secrets: [],
      ...more,
    },
  );
}

const unread = 'ended without reading the whole credential';
const good = { problem: null, isFinal: false, hasReadAll: true };
const bad = { problem: unread, isFinal: true, hasReadAll: false };

const programs = [
  { what: 'reads nothing', lines: ['exit 0'], expected: bad },
  { what: 'reads one byte', lines: ['head -c1 >/dev/null'], expected: bad },
  { what: 'reads all but one byte', lines: ['head -c "$(($1 - 1))" >/dev/null'], expected: bad },
  { what: 'reads exactly what there is', lines: ['head -c "$1" >/dev/null'], expected: good },
  { what: 'closes its input', lines: ['exec <&-', 'sleep 0.05'], expected: bad },
  { what: 'reads something else', lines: ['exec </dev/null', 'cat'], expected: bad },
  { what: 'becomes a program that reads', lines: ['exec cat >/dev/null'], expected: good },
  { what: 'becomes a program that does not', lines: ['exec true'], expected: bad },
  { what: 'has a child that reads', lines: ['(cat >/dev/null)'], expected: good },
  { what: 'reads late', lines: ['sleep 0.2', 'cat >/dev/null'], expected: good },
  { what: 'reads slowly', lines: ['head -c 9 >/dev/null', 'sleep 0.1', 'cat >/dev/null'], expected: good },
  { what: 'talks while it does not read', lines: ['head -c 300000 /dev/zero >&2'], expected: bad },
];

describe.each(ways)('as on %s', (platform) => {
  describe.each([20, 5000, 1024 * 1024])('of %i bytes', (size) => {
    test.each(programs)('a program that $what', async ({ lines, expected }) => {
      const input = 'abcd'.repeat(size / 4);
      const { problem, ...outcome } = await runScript(lines, { platform, input, args: [String(size)] });
      expect({ ...outcome, problem: problem?.slice(0, unread.length) ?? null }).toMatchObject(expected);
    });
  });

  test.each([
    { lines: ['cat >/dev/null', 'exit 3'], problem: 'failed with exit code 3', hasReadAll: true, isFinal: false },
    { lines: ['exit 3'], problem: 'failed with exit code 3', hasReadAll: false, isFinal: false },
    { lines: ['exit 127'], problem: 'failed with exit code 127', hasReadAll: false, isFinal: true },
  ])('one that fails has failed, whatever it read: $lines', async ({ lines, ...expected }) => {
    expect(await runScript(lines, { platform })).toMatchObject(expected);
  });

  test('what it says is said with it', async () => {
    const { problem } = await runScript(['echo "no stdin, please" >&2'], { platform });
    expect(problem).toBe(`${unread}: no stdin, please`);
  });

  test.runIf(process.platform === 'linux')('its input comes from a socket or a pipe', async () => {
    const { problem } = await runScript(['readlink /proc/self/fd/0 >&2'], { platform });
    expect(problem).toMatch(platform === 'linux' ? /: socket: ?\[\d+\]$/ : /: pipe: ?\[\d+\]$/);
  });

  test('a program without an input is not judged', async () => {
    const outcome = await runScript(['cat', 'exit 0'], { platform, input: null });
    expect(outcome).toMatchObject({ problem: null, hasReadAll: null });
  });

  test('what it leaves behind, after all was read, lives on, and is not waited for', async () => {
    const pids = join(shop.work, 'pids');
    const lines = ['cat >/dev/null', 'sleep 600 <&0 &', `echo "$$ $!" > "${pids}"`];
    expect(await runScript(lines, { platform })).toMatchObject(good);
    const [, left = ''] = await startedPids(pids);
    onTestFinished(() => void process.kill(Number(left), 'SIGKILL'));
    expect(isRunning(left)).toBe(true);
  });

  test.each([
    { what: 'open', output: '' },
    { what: 'closed', output: '2>/dev/null' },
  ])('what it leaves behind to read later, with its output $what, is ended', async ({ output }) => {
    const pids = join(shop.work, 'pids');
    const lines = [`(sleep 600; cat >late) <&0 ${output} &`, `echo "$$ $!" > "${pids}"`];
    expect(await runScript(lines, { platform })).toMatchObject(bad);
    await expectEnded(await startedPids(pids));
    expect(existsSync(join(shop.work, 'late'))).toBe(false);
  });

  test('what left its group finds nothing to read any more', async () => {
    const done = join(shop.work, 'done');
    const late = `touch left; until [ -e go ]; do sleep 0.01; done; cat >late; echo done >${done}`;
    const lines = [`setsid sh -c '${late}' <&0 2>/dev/null &`, 'until [ -e left ]; do sleep 0.01; done'];
    expect(await runScript(lines, { platform })).toMatchObject(bad);
    await writeFile(join(shop.work, 'go'), '');
    await expect.poll(() => existsSync(done), { timeout: 5000 }).toBe(true);
    expect(await readFile(join(shop.work, 'late'), 'utf8')).toBe('');
  });
});

async function openDescriptors(): Promise<number> {
  return (await readdir('/proc/self/fd')).length;
}

test.runIf(process.platform === 'linux')('a hundred at once leave no descriptor open', async () => {
  const before = await openDescriptors();
  const lines = ['test "$1" = read && cat >/dev/null', 'exit 0'];
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      runScript(lines, { platform: 'linux', args: [index % 2 === 0 ? 'read' : 'not'], input: 'a'.repeat(300_000) }),
    ),
  );
  expect(outcomes.filter(({ hasReadAll }) => hasReadAll === true)).toHaveLength(50);
  expect(outcomes.filter(({ problem }) => problem === unread)).toHaveLength(50);
  await expect.poll(openDescriptors, { timeout: 5000 }).toBeLessThanOrEqual(before);
});

test('where nothing can tell, its exit code decides, and that is known before', async () => {
  const { ctx } = testContext();
  expect(await canWatch({ ...ctx, platform: 'win32' })).toBe(false);
  const outcome = await runScript(['exit 0'], { platform: 'win32' });
  expect(outcome).toMatchObject({ problem: null, hasReadAll: null, isFinal: false });
});

test.each(ways)('elsewhere something can tell: %s', async (platform) => {
  expect(await canWatch({ ...testContext().ctx, platform })).toBe(true);
});

// @module-tag slow
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { program, startProgram, useProgram, type Environment, type Running } from '../commands/built-program.ts';
import { settleRequests } from '../harness/settle.ts';
import { gatedNscale, isPost } from './gate.ts';

const { home, sactl } = useProgram();

const rotate = 'sa rotate --id ci-deploy --yes -q .credential.value'.split(' ');
const byLease = 'wait for it to end; if it is gone, its lock ends by itself after 2 minutes';

const namespaces = ['--pid', '--fork', '--kill-child', '--mount-proc'];

/** The arguments of `unshare` that this machine allows; null where it allows none, or has none. */
const unshare =
  [namespaces, ['--user', '--map-root-user', ...namespaces]].find(
    (argv) => spawnSync('unshare', [...argv, 'true']).status === 0,
  ) ?? null;

/** Runs it as process 1 of a PID namespace of its own, as a container does. */
function inContainer(argv: readonly string[], env: Environment): Running {
  const all = [...(unshare ?? []), process.execPath, program, ...argv];
  const run = startProgram('unshare', all, { home: home(), env });
  onTestFinished(() => void run.child.kill('SIGKILL'));
  return run;
}

function pathsIn(folder: string): string[] {
  const path = join(home(), 'state', folder);
  return readdirSync(path).map((name) => join(path, name));
}

/** Nothing has been renewed for a lease. */
function age(): void {
  const time = Date.now() / 1000 - 121;
  for (const path of [...pathsIn('locks'), ...pathsIn('journal')]) utimesSync(path, time, time);
}

function errorIn(stderr: string): unknown {
  const { error } = JSON.parse(stderr);
  return error;
}

describe('of two containers with one state folder, each with sactl as process 1', () => {
  it('the second leaves lock and entry to the first, which goes on', async ({ skip }) => {
    if (unshare === null) skip('no `unshare --pid --fork --mount-proc` that is allowed here');
    const nscale = await gatedNscale(isPost);
    const first = inContainer(rotate, nscale.env);
    await nscale.reached;
    const second = await inContainer(rotate, nscale.env).ended;
    expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 5, stdout: '' });
    expect(errorIn(second.stderr)).toMatchObject({
      code: 'locked',
      message: expect.stringContaining('ci-deploy is locked by process 1 on '),
      hint: byLease,
      retryable: true,
    });
    const list = await inContainer(['recover', 'list', '-q', '.[].state'], nscale.env).ended;
    expect(list).toMatchObject({ code: 0, stdout: 'under-way\n', stderr: '' });
    nscale.open();
    const { code, stdout, stderr } = await first.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(nscale.isLive(stdout.trimEnd())).toBe(true);
    expect(nscale.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
    expect([...pathsIn('locks'), ...pathsIn('journal')]).toEqual([]);
  });

  it('the second goes on one lease after the first was killed', async ({ skip }) => {
    if (unshare === null) skip('no `unshare --pid --fork --mount-proc` that is allowed here');
    const nscale = await gatedNscale(
      (method, earlier) => isPost(method) && !earlier.some((one) => one.startsWith('POST')),
    );
    const first = inContainer(rotate, nscale.env);
    await nscale.reached;
    first.child.kill('SIGKILL');
    await first.ended;
    const early = await inContainer(rotate, nscale.env).ended;
    expect(early.code).toBe(5);
    expect(errorIn(early.stderr)).toMatchObject({ code: 'locked', hint: byLease });
    settleRequests(join(home(), 'state'));
    age();
    const { code, stdout } = await inContainer(rotate, nscale.env).ended;
    expect(code).toBe(0);
    expect(nscale.isLive(stdout.trimEnd())).toBe(true);
    expect([...pathsIn('locks'), ...pathsIn('journal')]).toEqual([]);
  });
});

it.runIf(process.platform === 'linux')('a killed run that its parent does not reap holds nothing', async () => {
  const nscale = await gatedNscale(
    (method, earlier) => isPost(method) && !earlier.some((one) => one.startsWith('POST')),
  );
  const script = '"$@" & exec sleep 600';
  const parent = startProgram('/bin/sh', ['-c', script, 'sh', process.execPath, program, ...rotate], {
    home: home(),
    env: nscale.env,
  });
  onTestFinished(() => void parent.child.kill('SIGKILL'));
  await nscale.reached;
  const [lock = ''] = pathsIn('locks');
  const { pid } = JSON.parse(readFileSync(lock, 'utf8'));
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toMatch(/\) Z /));
  const list = await sactl(['recover', 'list', '-q', '.[].state'], nscale.env).ended;
  expect(list).toMatchObject({ code: 0, stdout: 'asked\n' });
  settleRequests(join(home(), 'state'));
  const { code, stdout } = await sactl(rotate, nscale.env).ended;
  expect(code).toBe(0);
  expect(nscale.isLive(stdout.trimEnd())).toBe(true);
  expect([...pathsIn('locks'), ...pathsIn('journal')]).toEqual([]);
});

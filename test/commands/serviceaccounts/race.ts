import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import type { TestContextOptions } from '../../harness/context.ts';
import type { Deployment } from '../../harness/deployment.ts';
import { virtualClock, type Clock } from '../../harness/late.ts';
import type { Outcome } from '../../harness/run.ts';
import { freshStateDirectory } from '../../harness/state.ts';
import { workFolder } from '../support.ts';

/** Two runners that know nothing of each other, and the same target: what is dead is never written over what works. */

/** A provider, and an account of it that is rotated. */
interface Subject {
  readonly name: 'nscale' | 'runai';
  readonly id: string;
  readonly install: (options: {
    readonly now: () => number;
    readonly newSecret: () => string;
  }) => Pick<Deployment<unknown>, 'run'>;
}

interface Race {
  readonly first: Outcome;
  readonly rival: Outcome;
  /** What the target of both holds. */
  readonly token: string;
  readonly run: (argv: readonly string[]) => Promise<Outcome>;
}

/** While the first runner waits for its first target, which refuses, the rival rotates and delivers. */
async function race({ name, id, install }: Subject, argv: (id: string) => readonly string[]): Promise<Race> {
  const clock = virtualClock();
  const cwd = await workFolder();
  const program = join(cwd, 'refuse');
  writeFileSync(program, '#!/bin/sh\necho "no room" >&2\nexit 3\n');
  chmodSync(program, 0o755);
  const secrets = ['first', 'second'];
  const deployment = install({ now: clock.now, newSecret: () => `${secrets.shift() ?? 'more'}-secret` });
  const bulk = ['sa', 'rotate', '--provider', name, '--id', id, '--yes', '--to', 'file:token'];
  let rival: Promise<Outcome> | null = null;
  async function begin(): Promise<Outcome> {
    const elsewhere: TestContextOptions = { cwd, env: { SACTL_STATE_DIR: freshStateDirectory() }, overrides: clock };
    return deployment.run([...bulk, '-q', '.verified'], elsewhere);
  }
  const waiting: Clock = {
    now: clock.now,
    sleep: async (milliseconds, signal) => {
      await clock.sleep(Math.max(milliseconds, 1500), signal);
      rival ??= begin();
      await rival;
    },
  };
  function run(words: readonly string[]): Promise<Outcome> {
    return deployment.run(words, { cwd, overrides: waiting });
  }
  const to = ['--to', `exec:${program}`, '--to', 'file:token'];
  const first = await run([...argv(id), '--yes', ...to]);
  const second = await (rival ?? Promise.reject(new Error('nobody waited')));
  return { first, rival: second, token: readFileSync(join(cwd, 'token'), 'utf8'), run };
}

const single = ['[.superseded, .verified, (.deliveredTo | map(.ok))]', '[true,false,[false,false]]'] as const;
const several = [
  '[.failed[] | [.superseded, .error.superseded, .exitCode, (.deliveredTo | map(.ok))]]',
  '[[true,true,8,[false,false]]]',
] as const;

export function testRace(subject: Subject): void {
  const { name } = subject;

  test.each([
    ['of one account', (id: string) => ['sa', 'rotate', '--provider', name, '--id', id], single],
    [
      'of several',
      (id: string) => ['sa', 'rotate', '--provider', name, '--id', id, '--id', id, '--concurrency', '1'],
      several,
    ],
  ])('writes nothing any more: exit 8, %s', async (_, argv, [filter, printed]) => {
    const { first, rival, token, run } = await race(subject, (id) => [...argv(id), '-q', filter]);
    expect(rival).toMatchObject({ code: 0, stdout: 'true\n' });
    expect(token).toBe('second-secret');
    expect({ code: first.code, stdout: first.stdout }).toEqual({ code: 8, stdout: `${printed}\n` });
    expect(first.stderr).not.toContain('try it again later');
    const events = await run(['audit', 'list', '-q', '.[-1] | [.operation, .outcome, .exitCode]']);
    expect(events.stdout).toBe('["rotate","superseded",8]\n');
  });

  test('says so, and what to do', async () => {
    const { first, run } = await race(subject, (id) => ['sa', 'rotate', '--provider', name, '--id', id, '--json']);
    const { error } = JSON.parse(first.stderr.trimEnd().split('\n').at(-1) ?? '') as { error: Record<string, unknown> };
    expect(error).toMatchObject({
      code: 'undelivered',
      superseded: true,
      retryable: false,
      exitCode: 8,
      message: expect.stringMatching(/ was superseded by a newer one; it was not written$/),
      hint: expect.stringMatching(/^if a newer one is in use: sactl recover discard --id /),
    });
    const [, id = ''] = /discard --id (\S+);/.exec(String(error['hint'])) ?? [];
    const kept = await run(['recover', 'deliver', '--yes', '-q', '.deliveredTo', '--id', id]);
    expect(kept).toMatchObject({ code: 8, stdout: '' });
    expect(kept.stderr).toMatch(/(does not work|superseded)/);
  });
}

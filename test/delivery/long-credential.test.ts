// @module-tag slow
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { ops } from '../harness/age.ts';
import type { TestContextOptions } from '../harness/context.ts';
import { runIn as runInContext, type Outcome } from '../harness/run.ts';
import { entriesIn } from '../outcomes/observe.ts';
import { createWorld, type World } from '../outcomes/world.ts';

/** Longer than what the journal reserves, and than any credential of a service is today. */
const length = 1024 * 1024;

const path = '/usr/bin:/bin';
const sealed = { PATH: path, SACTL_STATE_RECIPIENTS: ops.recipient };
const deliver = ['recover', 'deliver', '--id', '00000000-0000-4000-8000-000000000001', '--yes'];

function runIn(world: World, argv: readonly string[], options: TestContextOptions = {}): Promise<Outcome> {
  return runInContext(world.context({ env: { PATH: path }, ...options }), argv);
}

function longWorld(): World {
  return createWorld('runai', 'rotate', { length });
}

function fileOf({ folder }: World, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

test('it is printed', async () => {
  const world = longWorld();
  const { code, stdout, stderr } = await runIn(world, [...world.argv, '-q', '.credential.value']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout === `${world.issued[0]}\n`).toBe(true);
});

test('it goes to a file and to a key in a file', async () => {
  const world = longWorld();
  const toFiles = [...world.argv, '--to', 'file:token', '--to', 'dotenv:.env#TOKEN', '-q', '.verified'];
  expect(await runIn(world, toFiles)).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
  expect(fileOf(world, 'token') === world.issued[0]).toBe(true);
  expect(fileOf(world, '.env').includes(world.issued[0] ?? 'none')).toBe(true);
});

test('a file of keys that is too large by then is refused before anything is sent', async () => {
  const world = longWorld();
  const toFile = [...world.argv, '--to', 'dotenv:.env#TOKEN', '-q', '.verified'];
  expect(await runIn(world, toFile)).toMatchObject({ code: 0 });
  const again = await runIn(world, toFile);
  expect(again).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('.env is larger than 1 MiB') });
  expect(world.mutations()).toBe(1);
});

const omitted = 'sactl: exec:true has not had this credential, and does not get it: what is there stays\n';

test('it is kept, sealed where recipients are set, and comes back', async () => {
  const world = longWorld();
  const undelivered = await runIn(world, [...world.argv, '--to', 'exec:true'], { env: sealed });
  expect(undelivered).toMatchObject({ code: 8, stderr: expect.stringContaining('it is kept') });
  expect(entriesIn(world.stateDirectory).map(({ text }) => text.length > length)).toEqual([true]);
  const env = { ...sealed, SACTL_STATE_IDENTITY: ops.identity };
  const { code, stderr } = await runIn(world, [...deliver, '--to', 'file:token'], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: omitted });
  expect(fileOf(world, 'token') === world.issued[0]).toBe(true);
  expect(entriesIn(world.stateDirectory)).toEqual([]);
});

test('it comes back out of the log of a CI job', async () => {
  const world = longWorld();
  const env = { ...sealed, CI: 'true' };
  const job = await runIn(world, [...world.argv, '--to', 'exec:true'], { env });
  expect(job.code).toBe(8);
  const laptop = { ...sealed, SACTL_STATE_DIR: join(world.folder, 'state'), SACTL_STATE_IDENTITY: ops.identity };
  const opened = await runIn(world, ['recover', 'open'], { env: laptop, stdin: job.stderr });
  expect(opened.code).toBe(0);
  const { code, stderr } = await runIn(world, [...deliver, '--to', 'file:token'], { env: laptop });
  expect({ code, stderr }).toEqual({ code: 0, stderr: omitted });
  expect(fileOf(world, 'token') === world.issued[0]).toBe(true);
});

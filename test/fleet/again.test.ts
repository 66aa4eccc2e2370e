import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Outcome } from '../harness/run.ts';
import { entriesIn } from '../outcomes/observe.ts';
import { disagreements, itemsOf, verdictOf } from './agreement.ts';
import { createWorld, isMutation, toFiles, type World } from './world.ts';

const rotate = ['sa', 'rotate', ...toFiles, '--yes', '--json'];
const soon = ['--expiring-within', '14d'];

/** The second of three accounts is rotated, and its answer is lost for good. */
async function withLostAnswer(): Promise<World> {
  let isFirst = true;
  const world = createWorld({
    accounts: 3,
    network: (fetch) => async (input, init) => {
      const request = new Request(input, init);
      const isLost = isFirst && isMutation(request) && request.url.includes('000000000002/');
      const response = await fetch(request);
      if (!isLost) return response;
      isFirst = false;
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
    },
  });
  const run = await world.run([...rotate, ...soon, '--no-reissue']);
  expect(verdicts(run)).toEqual(['rotated', 'failed: 7', 'rotated']);
  return world;
}

/** An account whose credential found the folder of its target gone, which is there again now. */
async function withUndelivered(...flags: readonly string[]): Promise<World> {
  let isFirst = true;
  const world: World = createWorld({
    accounts: 1,
    network: (fetch) => (input, init) => {
      const request = new Request(input, init);
      if (isMutation(request) && isFirst) {
        isFirst = false;
        renameSync(join(world.folder, 'tokens'), join(world.folder, 'gone'));
      }
      return fetch(request);
    },
  });
  const run = await world.run([...rotate, ...soon, ...flags]);
  renameSync(join(world.folder, 'gone'), join(world.folder, 'tokens'));
  expect(disagreements(world, run)).toEqual([]);
  return world;
}

function verdicts(run: Outcome): readonly string[] {
  return itemsOf(run)
    .toSorted((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1))
    .map(verdictOf);
}

describe('an account whose answer was lost', () => {
  it('is rotated by the next run, however late it expires, and only it', async () => {
    const world = await withLostAnswer();
    expect(entriesIn(world.stateDirectory)).toHaveLength(1);
    const again = await world.run([...rotate, ...soon]);
    expect(verdicts(again)).toEqual(['skipped: not due', 'rotated', 'skipped: not due']);
    expect({ code: again.code, entries: entriesIn(world.stateDirectory) }).toEqual({ code: 0, entries: [] });
    const third = await world.run([...rotate, ...soon]);
    expect({ code: third.code, verdicts: verdicts(third) }).toEqual({
      code: 0,
      verdicts: Array(3).fill('skipped: not due'),
    });
    expect(world.mutations()).toHaveLength(4);
  });

  it('is left to whoever said that it is done with', async () => {
    const world = await withLostAnswer();
    const [entry] = entriesIn(world.stateDirectory);
    const id = entry?.name.replace(/\..*$/, '') ?? '';
    expect((await world.run(['recover', 'discard', '--id', id, '--yes'])).code).toBe(0);
    const again = await world.run([...rotate, ...soon]);
    expect(verdicts(again)).toEqual(Array(3).fill('skipped: not due'));
  });
});

describe('an account whose credential is in the journal', () => {
  it('is not rotated again while it is not due, and not passed over either', async () => {
    const world = await withUndelivered();
    const again = await world.run([...rotate, ...soon]);
    const [item] = itemsOf(again);
    const command = `sactl recover deliver --id ${item?.recoverId}`;
    expect(item).toMatchObject({
      kind: 'failed',
      exitCode: 8,
      error: {
        code: 'undelivered',
        message:
          'nscale service account app-001 (c0000000-0000-4000-8000-000000000001) is not due, but the credential that an earlier run issued is in the journal still',
        hint: command,
      },
    });
    expect({ code: again.code, wrong: disagreements(world, again) }).toEqual({ code: 8, wrong: [] });
    expect(world.mutations()).toHaveLength(1);
    const dry = await world.run([...rotate, ...soon, '--dry-run']);
    expect(JSON.parse(dry.stdout)).toMatchObject({ failed: [{ exitCode: 8, recoverId: item?.recoverId }] });
  });

  it('is done with once it is delivered', async () => {
    const world = await withUndelivered();
    const [item] = itemsOf(await world.run([...rotate, ...soon]));
    const deliver = ['recover', 'deliver', '--id', item?.recoverId ?? '', '--yes', '--quiet'];
    expect((await world.run(deliver)).code).toBe(0);
    const again = await world.run([...rotate, ...soon]);
    expect({ code: again.code, verdicts: verdicts(again) }).toEqual({ code: 0, verdicts: ['skipped: not due'] });
    expect(readFileSync(join(world.folder, 'tokens/nscale-app-001'), 'utf8')).toMatch(/^issued\./);
  });

  it('is rotated when it is asked for without a condition, and then the journal is empty', async () => {
    const world = await withUndelivered();
    const again = await world.run([...rotate, '--all']);
    expect({ code: again.code, verdicts: verdicts(again) }).toEqual({ code: 0, verdicts: ['rotated'] });
    expect(entriesIn(world.stateDirectory)).toEqual([]);
  });

  it('is rotated again when the journal was not allowed to keep it', async () => {
    const world = await withUndelivered('--no-journal');
    const again = await world.run([...rotate, ...soon]);
    expect({ code: again.code, verdicts: verdicts(again) }).toEqual({ code: 0, verdicts: ['rotated'] });
    expect(entriesIn(world.stateDirectory)).toEqual([]);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { entriesIn } from '../outcomes/observe.ts';
import { itemsOf, verdictOf } from './agreement.ts';
import { createWorld, isMutation, toFiles, type World } from './world.ts';

const rotate = ['sa', 'rotate', ...toFiles, '--older-than', '60d', '--age-from', 'createdAt', '--yes', '--json'];

/**
 * One account of Run:ai, whose first request gets no answer; the service does it before the so-manieth trial of what was
 * issued in its place, or never.
 */
function worldOf(trial: number | null): World {
  let late: (() => Promise<unknown>) | null = null;
  let changes = 0;
  let trials = 0;
  return createWorld({
    providers: ['runai'],
    accounts: 1,
    network: (fetch) => async (input, init) => {
      const request = new Request(input, init);
      if (isMutation(request)) {
        changes += 1;
        if (changes === 1) {
          late = () => fetch(input, init);
          throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
        }
      } else if (changes === 2 && request.url.endsWith('/token') && (trials += 1) === trial) await late?.();
      return fetch(request);
    },
  });
}

function verdict(stdout: string): string | undefined {
  return itemsOf({ stdout })
    .filter(({ name }) => name === 'app-001')
    .map(verdictOf)
    .at(0);
}

describe('a secret of Run:ai that took the place of one whose answer was lost', () => {
  it('is tried again at the end of the run', async () => {
    const world = worldOf(null);
    const run = await world.run(rotate);
    expect({ code: run.code, verdict: verdict(run.stdout) }).toEqual({ code: 0, verdict: 'rotated' });
    expect(entriesIn(world.stateDirectory)).toEqual([]);
  });

  it('is exit 8 where the first request was done after its first trial, and the next run puts it right', async () => {
    const world = worldOf(2);
    const run = await world.run(rotate);
    const item = itemsOf(run).find(({ name }) => name === 'app-001');
    expect({ code: run.code, item }).toMatchObject({
      code: 8,
      item: {
        kind: 'failed',
        exitCode: 8,
        reissued: true,
        recoverId: null,
        error: {
          code: 'undelivered',
          message: expect.stringMatching(
            /^the new credential of runai service account app-001 \(.*\) worked, and was refused when it was tried again at the end of the run: /,
          ),
          hint: expect.stringMatching(/^issue another: sactl serviceaccounts rotate --id /),
        },
      },
    });
    const audit = await world.run(['audit', 'list', '-q', '.[] | [.operation, .outcome, .verified]']);
    expect(audit.stdout).toBe('["rotate","done",true]\n["rotate","undelivered",false]\n');
    const next = await world.run(rotate);
    expect({ code: next.code, verdict: verdict(next.stdout) }).toEqual({ code: 0, verdict: 'rotated' });
    const [account] = world.servers.runai?.accounts().filter(({ name }) => name === 'app-001') ?? [];
    const token = readFileSync(join(world.folder, 'tokens/runai-app-001'), 'utf8');
    expect(world.servers.runai?.hash(token)).toBe(account?.liveHash);
    expect(entriesIn(world.stateDirectory)).toEqual([]);
  });
});

import { mkdirSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { run } from '../harness/run.ts';
import { freshStateDirectory } from '../harness/state.ts';
import { sandbox } from './augment/sandbox.ts';
import { augmentMachine } from './tokens/augment.ts';

/** Every text in a value that looks like a time, but for what is below `raw`. */
function timesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT/.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => (key === 'raw' ? [] : timesIn(part)));
}

function parse(json: string): unknown {
  return JSON.parse(json);
}

const wholeSecond = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

describe('dates in JSON', () => {
  it('are read by fromdate, over all providers', async () => {
    const { sactl, atConsole } = await sandbox();
    await atConsole('create', '--name', 'ci');
    const stdin = await atConsole('issue', '--account', 'ci', '--token', 'one');
    const created = await sactl(['sa', 'create', '--name', 'ci', '--token', 'one', '--stdin', '--to', 'file:t'], {
      stdin,
    });
    expect(created.code).toBe(0);
    const filter = '[.[] | (.createdAt, .updatedAt, .lastUsedAt, .expiresAt) | select(. != null) | fromdate] | length';
    const { code, stdout } = await sactl(['sa', 'list', '--provider', 'all', '-q', filter]);
    expect(code).toBe(0);
    expect(Number(stdout)).toBeGreaterThan(60);
  });

  it('are what the provider sent in raw', async () => {
    const argv = ['sa', 'list', '--provider', 'runai', '-q', '.[0] | .createdAt, .raw.createdAt'];
    const { stdout } = await run(argv, { env: { SACTL_SANDBOX: '1' } });
    const [ours, theirs] = stdout.split('\n');
    expect(ours).toMatch(wholeSecond);
    expect(theirs).toBe(ours?.replace('Z', '.000Z'));
  });

  it('have the same form in what Augment keeps here', async () => {
    const { run: runAugment } = await augmentMachine();
    for (const argv of [
      ['sa', 'list'],
      ['sa', 'get', '--id', 'ci'],
      ['tokens', 'list', '--id', 'ci'],
    ]) {
      const { stdout } = await runAugment([...argv, '--json']);
      const times = timesIn(parse(stdout));
      expect(times.length).toBeGreaterThan(0);
      for (const time of times) expect(time).toMatch(wholeSecond);
    }
  });

  it.each(['nscale', 'runai'])('have it in all that a rotation on %s leaves behind', async (provider) => {
    const state = freshStateDirectory();
    mkdirSync(state, { mode: 0o700 });
    const env = { SACTL_SANDBOX: '1', SACTL_STATE_DIR: state, SACTL_PROVIDER: provider };
    const name = provider === 'nscale' ? 'ci-deploy' : 'batch-trainer';
    const rotated = await run(['sa', 'rotate', '--id', name, '--yes', '--json'], { env });
    const stdout = { write: () => Promise.reject(Object.assign(new Error('write'), { code: 'EPIPE' })) };
    const left = await run(['sa', 'rotate', '--id', name, '--yes', '--json'], { env, stdout });
    expect({ rotated: rotated.code, left: left.code }).toEqual({ rotated: 0, left: 8 });
    const found = [rotated.stdout];
    for (const argv of [['audit', 'list'], ['recover', 'list'], ['state', 'show'], ['whoami'], ['doctor']]) {
      found.push((await run([...argv, '--json'], { env })).stdout);
    }
    const times = found.map((text) => timesIn(parse(text)));
    expect(times.slice(0, 4).every((some) => some.length > 0)).toBe(true);
    for (const time of times.flat()) expect(time).toMatch(wholeSecond);
  });
});

// @module-tag slow
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { ops } from '../harness/age.ts';
import { settleRequests } from '../harness/settle.ts';
import { afterKill, target, type Aftermath, type Command } from './killed.ts';
import { expectLive } from './look.ts';

const rotate: Command = {
  provider: 'nscale',
  account: 'ci-deploy',
  operation: 'rotate',
  argv: ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--to', `file:${target}`],
  prints: false,
  before: null,
  env: (home) => {
    mkdirSync(join(home, 'store'), { recursive: true });
    return { SACTL_STATE: `file:${join(home, 'store')}`, SACTL_STATE_RECIPIENTS: ops.recipient };
  },
};

/** Everything in the store, as text. */
function contents(home: string): string {
  const files = readdirSync(join(home, 'store'), { recursive: true, withFileTypes: true });
  const texts = files.filter((one) => one.isFile()).map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
  return texts.join('\n');
}

/** What a machine without the disk of the killed one finds, and how it goes on. */
async function goOnElsewhere({ sactl, home, ...aftermath }: Aftermath): Promise<string> {
  await rm(join(home, 'state'), { recursive: true, force: true });
  const { stdout } = await sactl(['recover', 'list', '-q', '.[].state']);
  const state = stdout.trim();
  const all = ['recover', 'deliver', '--all', '--yes'];
  const blind = state === 'sealed' ? await sactl(all) : null;
  const seeing = state === 'sealed' ? await sactl(all, { SACTL_STATE_IDENTITY: ops.identity }) : null;
  if (seeing !== null) await expectLive({ ...aftermath, sactl, home }, target);
  settleRequests(join(home, 'store'));
  const nightly = await sactl(rotate.argv);
  await expectLive({ ...aftermath, sactl, home }, target);
  expect(contents(home)).not.toContain(readFileSync(join(home, target), 'utf8'));
  return [state || 'nothing', blind?.code, seeing?.code, nightly.code].filter((part) => part !== undefined).join(' ');
}

/** Every so many steps: there are 150 of them. */
const stride = 13;

it(
  'a real process that is killed at any step, and whose disk is gone, costs another machine nothing',
  { timeout: 240_000 },
  async () => {
    const found: string[] = [];
    for (let at = 1; ; at += stride) {
      const ended = await afterKill(rotate, { mode: 'before', at }, async (aftermath) =>
        aftermath.wasKilled ? goOnElsewhere(aftermath) : null,
      );
      if (ended === null) break;
      if (found.at(-1) !== ended) found.push(ended);
    }
    expect(found).toEqual(['nothing 0', 'asked 0', 'sealed 8 0 0', 'nothing 0']);
  },
);

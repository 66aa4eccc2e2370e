import { setTimeout as pause } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { accountIds, organizationId } from '../../src/sandbox/nscale/seed-ids.ts';
import { openAccountLocks } from '../../src/state/account-lock.ts';
import { testNow, type TestContextOptions } from '../harness/context.ts';
import { useNscale, type NscaleDeployment } from '../harness/nscale.ts';
import { runIn } from '../harness/run.ts';
import { freshStateDirectory } from '../harness/state.ts';

const nscale = useNscale();
const { scratch } = accountIds;
const endpoint = 'https://identity.nks.europe-west4.nscale.com';

function processOf(pid: number): NonNullable<TestContextOptions['self']> {
  return { pid, host: 'test-host', isRunning: () => true };
}

/** One of several processes on one machine; its waits are short, and real. */
function beside(pid: number, stateDirectory: string): TestContextOptions {
  return {
    self: processOf(pid),
    env: { SACTL_STATE_DIR: stateDirectory },
    overrides: { sleep: (milliseconds, signal) => pause(milliseconds / 25, undefined, { signal }) },
  };
}

/** Holds the account as another process does. */
async function hold(stateDirectory: string): Promise<void> {
  const locks = openAccountLocks({
    stateDirectory,
    now: () => testNow,
    platform: process.platform,
    userId: process.getuid?.() ?? null,
    self: processOf(900),
    timeout: () => ({ signal: new AbortController().signal, clear: () => undefined }),
  });
  await locks.lock({ key: ['nscale', endpoint, organizationId, scratch], name: 'nscale service account scratch' });
}

function tagsOf({ state }: NscaleDeployment): readonly string[] {
  const tags = state.accounts.find(({ id }) => id === scratch)?.tags ?? [];
  return tags.map(({ name, value }) => `${name}=${value}`);
}

describe('changes of one account', () => {
  it('at once lose nothing', async () => {
    const deployment = nscale();
    const state = freshStateDirectory();
    const tags = ['k1=v', 'k2=v', 'k3=v', 'k4=v', 'k5=v', 'k6=v'];
    const runs = await Promise.all(
      tags.map((tag, index) =>
        deployment.run(['sa', 'update', '--id', 'scratch', '--tag', tag, '-q', '.name'], beside(index + 1, state)),
      ),
    );
    expect(runs.map(({ code, stdout }) => [code, stdout])).toEqual(tags.map(() => [0, 'scratch\n']));
    expect(tagsOf(deployment)).toEqual(expect.arrayContaining(tags));
  });

  it.each([[['sa', 'update', '--id', 'scratch', '--tag', 'a=b']], [['sa', 'delete', '--id', 'scratch', '--yes']]])(
    'wait for another run, say so, and give up: %j',
    async (argv) => {
      const deployment = nscale();
      const state = freshStateDirectory();
      await hold(state);
      const context = deployment.context({
        env: { SACTL_STATE_DIR: state },
        self: { pid: 4711, host: 'test-host', isRunning: () => true },
      });
      const { code, stdout, stderr } = await runIn(context, [...argv, '--format', 'yaml']);
      expect({ code, stdout, sent: deployment.mutations() }).toEqual({ code: 5, stdout: '', sent: [] });
      expect(stderr.split('\n').slice(0, 2)).toEqual([
        'sactl: waiting for another run that changes nscale service account scratch',
        expect.stringContaining('sactl: nscale service account scratch is locked by process 900 on test-host'),
      ]);
      expect(context.sleeps.reduce((sum, each) => sum + each, 0)).toBe(15_000);
    },
  );

  it('that would change nothing wait for nobody', async () => {
    const deployment = nscale();
    const state = freshStateDirectory();
    await hold(state);
    const argv = ['sa', 'update', '--id', 'scratch', '--name', 'scratch', '-q', '.name'];
    expect(await deployment.run(argv, { env: { SACTL_STATE_DIR: state } })).toMatchObject({
      code: 0,
      stdout: 'scratch\n',
    });
  });
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createNscaleEmulator } from '../../src/sandbox/nscale/app.ts';
import { organizationId, sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { serve } from '../../src/sandbox/server.ts';
import { ops } from '../harness/age.ts';
import { testContext } from '../harness/context.ts';
import { runIn, type Outcome } from '../harness/run.ts';
import { openStoreAt } from '../harness/stores.ts';
import { freshStateDirectory } from '../harness/state.ts';
import type { CheckedEngine } from './check.ts';
import { engineContext } from './context.ts';

interface StateEngine extends Pick<CheckedEngine, 'env'> {
  readonly address: string;
}

/** The account `cost-report` of the sandbox. */
const blockedId = 'e9b4a6c2-5f1d-4837-9d6e-8c3f7a2bb009';

/** Rotations by two machines that keep their state in a real engine, and nothing else in common. */
export function describeRotation(engine: () => StateEngine): void {
  describe('as the state of two machines', () => {
    let server: Awaited<ReturnType<typeof serve>>;
    let folder = '';
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'sactl-machines-'));
      const emulator = createNscaleEmulator({ state: seedNscale(Date.now()), now: Date.now });
      async function answer(request: Request): Promise<Response> {
        const response = await emulator.fetch(request);
        // The target was tried by then, and is a folder when it is written.
        if (request.url.endsWith(`${blockedId}/rotate`)) mkdirSync(join(folder, 'blocked'), { recursive: true });
        return response;
      }
      server = await serve({ ...emulator, fetch: answer }, { port: 0 });
    });
    afterAll(async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Runs on a machine that was never there before. */
    function run(argv: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
      const { ctx } = engineContext({});
      const own = testContext({
        cwd: folder,
        homeDirectory: folder,
        env: {
          NSCALE_SERVICE_TOKEN: sandboxTokens.administrator,
          NSCALE_ORGANIZATION_ID: organizationId,
          NSCALE_IDENTITY_SERVICE_API_ENDPOINT: server.url,
          SACTL_STATE_DIR: freshStateDirectory(),
          SACTL_STATE_RECIPIENTS: ops.recipient,
          ...engine().env,
          ...env,
        },
      });
      const pid = Math.trunc(Math.random() * 1e6);
      const self = { pid, host: `host-${String(pid)}`, isRunning: (other: number) => other === pid };
      const { fetch, now, sleep, timeout, uuid } = ctx;
      return runIn({ ...own, ctx: { ...own.ctx, fetch, now, sleep, timeout, uuid, self } }, [...argv]);
    }

    function rotate(name: string, target: string): Promise<Outcome> {
      return run([
        'sa',
        'rotate',
        '--provider',
        'nscale',
        '--id',
        name,
        '--yes',
        '--to',
        `file:${target}`,
        '-q',
        '.verified',
      ]);
    }

    it('lets one of two that begin at once rotate, and tells the other one who does', { timeout: 60_000 }, async () => {
      const outcomes = await Promise.all([rotate('ci-deploy', 'one'), rotate('ci-deploy', 'other')]);
      expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set([0, 5]));
      const loser = outcomes.find(({ code }) => code === 5);
      // Where the store tells no time, it looks for a while, and the first one may have ended by then.
      expect(loser?.stderr).toMatch(
        /is held by process \d+ on host-\d+ since |was changed by somebody else in the meantime/,
      );
    });

    it(
      'gives another machine what one could not deliver, and holds nothing of a credential',
      { timeout: 60_000 },
      async () => {
        expect(await rotate('cost-report', 'blocked')).toMatchObject({ code: 8 });
        const filter = '.[] | select(.accountName == "cost-report" and .state == "sealed") | .id';
        const listed = await run(['recover', 'list', '-q', filter]);
        const deliver = ['recover', 'deliver', '--id', listed.stdout.trim(), '--yes'];
        expect(await run(deliver)).toMatchObject({ code: 8 });
        rmSync(join(folder, 'blocked'), { recursive: true });
        expect(await run(deliver, { SACTL_STATE_IDENTITY: ops.identity })).toMatchObject({ code: 0 });
        const token = readFileSync(join(folder, 'blocked'), 'utf8');
        const { status } = await fetch(`${server.url}/api/v1/organizations`, {
          headers: { authorization: `Bearer ${token}` },
        });
        expect(status).toBe(200);
        expect(await contentsOf(engine())).not.toContain(token);
        expect(await run(['recover', 'list', '-q', '.[]'])).toMatchObject({ code: 0, stdout: '' });
      },
    );
  });
}

/** All that the store holds. */
async function contentsOf({ env, address }: StateEngine): Promise<string> {
  const store = await openStoreAt(engineContext(env).ctx, address);
  try {
    const values = await Promise.all((await store.list('')).map((key) => store.get(key)));
    return values.map((value) => Buffer.from(value?.bytes ?? []).toString()).join('');
  } finally {
    await store.close();
  }
}

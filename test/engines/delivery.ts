import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createNscaleEmulator } from '../../src/sandbox/nscale/app.ts';
import { organizationId, sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { serve } from '../../src/sandbox/server.ts';
import { testContext } from '../harness/context.ts';
import { runIn, type Outcome } from '../harness/run.ts';
import { freshStateDirectory } from '../harness/state.ts';
import { engineContext } from './context.ts';

/** A service whose credentials are brought to a real engine, by its real program. */
export interface DeliverySite extends AsyncDisposable {
  /** Runs `serviceaccounts rotate` of an account of the sandbox, with what follows it. */
  readonly rotate: (...flags: readonly string[]) => Promise<Outcome>;
  readonly run: (...argv: readonly string[]) => Promise<Outcome>;
  /** What the last rotation with `--to file:token` brought there. */
  readonly token: () => string;
  /** Whether the service takes a token. */
  readonly accepts: (token: string) => Promise<boolean>;
  /** How many requests asked for a rotation. */
  readonly rotations: () => number;
  /** Does this when the next rotation is asked for, before it is answered. */
  readonly atRotation: (work: () => Promise<void>) => void;
}

/** @param env what the program of the engine needs, `PATH` too */
export async function deliverySite(env: () => Readonly<Record<string, string>>): Promise<DeliverySite> {
  const folder = mkdtempSync(join(tmpdir(), 'sactl-delivery-'));
  const emulator = createNscaleEmulator({ state: seedNscale(Date.now()), now: Date.now });
  let rotations = 0;
  let work: (() => Promise<void>) | null = null;
  const server = await serve(
    {
      ...emulator,
      fetch: async (request: Request) => {
        if (request.url.endsWith('/rotate')) {
          rotations += 1;
          await work?.();
          work = null;
        }
        return emulator.fetch(request);
      },
    },
    { port: 0 },
  );
  const stateDirectory = freshStateDirectory();
  function run(...argv: readonly string[]): Promise<Outcome> {
    const { ctx } = engineContext({});
    const own = testContext({
      cwd: folder,
      homeDirectory: folder,
      env: {
        NSCALE_SERVICE_TOKEN: sandboxTokens.administrator,
        NSCALE_ORGANIZATION_ID: organizationId,
        NSCALE_IDENTITY_SERVICE_API_ENDPOINT: server.url,
        SACTL_STATE_DIR: stateDirectory,
        ...env(),
      },
    });
    const { fetch, now, sleep, timeout, uuid } = ctx;
    return runIn({ ...own, ctx: { ...own.ctx, fetch, now, sleep, timeout, uuid } }, [...argv]);
  }
  return {
    run,
    rotate: (...flags) => run('sa', 'rotate', '--provider', 'nscale', '--id', 'ci-deploy', '--yes', ...flags),
    token: () => readFileSync(join(folder, 'token'), 'utf8'),
    accepts: async (token) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${server.url}/api/v1/organizations`, { headers })).status === 200;
    },
    rotations: () => rotations,
    atRotation: (next) => {
      work = next;
    },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

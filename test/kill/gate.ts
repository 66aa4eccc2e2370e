import { onTestFinished } from 'vitest';

import { createNscaleEmulator } from '../../src/sandbox/nscale/app.ts';
import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { accountIds, sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import { serve } from '../../src/sandbox/server.ts';
import { hashSecret } from '../../src/sandbox/records.ts';
import type { Environment } from '../commands/built-program.ts';
import { milestone } from '../harness/milestone.ts';

/** nscale over HTTP, with a gate that some requests do not get through while it is closed. */
export interface GatedNscale {
  readonly env: Environment;
  /** Resolves when the first request stands before the gate. */
  readonly reached: Promise<void>;
  readonly open: () => void;
  /** `METHOD path` of what came, in order. */
  readonly requests: readonly string[];
  /** Whether this is the token that ci-deploy has now. */
  readonly isLive: (token: string) => boolean;
}

/** `isHeld` is given a request's method and what came before it. Closes when the test ends. */
export async function gatedNscale(
  isHeld: (method: string, earlier: readonly string[]) => boolean,
): Promise<GatedNscale> {
  const state = seedNscale(Date.now());
  const emulator = createNscaleEmulator({ state, now: Date.now });
  const requests: string[] = [];
  const arrival = milestone();
  const gate = milestone();
  async function fetch(request: Request): Promise<Response> {
    const { method, url } = request;
    const holds = isHeld(method, requests);
    requests.push(`${method} ${new URL(url).pathname}`);
    if (holds) {
      arrival.pass();
      await gate.passed;
    }
    return emulator.fetch(request);
  }
  const server = await serve({ fetch }, { port: 0 });
  onTestFinished(server.close);
  return {
    env: { NSCALE_IDENTITY_SERVICE_API_ENDPOINT: server.url, NSCALE_SERVICE_TOKEN: sandboxTokens.administrator },
    reached: arrival.passed,
    open: gate.pass,
    requests,
    isLive: (token) => state.accounts.find(({ id }) => id === accountIds.ciDeploy)?.tokenHash === hashSecret(token),
  };
}

/** Holds what changes something. */
export function isPost(method: string): boolean {
  return method === 'POST';
}

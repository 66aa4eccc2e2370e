import { createNscaleEmulator } from '../../src/sandbox/nscale/app.ts';
import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import { createRunaiEmulator } from '../../src/sandbox/runai/app.ts';
import { seedRunai } from '../../src/sandbox/runai/seed.ts';
import { runaiSandboxClients } from '../../src/sandbox/runai/seed-ids.ts';
import { serve } from '../../src/sandbox/server.ts';
import type { Environment } from '../commands/built-program.ts';

/** A provider over HTTP, as on its first day. */
export interface World {
  /** What the program needs to reach it. */
  readonly env: Environment;
  /** SHA-256 of the credential that the account has now; null while the provider has issued none. */
  readonly issued: (accountName: string) => string | null;
  readonly close: () => Promise<void>;
}

/** The accounts that are rotated had no credential that anybody knows, so whatever they have was issued here. */
export const openWorld = { nscale: openNscale, runai: openRunai } as const;

async function openNscale(): Promise<World> {
  const state = seedNscale(Date.now());
  const server = await serve(createNscaleEmulator({ state, now: Date.now }), { port: 0 });
  return {
    env: { NSCALE_IDENTITY_SERVICE_API_ENDPOINT: server.url, NSCALE_SERVICE_TOKEN: sandboxTokens.administrator },
    issued: (accountName) => state.accounts.find(({ name }) => name === accountName)?.tokenHash ?? null,
    close: server.close,
  };
}

async function openRunai(): Promise<World> {
  const state = seedRunai(Date.now());
  const server = await serve(createRunaiEmulator({ state, now: Date.now }), { port: 0 });
  const { clientId, clientSecret } = runaiSandboxClients.administrator;
  return {
    env: { RUNAI_BASE_URL: server.url, RUNAI_CLIENT_ID: clientId, RUNAI_CLIENT_SECRET: clientSecret },
    issued: (accountName) => state.accounts.find(({ name }) => name === accountName)?.secretHash ?? null,
    close: server.close,
  };
}

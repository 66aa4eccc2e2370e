import type { Emulator } from '../../src/sandbox/emulator.ts';
import { createNscaleEmulator } from '../../src/sandbox/nscale/app.ts';
import { accountIds, sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { hashSecret } from '../../src/sandbox/records.ts';
import { createRunaiEmulator } from '../../src/sandbox/runai/app.ts';
import { runaiAccountIds, runaiSandboxClients } from '../../src/sandbox/runai/seed-ids.ts';
import { seedRunai } from '../../src/sandbox/runai/seed.ts';

/** A service of one deployment, and what a runner needs for it. */
export interface Service {
  readonly emulator: Emulator;
  readonly env: Readonly<Record<string, string>>;
  /** The id of an account whose credential nobody has. */
  readonly account: string;
  readonly accountName: string;
  /** Whether a credential is one that an account has now. */
  readonly isLive: (secret: string) => boolean;
}

interface ServiceOptions {
  readonly now: () => number;
  readonly newSecret: () => string;
  /** UUIDs; on nscale the first character is a letter. */
  readonly newId: () => string;
}

function nscale(options: ServiceOptions): Service {
  const state = seedNscale(options.now());
  return {
    emulator: createNscaleEmulator({ ...options, state }),
    env: {
      NSCALE_IDENTITY_SERVICE_API_ENDPOINT: 'https://nscale.example.com',
      NSCALE_SERVICE_TOKEN: sandboxTokens.administrator,
    },
    account: accountIds.ciDeploy,
    accountName: 'ci-deploy',
    isLive: (secret) => state.accounts.some(({ tokenHash }) => tokenHash === hashSecret(secret)),
  };
}

function runai(options: ServiceOptions): Service {
  const state = seedRunai(options.now());
  const { clientId, clientSecret } = runaiSandboxClients.administrator;
  return {
    emulator: createRunaiEmulator({ ...options, state }),
    env: { RUNAI_BASE_URL: 'https://runai.example.com', RUNAI_CLIENT_ID: clientId, RUNAI_CLIENT_SECRET: clientSecret },
    account: runaiAccountIds.batchTrainer,
    accountName: 'batch-trainer',
    isLive: (secret) => state.accounts.some(({ secretHash }) => secretHash === hashSecret(secret)),
  };
}

export const services = { nscale, runai } as const;

export type ServiceName = keyof typeof services;

/** Whether a request changes something; one for an access token does not. */
export function isChange({ method, url }: Pick<Request, 'method' | 'url'>): boolean {
  return method !== 'GET' && !new URL(url).pathname.endsWith('/token');
}

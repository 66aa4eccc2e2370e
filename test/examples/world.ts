import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { createNscaleEmulator } from '../../src/sandbox/nscale/app.ts';
import { organizationId, sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { createRunaiEmulator } from '../../src/sandbox/runai/app.ts';
import { runaiSandboxClients } from '../../src/sandbox/runai/seed-ids.ts';
import { seedRunai } from '../../src/sandbox/runai/seed.ts';
import { serve } from '../../src/sandbox/server.ts';
import { workFolder } from '../commands/support.ts';
import { ops } from '../harness/age.ts';
import { createS3Server } from '../harness/s3.ts';
import { s3Environment } from '../harness/stores.ts';
import type { Values } from './machine.ts';
import { standIns, type Places } from './stores.ts';
import { openTools, type Call } from './tools.ts';

/** What examples work with: nscale, Run:ai and a bucket over HTTP, and the programs of their targets. */
export interface World {
  /** A folder with those programs. */
  readonly programs: string;
  /** Every call of them so far. */
  readonly calls: readonly Call[];
  readonly places: Places;
  /** What the owner of an example fills in, and what is a default elsewhere, by the names of the variables. */
  readonly values: Values;
  readonly secrets: Secrets;
  /** A folder for a store. */
  readonly folder: string;
  readonly bucket: Bucket;
  readonly isLive: (provider: 'nscale' | 'runai', credential: string | undefined) => Promise<boolean>;
  /** How many credentials were issued. */
  readonly rotations: () => number;
}

export interface Secrets {
  readonly nscale: string;
  readonly runai: string;
  readonly gh: string;
  readonly glab: string;
  /** The folder in which az is signed in. */
  readonly az: string;
  readonly vault: string;
  readonly s3: string;
}

export interface Bucket {
  readonly address: string;
  readonly accessKeyId: string;
  /** All that is in it. */
  readonly text: () => string;
  /** From now on it does not answer, or answers again. */
  readonly setDown: (isDown: boolean) => void;
}

/** Closes when the test ends. */
export async function openWorld(): Promise<World> {
  const secrets = {
    nscale: sandboxTokens.administrator,
    runai: runaiSandboxClients.administrator.clientSecret,
    gh: 'ghp_s3cret0123456789',
    glab: 'glpat-s3cret-0123456789',
    az: '/home/vsts/work/_temp/.azclitask-s3cret',
    vault: 'hvs.s3cret-0123456789',
    s3: s3Environment.AWS_SECRET_ACCESS_KEY,
  };
  const places: Places = { kept: new Map(), refuses: false, gate: () => Promise.resolve() };
  const { bin, calls } = await openTools(standIns(places, secrets));
  const { nscale, runai, isLive, rotations } = await openServices();
  const folder = join(await workFolder(), 'store');
  await mkdir(folder);
  return {
    programs: bin,
    calls,
    places,
    values: {
      SACTL_SANDBOX: '0',
      NSCALE_IDENTITY_SERVICE_API_ENDPOINT: nscale,
      NSCALE_ORGANIZATION_ID: organizationId,
      RUNAI_BASE_URL: runai,
      RUNAI_CLIENT_ID: runaiSandboxClients.administrator.clientId,
      SACTL_STATE_RECIPIENTS: ops.recipient,
    },
    secrets,
    folder,
    bucket: await openBucket(),
    isLive,
    rotations,
  };
}

async function openServices(): Promise<Pick<World, 'isLive' | 'rotations'> & { nscale: string; runai: string }> {
  let rotations = 0;
  const now = Date.now;
  const nscale = createNscaleEmulator({ state: seedNscale(now()), now });
  const runai = createRunaiEmulator({ state: seedRunai(now()), now });
  function counted(emulator: typeof nscale): Fetch {
    return (request) => {
      if (request.method === 'POST' && /\/(?:rotate|secret)$/.test(request.url)) rotations += 1;
      return emulator.fetch(request);
    };
  }
  const urls = { nscale: await open(counted(nscale)), runai: await open(counted(runai)) };
  return {
    ...urls,
    isLive: async (provider, credential = '') => {
      const headers = { authorization: `Bearer ${credential}` };
      const body = { grantType: 'client_credentials', clientId: 'batch-trainer', clientSecret: credential };
      const answer =
        provider === 'nscale'
          ? await nscale.fetch(new Request(`${urls.nscale}/api/v1/organizations`, { headers }))
          : await runai.fetch(
              new Request(`${urls.runai}/api/v1/token`, { method: 'POST', body: JSON.stringify(body) }),
            );
      return answer.status === 200;
    },
    rotations: () => rotations,
  };
}

async function openBucket(): Promise<Bucket> {
  const { fetch, objects } = createS3Server();
  let isDown = false;
  const url = await open((request) => (isDown ? Promise.resolve(new Response('', { status: 503 })) : fetch(request)));
  return {
    address: `s3://ops/prod?endpoint=${url}`,
    accessKeyId: s3Environment.AWS_ACCESS_KEY_ID,
    text: () => [...objects.values()].map(({ bytes }) => Buffer.from(bytes).toString()).join('\n'),
    setDown: (value) => (isDown = value),
  };
}

type Fetch = (request: Request) => Promise<Response>;

async function open(fetch: Fetch): Promise<string> {
  const server = await serve({ fetch }, { port: 0 });
  onTestFinished(() => server.close());
  return server.url;
}

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { memory } from '../harness/memory.ts';
import type { Context } from '../../src/context.ts';
import type { Fetch } from '../harness/fetch.ts';
import type { Emulator } from '../../src/sandbox/emulator.ts';
import { inProcess } from '../../src/sandbox/in-process.ts';
import { parseFaults } from '../../src/sandbox/faults/parse.ts';
import { sandboxProviders } from '../../src/sandbox/providers.ts';
import { withFaults } from '../../src/sandbox/faults/inject.ts';
import { createNscaleEmulator } from '../../src/sandbox/nscale/app.ts';
import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { accountIds, sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import { createRunaiEmulator } from '../../src/sandbox/runai/app.ts';
import { runaiAccountIds, runaiSandboxClients } from '../../src/sandbox/runai/seed-ids.ts';
import { seedRunai } from '../../src/sandbox/runai/seed.ts';
import { hashSecret } from '../../src/sandbox/records.ts';
import type { IssuingProvider } from '../harness/providers.ts';
import { testContext, testNow, type TestContext, type TestContextOptions } from '../harness/context.ts';

export const operations = ['rotate', 'create'] as const;

export type Operation = (typeof operations)[number];

/** One command against one deployment, with a work folder and a state directory of its own. */
export interface World {
  readonly provider: IssuingProvider;
  readonly operation: Operation;
  /** The working directory. */
  readonly folder: string;
  readonly stateDirectory: string;
  /** Every credential that the server issued, in order. */
  readonly issued: readonly string[];
  /** How many requests that change something were sent. */
  readonly mutations: () => number;
  /** Whether the client was handed a complete answer with a credential in it. */
  readonly wasAnswered: () => boolean;
  /** The credential that works now; null when it is one that was there before, or there is no account. */
  readonly live: () => string | null;
  readonly argv: readonly string[];
  readonly context: (options: TestContextOptions) => TestContext;
}

export interface WorldOptions {
  /** In the sandbox's language; `*` for the operation means the command's own. */
  readonly faults?: readonly string[];
  /** Stands between the client and the network. */
  readonly network?: (fetch: Fetch, world: () => World) => Fetch;
  /** The server's; default: it stands still. */
  readonly now?: () => number;
  /** Of every credential, in characters; default: about 60. */
  readonly length?: number;
}

/** The accounts that rotations are of, and the name of the one that is created. */
const rotated: Readonly<Record<IssuingProvider, string>> = {
  nscale: accountIds.ciDeploy,
  runai: runaiAccountIds.batchTrainer,
};
const newName = 'new-account';

interface Server {
  readonly emulator: Emulator;
  readonly endpoint: string;
  readonly env: Readonly<Record<string, string>>;
  readonly hash: (secret: string) => string;
  /** The hash of the credential that the command is about; null without one. */
  readonly liveHash: (operation: Operation) => string | null;
}

function nscaleServer(issuance: () => string, now: () => number): Server {
  const state = seedNscale(testNow);
  const endpoint = 'https://nscale.example.com';
  return {
    emulator: createNscaleEmulator({ state, now, newSecret: issuance }),
    endpoint,
    env: { NSCALE_IDENTITY_SERVICE_API_ENDPOINT: endpoint, NSCALE_SERVICE_TOKEN: sandboxTokens.administrator },
    hash: hashSecret,
    liveHash: (operation) =>
      state.accounts.find(({ id, name }) => (operation === 'create' ? name === newName : id === rotated.nscale))
        ?.tokenHash ?? null,
  };
}

function runaiServer(issuance: () => string, now: () => number): Server {
  const state = seedRunai(testNow);
  const endpoint = 'https://runai.example.com';
  const { clientId, clientSecret } = runaiSandboxClients.administrator;
  return {
    emulator: createRunaiEmulator({ state, now, newSecret: issuance }),
    endpoint,
    env: { RUNAI_BASE_URL: endpoint, RUNAI_CLIENT_ID: clientId, RUNAI_CLIENT_SECRET: clientSecret },
    hash: hashSecret,
    liveHash: (operation) =>
      state.accounts.find(({ id, name }) => (operation === 'create' ? name === newName : id === rotated.runai))
        ?.secretHash ?? null,
  };
}

const servers: Readonly<Record<IssuingProvider, typeof nscaleServer>> = { nscale: nscaleServer, runai: runaiServer };

/** A fresh deployment and folder for one command. */
export function createWorld(
  provider: IssuingProvider,
  operation: Operation,
  { faults = [], network, now = () => testNow, length }: WorldOptions,
): World {
  const folder = mkdtempSync(join(memory, 'sactl-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const work = join(folder, 'work');
  mkdirSync(work);
  const issued: string[] = [];
  const server = servers[provider](() => {
    const secret = secretOf(provider, issued.length, length);
    issued.push(secret);
    return secret;
  }, now);
  const log = { mutations: 0, wasAnswered: false };
  const armed = faults.map((fault) => `${provider}.${fault.replace('*', operation)}`);
  const broken = withFaults(server.emulator, parseFaults(armed, 'the test'), sandboxProviders[provider].faults);
  const plain = counted(inProcess(broken, server.endpoint), log);
  const world: World = {
    provider,
    operation,
    folder: work,
    stateDirectory: join(folder, 'state'),
    issued,
    mutations: () => log.mutations,
    wasAnswered: () => log.wasAnswered,
    live: () => issued.find((secret) => server.hash(secret) === server.liveHash(operation)) ?? null,
    argv:
      operation === 'create'
        ? ['sa', 'create', '--name', newName]
        : ['sa', 'rotate', '--id', rotated[provider], '--yes'],
    context: ({ env, ...options }) =>
      testContext({
        cwd: work,
        fetch: watched(network?.(plain, () => world) ?? plain, issued, log),
        ...options,
        env: { SACTL_STATE_DIR: join(folder, 'state'), ...server.env, ...env },
      }),
  };
  return world;
}

function secretOf(provider: IssuingProvider, index: number, length: number | undefined): string {
  const usual = `issued.${provider}.${'x'.repeat(40)}.${index}`;
  return length === undefined ? usual : `${index}.${usual.padEnd(length, 'abc')}`.slice(0, length);
}

interface Log {
  mutations: number;
  wasAnswered: boolean;
}

/** Requests for access tokens change nothing. */
export function isMutation({ method, url }: Pick<Request, 'method' | 'url'>): boolean {
  return method !== 'GET' && !new URL(url).pathname.endsWith('/token');
}

/** Counts what is sent. */
function counted(fetch: Fetch, log: Log): Fetch {
  return (input, init) => {
    if (isMutation(new Request(input, init))) log.mutations += 1;
    return fetch(input, init);
  };
}

/** Notes whether a whole credential came back. */
function watched(fetch: Fetch, issued: readonly string[], log: Log): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const copy = await response
      .clone()
      .text()
      .catch(() => '');
    if (response.ok && issued.some((secret) => copy.includes(`"${secret}"`))) {
      log.wasAnswered = true;
    }
    return response;
  };
}

/** A clock that ends every wait of this many milliseconds at once, and no other. */
export function impatient(milliseconds: number): Context['timeout'] {
  return (limit) => {
    const controller = new AbortController();
    // Later than anything that ends by itself.
    if (limit === milliseconds) setTimeout(() => controller.abort(), 50);
    return { signal: controller.signal, clear: () => undefined };
  };
}

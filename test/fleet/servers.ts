import type { Emulator } from '../../src/sandbox/emulator.ts';
import { createNscaleEmulator } from '../../src/sandbox/nscale/app.ts';
import { organizationId, sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { timestamp, type NscaleAccount, type NscaleState } from '../../src/sandbox/nscale/state.ts';
import { createRunaiEmulator } from '../../src/sandbox/runai/app.ts';
import { runaiSandboxClients } from '../../src/sandbox/runai/seed-ids.ts';
import { seedRunai } from '../../src/sandbox/runai/seed.ts';
import type { RunaiAccount, RunaiState } from '../../src/sandbox/runai/state.ts';
import { hashSecret } from '../../src/sandbox/records.ts';
import type { IssuingProvider } from '../harness/providers.ts';

/** An account as its server has it. */
export interface ServerAccount {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the credential that works; null while nobody has one. */
  readonly liveHash: string | null;
}

/** One provider, in process. */
export interface Server {
  readonly name: IssuingProvider;
  readonly endpoint: string;
  readonly emulator: Emulator;
  /** What a machine needs to sign in. */
  readonly env: Readonly<Record<string, string>>;
  readonly hash: (secret: string) => string;
  readonly accounts: () => readonly ServerAccount[];
  /** Every credential that was issued to an account, in order. */
  readonly issuedTo: (id: string) => readonly string[];
  readonly nscale: NscaleState | null;
  readonly runai: RunaiState | null;
}

export const dayMs = 86_400_000;

/** e.g. `app-007` */
function accountName(index: number): string {
  return `app-${String(index + 1).padStart(3, '0')}`;
}

function accountId(index: number): string {
  return `c0000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`;
}

function indexes(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Credentials in the order of their issue, each with the account that has it. */
interface Issues {
  readonly next: () => string;
  readonly watch: (emulator: Emulator) => Emulator;
  readonly issuedTo: (id: string) => readonly string[];
}

function watchIssues(name: IssuingProvider): Issues {
  const all: string[] = [];
  const byAccount = new Map<string, string[]>();
  return {
    next: () => {
      const secret = `issued.${name}.${'x'.repeat(40)}.${all.length}.`;
      all.push(secret);
      return secret;
    },
    watch: ({ fetch }) => ({
      fetch: async (request) => {
        const response = await fetch(request);
        const text = await response.clone().text();
        const id = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\/(?:rotate|secret)$)/.exec(
          new URL(request.url).pathname,
        )?.[0];
        const secret = all.findLast((candidate) => text.includes(candidate));
        if (id !== undefined && secret !== undefined) {
          byAccount.set(id, [...(byAccount.get(id) ?? []), secret]);
        }
        return response;
      },
    }),
    issuedTo: (id) => byAccount.get(id) ?? [],
  };
}

/** The sandbox's own is what an account of Run:ai is called. */
const administratorToken = 'token-of-the-administrator';

/** nscale with accounts that all expire within five days, and an administrator who is none of them. */
function nscaleServer(count: number, now: () => number): Server {
  const issues = watchIssues('nscale');
  const start = now();
  const seeded = seedNscale(start);
  const state: NscaleState = {
    ...seeded,
    users: seeded.users.map((user) =>
      user.tokenHash === hashSecret(sandboxTokens.administrator)
        ? Object.assign(user, { tokenHash: hashSecret(administratorToken) })
        : user,
    ),
    accounts: indexes(count).map((index) => nscaleAccount(index, start)),
  };
  const endpoint = 'https://nscale.example.com';
  const emulator = createNscaleEmulator({ state, now, newSecret: issues.next });
  return {
    name: 'nscale',
    endpoint,
    emulator: issues.watch(emulator),
    env: { NSCALE_IDENTITY_SERVICE_API_ENDPOINT: endpoint, NSCALE_SERVICE_TOKEN: administratorToken },
    hash: hashSecret,
    accounts: () => state.accounts.map(({ id, name, tokenHash }) => ({ id, name, liveHash: tokenHash })),
    issuedTo: issues.issuedTo,
    nscale: state,
    runai: null,
  };
}

function nscaleAccount(index: number, start: number): NscaleAccount {
  return {
    id: accountId(index),
    name: accountName(index),
    description: null,
    tags: [],
    organizationId,
    creationTime: timestamp(start - 80 * dayMs),
    createdBy: 'ann@example.com',
    modifiedTime: null,
    modifiedBy: null,
    deletionTime: null,
    expiry: timestamp(start + 5 * dayMs),
    tokenHash: null,
  };
}

/** Run:ai with accounts that were made 80 days ago, and the one that signs in. */
function runaiServer(count: number, now: () => number): Server {
  const issues = watchIssues('runai');
  const start = now();
  const seeded = seedRunai(start);
  const { clientId, clientSecret } = runaiSandboxClients.administrator;
  const own = seeded.accounts.filter((account) => account.clientId === clientId);
  const state = { ...seeded, accounts: [...indexes(count).map((index) => runaiAccount(index, start)), ...own] };
  const endpoint = 'https://runai.example.com';
  const emulator = createRunaiEmulator({ state, now, newSecret: issues.next });
  return {
    name: 'runai',
    endpoint,
    emulator: issues.watch(emulator),
    env: { RUNAI_BASE_URL: endpoint, RUNAI_CLIENT_ID: clientId, RUNAI_CLIENT_SECRET: clientSecret },
    hash: hashSecret,
    accounts: () => state.accounts.map(({ id, name, secretHash }) => ({ id, name, liveHash: secretHash })),
    issuedTo: issues.issuedTo,
    nscale: null,
    runai: state,
  };
}

function runaiAccount(index: number, start: number): RunaiAccount {
  return {
    id: accountId(index),
    name: accountName(index),
    clientId: accountName(index),
    enabled: true,
    createdBy: 'ann@example.com',
    createdAt: new Date(start - 80 * dayMs).toISOString(),
    updatedAt: null,
    lastLogin: null,
    secretHash: null,
  };
}

export const servers = { nscale: nscaleServer, runai: runaiServer } as const satisfies Record<
  IssuingProvider,
  (count: number, now: () => number) => Server
>;

import { join } from 'node:path';

import type { Fetch } from '../context.ts';
import { UsageError } from '../errors.ts';
import type { ProviderName } from '../model/account.ts';
import type { Emulator } from './emulator.ts';
import type { Fault, FaultProvider } from './faults/fault.ts';
import { withFaults } from './faults/inject.ts';
import { faultSubjects } from './faults/subjects.ts';
import { inProcess } from './in-process.ts';
import { createNscaleEmulator } from './nscale/app.ts';
import { seedNscale } from './nscale/seed.ts';
import { organizationId, sandboxTokens } from './nscale/seed-ids.ts';
import { isNscaleState } from './nscale/state.ts';
import { createRunaiEmulator } from './runai/app.ts';
import { seedRunai } from './runai/seed.ts';
import { runaiSandboxClients } from './runai/seed-ids.ts';
import { isRunaiState } from './runai/state.ts';
import { serve, type RunningServer } from './server.ts';
import { openStore, resetStore } from './store.ts';

export interface SandboxOptions {
  /** The program's; the sandbox has a folder of its own in it. */
  readonly stateDirectory: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** What goes wrong on purpose; default nothing. Requests are counted from the opening on. */
  readonly faults?: readonly Fault[];
}

/** How a client reaches one emulator, and who it is there. */
export interface SandboxConnection {
  readonly endpoint: string;
  readonly clientId: string | null;
  readonly secret: string;
}

/** One emulator in process, with the state of earlier runs. */
export interface Sandbox {
  /** Answers for the emulator's endpoint; every other host is unreachable. */
  readonly fetch: Fetch;
  readonly connection: SandboxConnection;
}

/** One provider's part: its emulator on its state, and who the sandbox's user is there. */
interface Part {
  readonly name: FaultProvider;
  readonly clientId: string | null;
  readonly secret: string;
  /** The variables that point a client at the emulator. */
  readonly environment: (endpoint: string) => readonly (readonly [name: string, value: string])[];
  readonly open: (options: SandboxOptions) => Promise<Emulator>;
}

const parts: readonly Part[] = [
  {
    name: 'nscale',
    clientId: null,
    secret: sandboxTokens.administrator,
    environment: (endpoint) => [
      ['NSCALE_IDENTITY_SERVICE_API_ENDPOINT', endpoint],
      ['NSCALE_SERVICE_TOKEN', sandboxTokens.administrator],
      ['NSCALE_ORGANIZATION_ID', organizationId],
    ],
    open: (options) =>
      openEmulator(options, {
        name: 'nscale',
        seed: seedNscale,
        isState: isNscaleState,
        create: createNscaleEmulator,
      }),
  },
  {
    name: 'runai',
    clientId: runaiSandboxClients.administrator.clientId,
    secret: runaiSandboxClients.administrator.clientSecret,
    environment: (endpoint) => [
      ['RUNAI_BASE_URL', endpoint],
      ['RUNAI_CLIENT_ID', runaiSandboxClients.administrator.clientId],
      ['RUNAI_CLIENT_SECRET', runaiSandboxClients.administrator.clientSecret],
    ],
    open: (options) =>
      openEmulator(options, {
        name: 'runai',
        seed: seedRunai,
        isState: isRunaiState,
        create: createRunaiEmulator,
      }),
  },
];

interface Kind<State extends object> {
  readonly name: ProviderName;
  readonly seed: (now: number) => State;
  readonly isState: (value: unknown) => value is State;
  readonly create: (options: {
    readonly state: State;
    readonly save: () => Promise<void>;
    readonly now: () => number;
  }) => Emulator;
}

/** An emulator on its stored state, which every request reads anew and has for itself. */
async function openEmulator<State extends object>(
  { stateDirectory, now, sleep }: SandboxOptions,
  { name, seed, isState, create }: Kind<State>,
): Promise<Emulator> {
  const store = await openStore({
    directory: sandboxDirectory(stateDirectory),
    name,
    version: 1,
    seed: () => seed(now()),
    isState,
    sleep,
  });
  const { state, save } = store;
  const emulator = create({ state, save, now });
  return { fetch: (request) => store.exclusive(() => emulator.fetch(request)) };
}

/**
 * Opens the sandbox of one provider.
 * @throws FailedError when its state cannot be used; UsageError when there is no emulator of that provider
 */
export async function openSandbox(
  options: SandboxOptions,
  provider: ProviderName,
): Promise<Sandbox> {
  const part = parts.find(({ name }) => name === provider);
  if (part === undefined) throw new UsageError(`the sandbox has no emulator of ${provider}`);
  // Names below .invalid can never be real hosts (RFC 2606).
  const endpoint = `https://${provider}.sandbox.invalid`;
  const emulator = await openPart(part, options);
  return {
    fetch: inProcess(emulator, endpoint),
    connection: { endpoint, clientId: part.clientId, secret: part.secret },
  };
}

/** The part's emulator with the faults that are meant for it; they stay outside its turn, so that none holds up others. */
async function openPart(part: Part, options: SandboxOptions): Promise<Emulator> {
  const faults = (options.faults ?? []).filter(({ provider }) => provider === part.name);
  return withFaults(await part.open(options), faults, faultSubjects[part.name]);
}

export interface SandboxServer extends RunningServer {
  /** The variables that point a client at the emulators, in order. */
  readonly environment: readonly (readonly [name: string, value: string])[];
}

/**
 * Offers the same emulators over HTTP on loopback, each below its own path.
 * @throws FailedError when the port cannot be had or the state cannot be used
 */
export async function serveSandbox({
  port,
  ...options
}: SandboxOptions & { readonly port: number }): Promise<SandboxServer> {
  const emulators = new Map<string, Emulator>();
  for (const part of parts) emulators.set(part.name, await openPart(part, options));
  const server = await serve({ fetch: (request) => route(emulators, request) }, { port });
  return {
    ...server,
    environment: parts.flatMap((part) => part.environment(`${server.url}/${part.name}`)),
  };
}

/** Puts the emulators back to their first day. */
export async function resetSandbox({
  stateDirectory,
  sleep,
}: Pick<SandboxOptions, 'stateDirectory' | 'sleep'>): Promise<void> {
  const directory = sandboxDirectory(stateDirectory);
  for (const { name } of parts) await resetStore({ directory, name, sleep });
}

async function route(
  emulators: ReadonlyMap<string, Emulator>,
  request: Request,
): Promise<Response> {
  const url = new URL(request.url);
  const [, name = '', path = ''] = /^\/([^/]*)(.*)$/.exec(url.pathname) ?? [];
  const emulator = emulators.get(name);
  if (emulator === undefined) return new Response('no such emulator\n', { status: 404 });
  url.pathname = path;
  return emulator.fetch(new Request(url, request));
}

function sandboxDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'sandbox');
}

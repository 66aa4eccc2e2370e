import { join } from 'node:path';

import type { Fetch } from '../context.ts';
import { createNscaleEmulator, type Emulator } from './nscale/app.ts';
import { seedNscale } from './nscale/seed.ts';
import { sandboxTokens } from './nscale/seed-ids.ts';
import type { NscaleState } from './nscale/state.ts';
import { serve, type RunningServer } from './server.ts';
import { openStore, resetStore } from './store.ts';

export interface SandboxOptions {
  /** The program's; the sandbox has a folder of its own in it. */
  readonly stateDirectory: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How a client reaches one emulator. */
export interface SandboxConnection {
  readonly endpoint: string;
  readonly token: string;
}

/** The emulators in process, with the state of earlier runs. */
export interface Sandbox {
  /** Answers for the emulators' endpoints; every other host is unreachable. */
  readonly fetch: Fetch;
  readonly nscale: SandboxConnection;
}

/** @throws FailedError when the state cannot be read */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const emulators = await openEmulators(options);
  return {
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const emulator = emulators.get(new URL(request.url).hostname.split('.')[0] ?? '');
      if (emulator === undefined)
        throw new TypeError(`no such host in the sandbox: ${request.url}`);
      return emulator.fetch(request);
    },
    nscale: {
      endpoint: 'https://nscale.sandbox.invalid',
      token: sandboxTokens.administrator,
    },
  };
}

export interface SandboxServer extends RunningServer {
  /** The variables that point a client at the emulators, in order. */
  readonly environment: readonly (readonly [name: string, value: string])[];
}

/**
 * Offers the same emulators over HTTP on loopback, each below its own path.
 * @throws FailedError when the port cannot be had or the state cannot be read
 */
export async function serveSandbox({
  port,
  ...options
}: SandboxOptions & { readonly port: number }): Promise<SandboxServer> {
  const emulators = await openEmulators(options);
  const server = await serve({ fetch: (request) => route(emulators, request) }, { port });
  return {
    ...server,
    environment: [
      ['NSCALE_IDENTITY_SERVICE_API_ENDPOINT', `${server.url}/nscale`],
      ['NSCALE_SERVICE_TOKEN', sandboxTokens.administrator],
    ],
  };
}

/** Puts the emulators back to their first day. */
export async function resetSandbox({
  stateDirectory,
}: Pick<SandboxOptions, 'stateDirectory'>): Promise<void> {
  await resetStore({ directory: sandboxDirectory(stateDirectory), name: 'nscale' });
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

async function openEmulators({
  stateDirectory,
  now,
}: SandboxOptions): Promise<ReadonlyMap<string, Emulator>> {
  const nscale = await openStore<NscaleState>({
    directory: sandboxDirectory(stateDirectory),
    name: 'nscale',
    version: 1,
    seed: () => seedNscale(now()),
    isState: isNscaleState,
  });
  return new Map([['nscale', createNscaleEmulator({ ...nscale, now })]]);
}

function sandboxDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'sandbox');
}

function isNscaleState(value: unknown): value is NscaleState {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['organizations', 'users', 'roles', 'groups', 'accounts'].every(
      (key) =>
        key in value && Array.isArray(Object.entries(value).find(([name]) => name === key)?.[1]),
    )
  );
}

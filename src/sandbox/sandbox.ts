import { providerNames, type ProviderName } from '../model/account.ts';
import type { AugmentState } from './augment/state.ts';
import type { Emulator } from './emulator.ts';
import type { Fault } from './faults/fault.ts';
import { withFaults } from './faults/inject.ts';
import { inProcess, type EmulatorFetch } from './in-process.ts';
import { openAugmentState, sandboxProviders, sandboxStateDirectory, type StateOptions } from './providers.ts';
import { serve, type RunningServer } from './server.ts';
import { resetStore } from './store.ts';

export interface SandboxOptions extends StateOptions {
  /** Default: none. Requests are counted from when the sandbox is opened. */
  readonly faults?: readonly Fault[];
}

/** One emulator in process, with the state of earlier runs. */
export interface Sandbox {
  /** Answers for the emulator's endpoint; every other host is unreachable. */
  readonly fetch: EmulatorFetch;
  /** How a client reaches it, and who it is there. */
  readonly connection: { readonly endpoint: string; readonly clientId: string | null; readonly secret: string };
}

/** Opens the sandbox of one provider. @throws FailedError when its state cannot be used */
export async function openSandbox(options: SandboxOptions, provider: ProviderName): Promise<Sandbox> {
  const { clientId, secret } = sandboxProviders[provider];
  // Names below .invalid can never be real hosts (RFC 2606).
  const endpoint = `https://${provider}.sandbox.invalid`;
  const emulator = await openEmulator(options, provider);
  return { fetch: inProcess(emulator, endpoint), connection: { endpoint, clientId, secret } };
}

/** Faults act outside the lock on the state, so that a slow answer keeps no other request waiting. */
async function openEmulator(options: SandboxOptions, name: ProviderName): Promise<Emulator> {
  const faults = (options.faults ?? []).filter(({ provider }) => provider === name);
  const emulator = await sandboxProviders[name].open(options);
  return withFaults(emulator, faults, emulator.faults);
}

export interface SandboxServer extends RunningServer {
  /** The variables that point a client at the emulators, in order; values are not quoted. */
  readonly environment: readonly (readonly [name: string, value: string])[];
  /** What else a client needs to know, one line each. */
  readonly comments: readonly string[];
}

/** Offers the same emulators on loopback, each below its own path. @throws FailedError without the port or the state */
export async function serveSandbox(options: SandboxOptions & { readonly port: number }): Promise<SandboxServer> {
  const emulators = new Map<string, Emulator>();
  for (const name of providerNames) emulators.set(name, await openEmulator(options, name));
  const server = await serve({ fetch: (request) => route(emulators, request) }, options);
  return {
    ...server,
    environment: providerNames.flatMap((name) => sandboxProviders[name].environment(`${server.url}/${name}`)),
    comments: providerNames.flatMap((name) => sandboxProviders[name].comments(`${server.url}/${name}`)),
  };
}

/** Puts the emulators back to their first day. @throws FailedError when their state cannot be used */
export async function resetSandbox({ stateDirectory, sleep }: Omit<StateOptions, 'now'>): Promise<void> {
  for (const name of providerNames) await resetStore({ directory: sandboxStateDirectory(stateDirectory), name, sleep });
}

/**
 * Does at the sandbox's Augment web console what `work` does to the state, which is locked meanwhile; when `work`
 * throws, nothing is changed. @throws FailedError when the state cannot be used
 */
export async function augmentConsole<Result>(
  options: StateOptions,
  work: (state: AugmentState) => Result,
): Promise<Result> {
  const store = await openAugmentState(options);
  return store.exclusive(async () => {
    const result = work(store.state);
    await store.save();
    return result;
  });
}

async function route(emulators: ReadonlyMap<string, Emulator>, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const [, name = '', path = ''] = /^\/([^/]*)(.*)$/.exec(url.pathname) ?? [];
  const emulator = emulators.get(name);
  if (emulator === undefined) return new Response('no such emulator\n', { status: 404 });
  url.pathname = path;
  return emulator.fetch(new Request(url, request));
}

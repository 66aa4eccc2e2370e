import type { ProviderName } from '../model/account.ts';
import { augmentPart, augmentState } from './augment/part.ts';
import type { AugmentState } from './augment/state.ts';
import { inProcess, type Emulator, type EmulatorFetch } from './in-process.ts';
import type { Fault } from './faults/fault.ts';
import { withFaults } from './faults/inject.ts';
import { faultSubjects } from './faults/parse.ts';
import { nscalePart } from './nscale/part.ts';
import { openState, resetState, type Part, type StateOptions } from './part.ts';
import { runaiPart } from './runai/part.ts';
import { serve, type RunningServer } from './server.ts';

export interface SandboxOptions extends StateOptions {
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
  readonly fetch: EmulatorFetch;
  readonly connection: SandboxConnection;
}

const parts: Readonly<Record<ProviderName, Part>> = {
  nscale: nscalePart,
  runai: runaiPart,
  augment: augmentPart,
};

/** Opens the sandbox of one provider. @throws FailedError when its state cannot be used */
export async function openSandbox(options: SandboxOptions, provider: ProviderName): Promise<Sandbox> {
  const part = parts[provider];
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
  /** The variables that point a client at the emulators, in order; values are as they are, not quoted. */
  readonly environment: readonly (readonly [name: string, value: string])[];
  /** What a client needs to be told besides, one line each. */
  readonly comments: readonly string[];
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
  const all = Object.values(parts);
  for (const part of all) emulators.set(part.name, await openPart(part, options));
  const server = await serve({ fetch: (request) => route(emulators, request) }, { port });
  function endpointOf({ name }: Part): string {
    return `${server.url}/${name}`;
  }
  return {
    ...server,
    environment: all.flatMap((part) => part.environment(endpointOf(part))),
    comments: all.flatMap((part) => part.comments(endpointOf(part))),
  };
}

/** Puts the emulators back to their first day. @throws FailedError when their state cannot be used */
export async function resetSandbox(options: Pick<StateOptions, 'stateDirectory' | 'sleep'>): Promise<void> {
  for (const { name } of Object.values(parts)) await resetState(options, name);
}

/**
 * Does at the sandbox's Augment web console what `work` does to the state, with nobody else at it; when `work` throws,
 * nothing is changed.
 * @returns what `work` returns
 * @throws FailedError when the state cannot be used, and whatever `work` throws
 */
export async function augmentConsole<Result>(
  options: StateOptions,
  work: (state: AugmentState) => Result,
): Promise<Result> {
  const store = await openState(options, augmentState);
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

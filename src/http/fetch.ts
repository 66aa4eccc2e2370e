import type { Context, Fetch } from '../context.ts';
import { createDirectFetch } from './direct-fetch.ts';

export interface FetchOptions extends Pick<Context, 'timeout' | 'nodeVersion'> {
  /** Global `fetch`. */
  readonly globalFetch: Fetch;
}

/** The program's `fetch`: the global one where a dispatcher is to take the request, else a direct one. */
export function createFetch({ timeout, nodeVersion, globalFetch }: FetchOptions): Fetch {
  const direct = createDirectFetch(timeout);
  let ready: Promise<void> | null = null;
  return async (input, init) => {
    if (init?.dispatcher === undefined) return direct(input, init);
    await (ready ??= quicken(nodeVersion));
    return globalFetch(input, init);
  };
}

/** On Node 20, V8 spends 100 ms on optimising the wasm parser of fetch, mostly after the work is done. */
async function quicken(nodeVersion: string): Promise<void> {
  if (!nodeVersion.startsWith('20.')) return;
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--liftoff-only');
}

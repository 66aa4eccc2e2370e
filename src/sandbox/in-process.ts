import type { Emulator } from './emulator.ts';

/** Like global `fetch`. */
export type EmulatorFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** A fetch whose whole network is the emulator: every origin but `endpoint` is unreachable. */
export function inProcess(emulator: Emulator, endpoint: string): EmulatorFetch {
  return async (input, init) => {
    const request = new Request(input, init);
    // Not the request's own signal, which can be collected while the one that it follows is in use.
    return untilAborted(init?.signal ?? request.signal, async () => {
      if (new URL(request.url).origin !== endpoint) throw unreachable(request.url);
      return emulator.fetch(request);
    });
  };
}

/** The result of `work`; rejects with the signal's reason, as fetch does, when it is aborted first. */
async function untilAborted<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  signal.throwIfAborted();
  const settled = new AbortController();
  try {
    return await new Promise<Result>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { signal: settled.signal });
      work().then(resolve, reject);
    });
  } finally {
    settled.abort();
  }
}

/** What fetch rejects with for a host that does not exist. */
function unreachable(url: string): TypeError {
  const cause = Object.assign(new Error(`getaddrinfo ENOTFOUND ${new URL(url).hostname}`), {
    code: 'ENOTFOUND',
    syscall: 'getaddrinfo',
  });
  return new TypeError('fetch failed', { cause });
}

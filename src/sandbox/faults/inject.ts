import { connectionReset, resetCause, type Emulator } from '../emulator.ts';
import type { Fault, FaultName, FaultStatus, FaultSubject, FaultOperation } from './fault.ts';

/**
 * The emulator with faults, which are all of its provider and count requests from now on. A connection that is reset
 * rejects as fetch does. An answer that never comes is a promise that never settles, so the caller has to notice when the
 * client gives up.
 */
export function withFaults(
  emulator: Emulator,
  faults: readonly Fault[],
  { operationOf, refuse }: Pick<FaultSubject, 'operationOf' | 'refuse'>,
): Emulator {
  if (faults.length === 0) return emulator;
  const next = scheduleOf(faults);
  return {
    fetch: async (request) => {
      const name = next(operationOf(request));
      if (name === null) return emulator.fetch(request);
      return acts[name](
        () => emulator.fetch(request),
        (status) => refuse(request, status),
      );
    },
  };
}

/** What a fault does with a request: `work` does what the request asks for. */
type Act = (work: () => Promise<Response>, refuse: (status: FaultStatus) => Response) => Response | Promise<Response>;

const acts: Readonly<Record<FaultName, Act>> = {
  '429': (_, refuse) => {
    const response = refuse(429);
    response.headers.set('retry-after', '1');
    return response;
  },
  '503': (_, refuse) => refuse(503),
  expired: (_, refuse) => refuse(401),
  'drop-before-commit': () => Promise.reject(connectionReset()),
  'drop-after-commit': async (work) => {
    await work();
    throw connectionReset();
  },
  '500-after-commit': async (work, refuse) => {
    await work();
    return refuse(500);
  },
  'html-502': async (work) => {
    await work();
    return new Response(gatewayPage, { status: 502, headers: { 'content-type': 'text/html' } });
  },
  truncated: async (work) => halved(await work(), { isBroken: true }),
  'cut-json': async (work) => halved(await work(), { isBroken: false }),
  slow: async (work) => {
    await work();
    return new Promise(() => undefined);
  },
};

/** The first half of the body: complete, or promising all and breaking; an answer without a body comes as it is. */
async function halved(response: Response, { isBroken }: { isBroken: boolean }): Promise<Response> {
  if (response.body === null) return response;
  const { status, headers } = response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  const cut = new Response(isBroken ? brokenStream(half) : half, { status, headers });
  cut.headers.set('content-length', String(isBroken ? bytes.length : half.length));
  return cut;
}

/** Gives `bytes` and then breaks. Nothing is read ahead, because a stream that breaks discards unread chunks. */
function brokenStream(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let isGiven = false;
  return new ReadableStream(
    {
      pull: (controller) => {
        if (isGiven) controller.error(new TypeError('terminated', { cause: resetCause() }));
        else controller.enqueue(bytes);
        isGiven = true;
      },
    },
    { highWaterMark: 0 },
  );
}

/** The page of a proxy that got no answer from the service behind it. */
const gatewayPage =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n' +
  '<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n';

/**
 * Tells the fault of each request of one provider, or null. Every fault counts the requests that it is armed for,
 * including those that another one hits; where several hit, the one that was named first acts.
 */
export function scheduleOf(faults: readonly Fault[]): (operation: FaultOperation | null) => FaultName | null {
  const armed = faults.map((fault) => ({ fault, seen: 0 }));
  return (operation) => {
    let name: FaultName | null = null;
    for (const entry of armed) {
      const { fault } = entry;
      if (fault.operation !== '*' && fault.operation !== operation) continue;
      entry.seen += 1;
      if (fault.nth === null || fault.nth === entry.seen) name ??= fault.name;
    }
    return name;
  };
}

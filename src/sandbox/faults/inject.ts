import type { Emulator } from '../emulator.ts';
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
  const schedule = new Schedule(faults);
  return {
    fetch: async (request) => {
      const name = schedule.next(operationOf(request));
      if (name === null) return emulator.fetch(request);
      return acts[name]({ work: () => emulator.fetch(request), refuse: (status) => refuse(request, status) });
    },
  };
}

interface Exchange {
  /** Does what the request asks for. */
  readonly work: () => Promise<Response>;
  readonly refuse: (status: FaultStatus) => Response;
}

const acts: Readonly<Record<FaultName, (exchange: Exchange) => Response | Promise<Response>>> = {
  '429': ({ refuse }) => retryLater(refuse(429)),
  '503': ({ refuse }) => refuse(503),
  expired: ({ refuse }) => refuse(401),
  'drop-before-commit': () => Promise.reject(connectionReset()),
  'drop-after-commit': async ({ work }) => {
    await work();
    throw connectionReset();
  },
  '500-after-commit': async ({ work, refuse }) => {
    await work();
    return refuse(500);
  },
  'html-502': async ({ work }) => {
    await work();
    return gatewayPage();
  },
  truncated: async ({ work }) => breakBody(await work()),
  'cut-json': async ({ work }) => cutBody(await work()),
  slow: async ({ work }) => {
    await work();
    return new Promise(() => undefined);
  },
};

function retryLater(response: Response): Response {
  response.headers.set('retry-after', '1');
  return response;
}

/** What fetch rejects with when the peer resets the connection before it answered. */
function connectionReset(): TypeError {
  return new TypeError('fetch failed', { cause: resetCause() });
}

function resetCause(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}

/** An answer that promises its whole body and breaks in the middle of it; one without a body comes as it is. */
async function breakBody(response: Response): Promise<Response> {
  if (response.body === null) return response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  return withLength(response, brokenStream(half(bytes)), bytes.length);
}

/** A complete answer with the first half of the body; one without a body comes as it is. */
async function cutBody(response: Response): Promise<Response> {
  if (response.body === null) return response;
  const bytes = half(new Uint8Array(await response.arrayBuffer()));
  return withLength(response, bytes, bytes.length);
}

function half(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

function withLength(
  { status, headers }: Response,
  body: ReadableStream | Uint8Array<ArrayBuffer>,
  length: number,
): Response {
  const response = new Response(body, { status, headers });
  response.headers.set('content-length', String(length));
  return response;
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
function gatewayPage(): Response {
  const html =
    '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n' +
    '<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n';
  return new Response(html, { status: 502, headers: { 'content-type': 'text/html' } });
}

/** Which fault each request of one provider meets. */
export class Schedule {
  readonly #armed: readonly { readonly fault: Fault; seen: number }[];

  constructor(faults: readonly Fault[]) {
    this.#armed = faults.map((fault) => ({ fault, seen: 0 }));
  }

  /**
   * The fault of the next request, or null. Every fault counts the requests that it is armed for, including those that
   * another one hits; where several hit, the one that was named first acts.
   */
  next(operation: FaultOperation | null): FaultName | null {
    let name: FaultName | null = null;
    for (const entry of this.#armed) {
      const { fault } = entry;
      if (fault.operation !== '*' && fault.operation !== operation) continue;
      entry.seen += 1;
      if (fault.nth === null || fault.nth === entry.seen) name ??= fault.name;
    }
    return name;
  }
}

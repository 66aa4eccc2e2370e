import type { Emulator } from '../emulator.ts';
import { breakBody, connectionReset, cutBody, gatewayPage } from './broken.ts';
import type { Fault, FaultName, FaultStatus, FaultSubject } from './fault.ts';
import { Schedule } from './schedule.ts';

/**
 * The emulator with faults; its `faults` are all of one provider, and count from now on. A connection that is reset is a
 * rejection as fetch has it, and an answer that never comes is a promise that never settles: whoever calls must look after
 * the client that gives up.
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
      return acts[name]({
        work: () => emulator.fetch(request),
        refuse: (status) => refuse(request, status),
      });
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

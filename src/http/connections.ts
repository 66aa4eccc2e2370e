import type Client from 'undici/lib/dispatcher/client.js';

import type { Context } from '../context.ts';
import { ConnectError } from './failure.ts';

/** When a connection may serve another request. */
export interface Reuse {
  /** Milliseconds after which an idle one is closed, before most servers do: a request into that gap is lost. */
  readonly keepMs: number;
  /**
   * Milliseconds that one rests before it is used again. A server may end it right after its answer without having said
   * so, and a request that is sent into that is lost.
   */
  readonly restMs: number;
  /** Whether none is used again once the server has ended one. */
  readonly untilEnded: boolean;
}

/** What can be repeated when it is lost, such as a read: its connections are kept for long and used at once. */
export const forReads: Reuse = { keepMs: 4000, restMs: 0, untilEnded: false };

/**
 * Of a lost change nobody knows what it did. nscale ends connections that were idle for a second
 * (docs/contracts/nscale.md 9), of which a request may need a part to arrive.
 */
export const forChanges: Reuse = { keepMs: 500, restMs: 10, untilEnded: true };

/** How a connection is used for one request. */
interface Use {
  /** Asks the server to close it afterwards. */
  readonly isLast: boolean;
  /** To be called once the whole answer has come. */
  readonly onEnd: () => void;
}

type Exchange<Answer> = (client: Client, use: Use) => Promise<Answer>;

/** Runs an exchange over a connection that is free, or over a new one that `open` makes. */
export type Connections = <Answer>(open: () => Promise<Client>, exchange: Exchange<Answer>) => Promise<Answer>;

/**
 * The connections to one origin for one use. Each serves one request at a time, and none after the server has ended it or
 * said something that nobody asked for: undici then closes it at once.
 */
export function createConnections({ restMs, untilEnded }: Reuse, timeout: Context['timeout']): Connections {
  let isReused = true;
  let free: Client[] = [];
  const rest = restOf(restMs, timeout, release);

  function watch(client: Client): void {
    client.on('disconnect', (_origin, _targets, error) => {
      free = free.filter((one) => one !== client);
      // What undici does by itself, such as closing an idle one, is no error.
      if (untilEnded && !isOwnDoing(error)) endReuse();
    });
  }

  function release(client: Client): void {
    if (client.destroyed) return;
    if (isReused) free.push(client);
    else void client.destroy();
  }

  function endReuse(): void {
    isReused = false;
    for (const client of free.splice(0)) void client.destroy();
  }

  function use<Answer>(client: Client, exchange: Exchange<Answer>): Promise<Answer> {
    return exchange(client, { isLast: !isReused, onEnd: () => rest(client) });
  }

  return async (open, exchange) => {
    for (let client = free.pop(); client !== undefined; client = free.pop()) {
      try {
        return await use(client, exchange);
      } catch (error) {
        // It was closed before anything was written to it.
        if (!wasUnsent(error)) throw error;
      }
    }
    const client = await open();
    watch(client);
    try {
      return await use(client, exchange);
    } catch (error) {
      throw wasUnsent(error) ? new ConnectError(null, error) : error;
    }
  };
}

/**
 * Lets connections rest for so many milliseconds, and longer those that begin while others rest: a clock for each of many would
 * cost more.
 */
function restOf(
  restMs: number,
  timeout: Context['timeout'],
  release: (client: Client) => void,
): (client: Client) => void {
  let next: Client[] = [];
  let isResting = false;

  function restTogether(): void {
    const clients = next;
    next = [];
    isResting = clients.length > 0;
    if (!isResting) return;
    timeout(restMs).signal.addEventListener('abort', () => {
      clients.forEach(release);
      restTogether();
    });
  }

  return (client) => {
    if (restMs === 0) return release(client);
    next.push(client);
    if (!isResting) restTogether();
  };
}

function isOwnDoing({ code }: NodeJS.ErrnoException): boolean {
  return code === 'UND_ERR_INFO' || code === 'UND_ERR_DESTROYED';
}

/** A connection is destroyed as soon as it is closed, with every request that undici has not written yet. */
function wasUnsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'UND_ERR_DESTROYED';
}

import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';

import type { Client } from 'undici';
import { expect, it } from 'vitest';

import { ConnectError } from '../../src/http/failure.ts';
import { createConnections, forReads } from '../../src/http/connections.ts';
import { endless } from '../harness/context.ts';

/** A connection that is never made. */
function connection(): Client {
  return Object.assign(new EventEmitter(), { destroyed: false, destroy: () => Promise.resolve() }) as unknown as Client;
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

interface Seen {
  /** The number of the connection that each exchange had. */
  readonly used: readonly number[];
  readonly outcome: unknown;
}

/** One exchange that goes well, and a second one, whose tries fail with these codes until there is none. */
async function second(codes: readonly string[]): Promise<Seen> {
  const run = createConnections(forReads, endless);
  const opened: Client[] = [];
  const used: number[] = [];
  function open(): Promise<Client> {
    const client = connection();
    opened.push(client);
    return Promise.resolve(client);
  }
  const first = await run(open, (client) => {
    used.push(opened.indexOf(client));
    return Promise.resolve({ body: Readable.from(['done']) });
  });
  for await (const _ of first.body) void _;
  const left = [...codes];
  const outcome = await run(open, (client) => {
    used.push(opened.indexOf(client));
    const code = left.shift();
    return code === undefined ? Promise.resolve({ body: Readable.from([]) }) : Promise.reject(failure(code));
  }).then(
    () => 'done',
    (error: unknown) => error,
  );
  return { used, outcome };
}

it('a connection that is free is used again', async () => {
  expect(await second([])).toEqual({ used: [0, 0], outcome: 'done' });
});

it('a request that was not written to a free connection goes to a new one', async () => {
  expect(await second(['UND_ERR_DESTROYED'])).toEqual({ used: [0, 0, 1], outcome: 'done' });
});

it('a request that was written is not sent again', async () => {
  const { used, outcome } = await second(['UND_ERR_SOCKET']);
  expect({ used, outcome }).toMatchObject({ used: [0, 0], outcome: { code: 'UND_ERR_SOCKET' } });
});

it('a request that was not written to a new connection either was certainly not sent', async () => {
  const { used, outcome } = await second(['UND_ERR_DESTROYED', 'UND_ERR_DESTROYED']);
  expect(used).toEqual([0, 0, 1]);
  expect(outcome).toBeInstanceOf(ConnectError);
});

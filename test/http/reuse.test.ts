import { EventEmitter } from 'node:events';

import type { Client } from 'undici';
import { expect, it } from 'vitest';

import { ConnectError } from '../../src/http/failure.ts';
import { createConnections, forChanges, forReads, type Reuse } from '../../src/http/connections.ts';
import { endless } from '../harness/context.ts';
import { turns } from './turns.ts';

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
  await run(open, (client, { onEnd }) => {
    used.push(opened.indexOf(client));
    onEnd();
    return Promise.resolve();
  });
  const left = [...codes];
  const outcome = await run(open, (client) => {
    used.push(opened.indexOf(client));
    const code = left.shift();
    return code === undefined ? Promise.resolve() : Promise.reject(failure(code));
  }).then(
    () => 'done',
    (error: unknown) => error,
  );
  return { used, outcome };
}

/** Two exchanges at once, after which both connections are free, if they rest no longer than `elapse` lets them. */
async function twoFree(reuse: Reuse) {
  const rests: (() => void)[] = [];
  const run = createConnections(reuse, () => {
    const clock = new AbortController();
    rests.push(() => clock.abort());
    return { signal: clock.signal, clear: () => undefined };
  });
  const opened: (Client & EventEmitter & { gone: number })[] = [];
  const asked: boolean[] = [];
  async function exchange(): Promise<number> {
    let used = -1;
    await run(
      () => {
        const client = Object.assign(connection(), { gone: 0 });
        client.destroy = () => {
          client.gone += 1;
          return Promise.resolve();
        };
        opened.push(client);
        return Promise.resolve(client);
      },
      async (client, { isLast, onEnd }) => {
        used = opened.findIndex((one) => one === client);
        asked.push(isLast);
        await turns();
        onEnd();
      },
    );
    return used;
  }
  await Promise.all([exchange(), exchange()]);
  return { exchange, opened, asked, rest: () => rests.splice(0).forEach((end) => end()) };
}

it('of a change, a connection rests before it is used again', async () => {
  const { exchange, rest, opened } = await twoFree(forChanges);
  expect(await exchange()).toBe(2);
  rest();
  await exchange();
  expect(opened).toHaveLength(3);
});

it.each([
  ['an end of the other side', 'UND_ERR_SOCKET', [1, 0], 2, true],
  ['an end of our own', 'UND_ERR_INFO', [0, 0], 0, false],
])('of a change, after %s no connection is used again, or each', async (_, code, gone, used, isLast) => {
  const { exchange, rest, opened, asked } = await twoFree(forChanges);
  rest();
  opened[1]?.emit('disconnect', '', [], failure(code));
  expect(opened.map((client) => client.gone)).toEqual(gone);
  expect([await exchange(), asked.at(-1)]).toEqual([used, isLast]);
});

it('of a read, the other connections are used after an end', async () => {
  const { exchange, opened, asked } = await twoFree(forReads);
  opened[1]?.emit('disconnect', '', [], failure('UND_ERR_SOCKET'));
  expect([await exchange(), await exchange(), asked.includes(true)]).toEqual([0, 0, false]);
});

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

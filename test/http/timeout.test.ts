import { describe, expect, it } from 'vitest';
import { httpErrorOf, read, rotation, testClient } from './client.ts';
import { turns, untilTrue } from './turns.ts';

const url = 'https://api.example.com';

describe('time that runs out', () => {
  it('before the answer leaves the request unknown', async () => {
    const { http, requests, timers } = testClient([() => new Promise(() => undefined)]);
    const work = httpErrorOf(http.send(rotation));
    await untilTrue(() => requests.length === 1);
    timers.expire();
    await expect(work).resolves.toMatchObject({
      code: 'timeout',
      message: `cannot rotate service account 7: nscale at ${url} gave no answer within 30 s`,
      hint: 'allow more time with --timeout',
      arrival: 'unknown',
      retryable: true,
    });
    expect({ started: timers.started, running: timers.running() }).toEqual({ started: [30_000], running: 0 });
    expect(requests[0]?.signal.aborted).toBe(true);
  });

  it('covers the body too', async () => {
    const body = new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(3)) });
    const { http, timers, requests } = testClient([new Response(body)]);
    const work = httpErrorOf(http.send(rotation));
    await untilTrue(() => requests.length === 1);
    await turns();
    timers.expire();
    await expect(work).resolves.toMatchObject({
      message: `cannot rotate service account 7: nscale at ${url} answered 200, but did not finish its answer within 30 s`,
      arrival: 'unknown',
      status: 200,
    });
  });

  it('may have run out at once', async () => {
    const { http } = testClient([() => new Promise(() => undefined)], {
      timeout: () => ({ signal: AbortSignal.abort(), clear: () => undefined }),
    });
    await expect(httpErrorOf(http.send(rotation))).resolves.toMatchObject({ code: 'timeout' });
  });

  it('is repeated for a read', async () => {
    const { http, requests, sleeps, timers } = testClient([() => new Promise(() => undefined), new Response('[]')]);
    const work = http.send(read);
    await untilTrue(() => requests.length === 1);
    timers.expire();
    await expect(work).resolves.toMatchObject({ status: 200 });
    expect(sleeps).toEqual([500]);
  });
});

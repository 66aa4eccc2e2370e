import { getEventListeners } from 'node:events';

import { expect, it } from 'vitest';

import { attempt, watchSignals } from '../../src/http/attempt.ts';
import { endless } from '../harness/context.ts';

it('a watch that has ended leaves no listener at its signals', () => {
  const signals = [new AbortController().signal, new AbortController().signal] as const;
  const watch = watchSignals(signals);
  expect(signals.map((signal) => getEventListeners(signal, 'abort').length)).toEqual([1, 1]);
  watch.end();
  expect(signals.map((signal) => getEventListeners(signal, 'abort').length)).toEqual([0, 0]);
});

it('a watch is aborted by any of its signals, also by one that was', async () => {
  const [one, two] = [new AbortController(), new AbortController()];
  const watch = watchSignals([one.signal, two.signal]);
  const raced = watch.race(new Promise(() => undefined));
  expect(watch.signal.aborted).toBe(false);
  two.abort();
  await expect(raced).rejects.toThrow('the wait was ended');
  expect(watchSignals([one.signal, two.signal]).signal.aborted).toBe(true);
});

it('an answer that says that it is too long is not read, and its connection is let go', async () => {
  let cancelled = 0;
  const body = new ReadableStream<Uint8Array>({ cancel: () => void (cancelled += 1) });
  const headers = { 'content-length': '101' };
  const result = await attempt(
    {
      stop: new AbortController().signal,
      request: { method: 'GET' },
      options: {
        fetch: () => Promise.resolve(new Response(body, { headers })),
        timeout: endless,
        timeoutMs: 1000,
        maxBytes: 100,
      },
    },
    new URL('https://api.example.com'),
    {},
  );
  expect(result).toMatchObject({ kind: 'failure', failure: { code: 'too_large' }, head: { status: 200 } });
  expect(cancelled).toBe(1);
});

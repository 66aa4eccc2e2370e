import { describe, expect, it } from 'vitest';
import { InterruptedError } from '../../src/errors.ts';
import type { HttpRequest } from '../../src/http/request.ts';
import { deletion, httpErrorOf, json, read, rejectionOf, rotation, testClient } from './client.ts';

const reason = new InterruptedError();

/** Sends `request` to a server that interrupts the program instead of answering. */
async function interruptedInFlight(
  request: HttpRequest,
  which: 'program' | 'own',
): Promise<{ error: unknown; sent: number }> {
  const program = new AbortController();
  const own = new AbortController();
  const interrupted = which === 'program' ? program : own;
  const { http, requests } = testClient(
    [
      () => {
        interrupted.abort(reason);
        return new Promise(() => undefined);
      },
    ],
    { signal: program.signal },
  );
  const signal = which === 'own' ? { signal: own.signal } : {};
  const error = await rejectionOf(http.send({ ...request, ...signal }));
  return { error, sent: requests.length };
}

describe('an interruption while the answer is awaited', () => {
  it.each([
    ['a read', read],
    ['a safe POST', { ...rotation, safe: true }],
  ])('passes through %s', async (_name, request) => {
    await expect(interruptedInFlight(request, 'program')).resolves.toEqual({ error: reason, sent: 1 });
  });

  it('leaves a mutating request unknown', async () => {
    const { error, sent } = await interruptedInFlight(deletion, 'program');
    expect(error).toMatchObject({
      code: 'aborted',
      message: 'cannot delete service account 7: interrupted before nscale answered; it may have been done',
      arrival: 'unknown',
      cause: reason,
    });
    expect(sent).toBe(1);
  });

  it('by the signal of the request leaves it unknown', async () => {
    const { error } = await interruptedInFlight(rotation, 'own');
    expect(error).toMatchObject({ code: 'aborted', arrival: 'unknown', cause: reason });
  });

  it('does not reach a request with a signal of its own', async () => {
    const program = new AbortController();
    const { http } = testClient(
      [
        () => {
          program.abort(reason);
          return Promise.resolve(json(200, {}));
        },
      ],
      { signal: program.signal },
    );
    const { signal } = new AbortController();
    await expect(http.send({ ...rotation, signal })).resolves.toMatchObject({ status: 200 });
  });

  it('comes too late for an answer that is complete', async () => {
    const own = new AbortController();
    const { http } = testClient([json(200, {})]);
    const answer = await http.send({ ...rotation, signal: own.signal, keep: () => Promise.resolve(own.abort(reason)) });
    expect(answer.status).toBe(200);
  });
});

describe('an interruption before the request', () => {
  it('passes through where the program is meant', async () => {
    const { http, requests } = testClient([], { signal: AbortSignal.abort(reason) });
    await expect(rejectionOf(http.send(deletion))).resolves.toBe(reason);
    expect(requests).toHaveLength(0);
  });

  it('leaves a request with a signal of its own unsent', async () => {
    const { http, requests } = testClient([]);
    const signal = AbortSignal.abort(reason);
    await expect(httpErrorOf(http.send({ ...rotation, signal }))).resolves.toMatchObject({
      code: 'aborted',
      message: 'cannot rotate service account 7: interrupted before it was done',
      arrival: 'not-sent',
    });
    expect(requests).toHaveLength(0);
  });

  it('while the credential is fetched leaves it unsent', async () => {
    const program = new AbortController();
    const { http, requests } = testClient([], {
      signal: program.signal,
      credential: {
        source: 'TEST_TOKEN',
        header: () => {
          program.abort(reason);
          return Promise.resolve('Bearer x');
        },
      },
    });
    await expect(rejectionOf(http.send(rotation))).resolves.toBe(reason);
    expect(requests).toHaveLength(0);
  });
});

/** A wait that is interrupted. */
function waiting(): { controller: AbortController; sleep: () => Promise<void> } {
  const controller = new AbortController();
  return {
    controller,
    sleep: () => {
      controller.abort(reason);
      return Promise.reject(reason);
    },
  };
}

describe('an interruption of the wait before a repetition', () => {
  it.each([
    ['read', read, 503],
    ['refused POST', rotation, 429],
  ])('passes through a %s, for nothing was changed', async (_name, request, status) => {
    const { controller, sleep } = waiting();
    const { http, requests } = testClient([json(status, {})], { signal: controller.signal, sleep });
    await expect(rejectionOf(http.send(request))).resolves.toBe(reason);
    expect(requests).toHaveLength(1);
  });

  it('by the signal of the request says that it was refused', async () => {
    const { controller, sleep } = waiting();
    const { http, requests } = testClient([json(429, {})], { sleep });
    const error = await httpErrorOf(http.send({ ...rotation, signal: controller.signal }));
    expect(error).toMatchObject({ code: 'aborted', arrival: 'refused', cause: reason });
    expect(requests).toHaveLength(1);
  });

  it('is not what another error of the wait is taken for', async () => {
    const broken = new Error('no clock');
    const { http } = testClient([json(429, {})], { sleep: () => Promise.reject(broken) });
    await expect(rejectionOf(http.send(rotation))).resolves.toBe(broken);
  });

  it.each([
    ['the program', { code: 'interrupted', exitCode: 143 }],
    ['the request', { code: 'aborted', arrival: 'refused' }],
  ])('wakes whoever sleeps, for %s', async (whose, expected) => {
    const request = new AbortController();
    const program = new AbortController();
    const { http } = testClient([json(429, {})], {
      signal: program.signal,
      sleep: (_milliseconds, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new Error('woken')));
          (whose === 'the request' ? request : program).abort(new InterruptedError('SIGTERM'));
        }),
    });
    // Refused, so nothing was changed: the program's own interruption may say so.
    await expect(http.send({ ...rotation, signal: request.signal })).rejects.toMatchObject(expected);
  });
});

it('leaves no listener on the signal of the program', async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const counted = new Proxy(signal, {
    get: (target, key) => {
      if (key === 'addEventListener') listeners += 1;
      if (key === 'removeEventListener') listeners -= 1;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const { http } = testClient([json(503, {}), json(200, {})], { signal: counted });
  await http.send(read);
  expect(listeners).toBe(0);
});

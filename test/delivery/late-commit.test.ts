// @module-tag slow
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { Clock } from '../harness/late.ts';
import { lateNetwork, virtualClock } from '../harness/late.ts';
import { issuingProviders, type IssuingProvider } from '../harness/providers.ts';
import { entriesIn, runIn } from '../outcomes/observe.ts';
import { createWorld, isMutation, operations, type Operation } from '../outcomes/world.ts';

/**
 * A proxy that gives up is not a service that has stopped working (docs/design.md 6): whenever the service gets to it
 * within the settle window, the target holds what works at exit 0, and nothing is said to be unchanged that is not.
 */

function failure(code: string): Promise<Response> {
  const cause = Object.assign(new Error(code), { code, syscall: 'read' });
  return Promise.reject(new TypeError('fetch failed', { cause }));
}

function page(status: number): () => Promise<Response> {
  const init = { status, headers: { 'content-type': 'text/html' } };
  return () => Promise.resolve(new Response('<html></html>', init));
}

const ends: Readonly<Record<string, (clock: Clock) => Promise<Response>>> = {
  'a reset': () => failure('ECONNRESET'),
  'a page with 500': page(500),
  'a page with 502': page(502),
  'a page with 503': page(503),
  'a page with 403': page(403),
  'an empty 503': () => Promise.resolve(new Response(null, { status: 503 })),
  "a gateway's JSON with 503": () =>
    Promise.resolve(Response.json({ message: 'Service Unavailable' }, { status: 503 })),
  'a time-out': async (clock) => {
    await clock.sleep(30_000);
    return failure('UND_ERR_HEADERS_TIMEOUT');
  },
};

const delays = [0, 2600, 8000, 20_000, null] as const;

interface Row {
  readonly provider: IssuingProvider;
  readonly operation: Operation;
  readonly end: string;
  readonly delay: number | null;
}

interface Seen {
  readonly code: number;
  readonly stderr: string;
  /** What the target holds, and what works, a minute later. */
  readonly target: string | null;
  readonly live: string | null;
  readonly entries: number;
  readonly issued: number;
  readonly asked: number;
}

async function see({ provider, operation, end, delay }: Row, flags: readonly string[] = []): Promise<Seen> {
  const clock = virtualClock();
  const late = lateNetwork({ clock, delay, isLate: isMutation, ends: ends[end] ?? page(500) });
  const world = createWorld(provider, operation, { now: clock.now, network: (fetch) => late.wrap(fetch) });
  const ran = await runIn(world, { flags: ['--to', 'file:token', ...flags] }, { overrides: clock });
  await late.passMinute();
  const path = join(world.folder, 'token');
  return {
    code: ran.code,
    stderr: ran.stderr,
    target: existsSync(path) ? readFileSync(path, 'utf8') : null,
    live: world.live(),
    entries: entriesIn(world.stateDirectory).length,
    issued: world.issued.length,
    asked: world.mutations(),
  };
}

/** What the command may end with: only where there is evidence can it be more than "nobody knows". */
function codeOf({ provider, operation, delay }: Row): number {
  if (provider === 'runai') return operation === 'rotate' ? 0 : 7;
  return delay === null ? 1 : 0;
}

const all = issuingProviders.flatMap((provider) =>
  operations.flatMap((operation) => Object.keys(ends).map((end) => ({ provider, operation, end }))),
);

describe('a request that the service gets to later', () => {
  test.each(all)('$provider $operation: $end', async (one) => {
    for (const delay of delays) {
      const row = { ...one, delay };
      const seen = await see(row);
      const isThere = seen.code === 0;
      expect({ ...seen, said: seen.stderr, delay }).toMatchObject({
        delay,
        code: codeOf(row),
        target: isThere ? seen.live : null,
        entries: seen.code === 7 ? 1 : 0,
        ...(seen.code === 7 || isThere ? {} : { issued: 0 }),
      });
      expect(seen.asked).toBeLessThanOrEqual(2);
    }
  });

  test.each(all.filter(({ end }) => end === 'a reset'))('$provider $operation with --no-reissue', async (one) => {
    for (const delay of delays) {
      const { code, target, entries } = await see({ ...one, delay }, ['--no-reissue']);
      const isProven = one.provider === 'nscale' && delay === null;
      expect([delay, code, target, entries]).toEqual([delay, ...(isProven ? [1, null, 0] : [7, null, 1])]);
    }
  });
});

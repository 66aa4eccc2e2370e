// @module-tag slow
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { issuingProviders as providers } from '../harness/providers.ts';
import { InterruptedError } from '../../src/errors.ts';
import type { Context } from '../../src/context.ts';
import type { TestContextOptions } from '../harness/context.ts';
import type { Outcome } from '../harness/run.ts';
import { astray, disagreements, itemsOf } from './agreement.ts';
import { createWorld, isMutation, toFiles, type World } from './world.ts';

const due = ['--older-than', '60d', '--age-from', 'createdAt'];
const rotate = ['sa', 'rotate', '--provider', 'all', ...due, ...toFiles, '--yes', '--json'];

/** Which request Ctrl-C comes with. */
interface Moment {
  readonly isMeant: (request: Request) => boolean;
  /** Which of them, from 1. */
  readonly nth: number;
  /** Default: before the provider has it. */
  readonly after?: true;
  /** Whether answers come within the five seconds after it. */
  readonly hasGrace?: true;
}

interface Interrupted {
  readonly world: World;
  readonly run: Outcome;
}

/** Twelve accounts with each of two providers, and a run that is interrupted at this moment. */
async function interruptAt(
  { isMeant, nth, after, hasGrace }: Moment,
  signalName: 'SIGINT' | 'SIGTERM' = 'SIGINT',
): Promise<Interrupted> {
  const controller = new AbortController();
  let met = 0;
  const world = createWorld({
    providers,
    accounts: 12,
    network: (fetch) => async (input, init) => {
      const request = new Request(input, init);
      met += isMeant(request) ? 1 : 0;
      const isNow = isMeant(request) && met === nth;
      if (isNow && !after) controller.abort(new InterruptedError(signalName));
      const response = await fetch(request);
      if (isNow && after) controller.abort(new InterruptedError(signalName));
      return response;
    },
  });
  const options: TestContextOptions = { signal: controller.signal };
  const graceful = hasGrace ? { overrides: { sleep: longGrace(world) } } : {};
  return { world, run: await world.run(rotate, { ...options, ...graceful }) };
}

/** Only the five seconds of grace never pass. */
function longGrace(world: World): Context['sleep'] {
  const { sleep } = world.context().ctx;
  return (milliseconds, signal) => (milliseconds === 5000 ? new Promise(() => undefined) : sleep(milliseconds, signal));
}

function isUserInfo({ url }: Request): boolean {
  return url.endsWith('/userinfo');
}

function isList({ method, url }: Request): boolean {
  return method === 'GET' && /service-?accounts$/.test(new URL(url).pathname);
}

/** Run:ai tries a new credential with a request for a token, nscale with a list of organizations. */
function isTrial({ method, url }: Request): boolean {
  const { pathname } = new URL(url);
  return pathname.endsWith('/token') || (method === 'GET' && pathname.endsWith('/organizations'));
}

/** All of what a second run says otherwise than it should. */
async function wrongAgain({ world, run }: Interrupted): Promise<readonly string[]> {
  const second = await world.run(rotate);
  const [before, after] = [itemsOf(run), itemsOf(second)];
  return [...disagreements(world, second, before), ...astray(before, after)];
}

describe('Ctrl-C before anything was changed', () => {
  const cases: readonly (readonly [name: string, Moment])[] = [
    ['while the accounts are listed', { isMeant: isList, nth: 1 }],
    ['when the accounts have been listed', { isMeant: isList, nth: 2, after: true }],
    ['while nobody knows who the caller is', { isMeant: isUserInfo, nth: 1 }],
  ];

  it.each(cases)('%s, is exit 130 and no report', async (_, moment) => {
    const { world, run } = await interruptAt(moment);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 130, stdout: '' });
    expect(JSON.parse(run.stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
      error: { code: 'interrupted', message: 'interrupted; nothing was changed' },
    });
    expect(world.mutations()).toEqual([]);
  });

  it('is no request at all when it came first', async () => {
    const controller = new AbortController();
    controller.abort(new InterruptedError('SIGINT'));
    const world = createWorld();
    const run = await world.run(['sa', 'rotate', '--all', ...toFiles, '--yes'], { signal: controller.signal });
    expect(run).toEqual({ code: 130, stdout: '', stderr: 'sactl: interrupted; nothing was changed\n' });
    expect(world.requests).toEqual([]);
  });

  it('while accounts are read once more, reports all of them as left', async () => {
    const { world, run } = await interruptAt({ isMeant: isList, nth: 3 });
    expect(run.code).toBe(130);
    expect(world.mutations()).toEqual([]);
    expect(disagreements(world, run)).toEqual([]);
    expect(new Set(itemsOf(run).map(({ reason }) => reason))).toEqual(new Set(['own account', 'interrupted']));
    expect(await wrongAgain({ world, run })).toEqual([]);
  });

  it('is exit 143 when it is SIGTERM', async () => {
    const { run } = await interruptAt({ isMeant: isList, nth: 3 }, 'SIGTERM');
    expect(run.code).toBe(143);
    expect(itemsOf(run).filter(({ exitCode }) => exitCode === 143)).toHaveLength(24);
  });
});

describe('Ctrl-C while accounts are rotated: nothing is lost, the report is true, and a second run does the rest,', () => {
  const moments: readonly (readonly [name: string, Moment])[] = [
    ['with the first request', { isMeant: isMutation, nth: 1 }],
    ['with the seventh', { isMeant: isMutation, nth: 7 }],
    ['with the last', { isMeant: isMutation, nth: 24 }],
    ['with an answer', { isMeant: isMutation, nth: 5, after: true }],
    ['with a trial', { isMeant: isTrial, nth: 8 }],
    ['with the answer of a trial', { isMeant: isTrial, nth: 11, after: true }],
  ];
  const cases = moments.flatMap(([name, moment]) => [
    [`${name}, and no answer comes any more`, moment] as const,
    [`${name}, and answers come in time`, { ...moment, hasGrace: true } as const] as const,
  ]);

  it.each(cases)('%s', async (_, moment) => {
    const interrupted = await interruptAt(moment);
    const { world, run } = interrupted;
    expect(disagreements(world, run)).toEqual([]);
    expect([0, 6, 7, 8]).toContain(run.code);
    expect(await wrongAgain(interrupted)).toEqual([]);
  });

  it('says what is left to do', async () => {
    const moment = { isMeant: isMutation, nth: 3, after: true, hasGrace: true } as const;
    const { run, world } = await interruptAt(moment);
    const items = itemsOf(run);
    const kept = items.filter(({ exitCode }) => exitCode === 8);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.map(({ error }) => error?.hint)).toEqual(
      kept.map(({ recoverId }) => `sactl recover deliver --id ${recoverId}`),
    );
    expect(run.code).toBe(8);
    const last = JSON.parse(run.stderr.trim().split('\n').at(-1) ?? '') as unknown;
    const goingOn = `sactl recover list; then go on with what is left: sactl serviceaccounts rotate --provider all ${due.join(' ')} --to 'file:tokens/{provider}-{name}' --yes`;
    expect(last).toMatchObject({ error: { code: 'undelivered', hint: goingOn } });
    const list = await world.run(['recover', 'list', '-q', 'length']);
    expect(list.stdout).toBe(`${kept.length}\n`);
  });
});

/** The code that it would have ended with at every request that changes something, and while the report was printed. */
async function codesOnTheWay(): Promise<{ mutations: readonly number[]; report: number }> {
  const controller = new AbortController();
  const mutations: number[] = [];
  let report = -1;
  let codeNow: (() => number) | null = null;
  const world = createWorld({
    accounts: 6,
    network: (fetch) => (input, init) => {
      const request = new Request(input, init);
      if (isMutation(request)) {
        mutations.push(codeNow?.() ?? -1);
        if (mutations.length === 4) controller.abort(new InterruptedError('SIGINT'));
      }
      return fetch(request);
    },
  });
  await world.run(['sa', 'rotate', '--all', ...toFiles, '--yes', '--concurrency', '1'], {
    signal: controller.signal,
    overrides: {
      sleep: longGrace(world),
      mutating: (work, interrupted = () => 7) => {
        codeNow = interrupted;
        return work();
      },
    },
    stdout: {
      write: () => {
        report = codeNow?.() ?? -1;
        return Promise.resolve();
      },
    },
  });
  return { mutations, report };
}

it.each([1, 2, 3, 4])(
  'Ctrl-C leaves those as interrupted that waited for their turn, of %i at a time',
  async (concurrency) => {
    const controller = new AbortController();
    let onItsWay = 0;
    const world = createWorld({
      accounts: 12,
      network: (fetch) => (input, init) => {
        if (!isMutation(new Request(input, init))) return fetch(input, init);
        onItsWay += 1;
        if (onItsWay === 1) void interruptWith(2 * concurrency);
        return new Promise((_, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        });
      },
    });
    /** Those that are begun have entries, and those beyond what is sent at a time wait. */
    async function interruptWith(begun: number): Promise<void> {
      const journal = join(world.stateDirectory, 'journal');
      while (readdirSync(journal).length < begun) await setImmediate();
      for (let turn = 0; turn < 100; turn += 1) await setImmediate();
      controller.abort(new InterruptedError('SIGINT'));
    }
    const argv = ['--all', ...toFiles, '--yes', '--json', '--concurrency', String(concurrency)];
    const run = await world.run(['sa', 'rotate', ...argv], { signal: controller.signal });
    const codes = itemsOf(run).map(({ exitCode }) => exitCode);
    const unknown = codes.filter((code) => code === 7).length;
    const interrupted = codes.filter((code) => code === 130).length;
    expect({ code: run.code, unknown, interrupted }).toEqual({
      code: 7,
      unknown: onItsWay,
      interrupted: 12 - onItsWay,
    });
  },
);

describe('what a second Ctrl-C ends with', () => {
  it('is what all accounts have come to, those that were not begun too', async () => {
    const { mutations, report } = await codesOnTheWay();
    expect(mutations.length).toBeGreaterThanOrEqual(4);
    expect(mutations.filter((code) => code !== 7 && code !== 8)).toEqual([]);
    expect(report).toBe(8);
  });
});

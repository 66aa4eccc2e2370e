// @module-tag slow
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { issuingProviders as providers, type IssuingProvider } from '../harness/providers.ts';
import type { Fetch } from '../harness/fetch.ts';
import { disagreements, itemsOf, verdictOf, type ReportItem } from './agreement.ts';
import { createWorld, isMutation, toFiles, type World, type WorldOptions } from './world.ts';

const rotate = ['sa', 'rotate', ...toFiles, '--yes', '--json', '--concurrency', '1'];
const selected = ['--all', '--provider', 'all'];

/** Requests that change something with one provider meet this instead. */
function instead(name: IssuingProvider, answer: (request: Request, fetch: Fetch) => Promise<Response>): WorldOptions {
  return {
    providers,
    accounts: 30,
    network: (fetch) => (input, init) => {
      const request = new Request(input, init);
      const isMeant = isMutation(request) && request.url.includes(name);
      return isMeant ? answer(request, fetch) : fetch(request);
    },
  };
}

function forbidden(): Promise<Response> {
  return Promise.resolve(Response.json({ error: 'forbidden', error_description: 'forbidden' }, { status: 403 }));
}

function reset(): TypeError {
  const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  return new TypeError('fetch failed', { cause });
}

/** How often each verdict was given on a provider's accounts. */
function countOf(items: readonly ReportItem[], provider: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) {
    if (item.provider !== provider) continue;
    counts[verdictOf(item)] = (counts[verdictOf(item)] ?? 0) + 1;
  }
  return counts;
}

/** Requests for lists of accounts. */
function lists(world: World, name: IssuingProvider): number {
  return world.requests.filter(
    (request) => request.startsWith('GET ') && request.includes(name) && /service-?accounts$/.test(request),
  ).length;
}

describe('no more accounts are begun', () => {
  it('with a provider that refuses three in a row; the other one goes on', async () => {
    let asked = 0;
    const world = createWorld(
      instead('nscale', () => {
        asked += 1;
        return forbidden();
      }),
    );
    const run = await world.run([...rotate, ...selected]);
    const items = itemsOf(run);
    expect(run.code).toBe(6);
    expect(countOf(items, 'runai')).toEqual({ rotated: 30, 'skipped: own account': 1 });
    const { 'failed: 4': refused = 0, ...rest } = countOf(items, 'nscale');
    // What was under way beside the third comes to its end.
    expect(refused).toBeGreaterThanOrEqual(3);
    expect(refused).toBeLessThanOrEqual(4);
    expect(rest).toEqual({ 'skipped: stopped': 30 - refused });
    expect(asked).toBe(refused);
    expect(items.find(({ reason }) => reason === 'stopped')).toMatchObject({
      detail: '3 accounts in a row were refused as not permitted',
      exitCode: 1,
    });
    expect(disagreements(world, run)).toEqual([]);
  });

  it('nor is anybody asked for them', async () => {
    const world = createWorld({ ...instead('nscale', forbidden), accounts: 60 });
    await world.run([...rotate, ...selected]);
    // Once to choose, and once for the batch that showed it and those two of nine that may be opened beside it.
    expect(lists(world, 'nscale')).toBeLessThanOrEqual(4);
  });

  it('when the accounts cannot be listed any more: nobody is rotated on what was seen before', async () => {
    let listed = 0;
    const world = createWorld({
      accounts: 20,
      network: (fetch) => (input, init) => {
        const request = new Request(input, init);
        if (request.url.endsWith('/serviceaccounts')) listed += 1;
        return listed > 1 && request.url.endsWith('/serviceaccounts') ? forbidden() : fetch(request);
      },
    });
    const run = await world.run([...rotate, '--all']);
    expect(run.code).toBe(4);
    expect(countOf(itemsOf(run), 'nscale')).toEqual({ 'failed: 4': 3, 'skipped: stopped': 17 });
    expect(world.mutations()).toEqual([]);
  });

  it('after three whose answer was lost, and who may have no credential now', async () => {
    const world = createWorld(
      instead('runai', async (request, fetch) => {
        await fetch(request);
        throw reset();
      }),
    );
    const run = await world.run([...rotate, ...selected]);
    const { 'failed: 7': lost = 0, ...rest } = countOf(itemsOf(run), 'runai');
    expect({ code: run.code, lost: lost === 3 || lost === 4 }).toEqual({ code: 7, lost: true });
    expect(rest).toEqual({ 'skipped: stopped': 30 - lost, 'skipped: own account': 1 });
    expect(disagreements(world, run)).toEqual([]);
  });

  it('after three whose new credential does not work', async () => {
    const world = createWorld({
      accounts: 20,
      network: (fetch) => (input, init) => {
        const request = new Request(input, init);
        return (request.headers.get('authorization') ?? '').includes('issued.')
          ? Promise.resolve(
              Response.json({ error: 'access_denied', error_description: 'access_denied' }, { status: 401 }),
            )
          : fetch(request);
      },
    });
    const run = await world.run([...rotate, '--all']);
    const { 'failed: 8': dead = 0, ...rest } = countOf(itemsOf(run), 'nscale');
    expect({ code: run.code, dead: dead === 3 || dead === 4 }).toEqual({ code: 8, dead: true });
    expect(rest).toEqual({ 'skipped: stopped': 20 - dead });
    expect(disagreements(world, run)).toEqual([]);
  });

  it('with any provider, once a target has not taken what it was given after all its tries', async () => {
    const folder = 'folder';
    const world: World = createWorld(
      instead('nscale', (request, fetch) => {
        rmSync(join(world.folder, folder), { recursive: true, force: true });
        return fetch(request);
      }),
    );
    mkdirSync(join(world.folder, folder));
    const to = ['--to', `file:${folder}/{provider}-{name}`, '--yes', '--json'];
    const argv = ['sa', 'rotate', ...to, ...selected, '--concurrency', '1'];
    const run = await world.run(argv);
    const items = itemsOf(run);
    const begun = items.filter(({ deliveredTo }) => (deliveredTo ?? []).length > 0);
    expect(run.code).toBe(8);
    expect(begun.length).toBeLessThanOrEqual(6);
    expect(begun.length).toBe(world.mutations().length);
    expect(items.find(({ reason }) => reason === 'stopped')).toMatchObject({
      detail: expect.stringMatching(/^file:folder\/(?:nscale|runai)-app-\d+ failed for app-\d+$/),
    });
    const error = JSON.parse(run.stderr.trim().split('\n').at(-1) ?? '') as unknown;
    const goingOn =
      'sactl recover list; then go on with what is left: sactl serviceaccounts rotate --provider all --all ' +
      "--older-than 12h --age-from createdAt --concurrency 1 --to 'file:folder/{provider}-{name}' --yes";
    expect(error).toMatchObject({ error: { code: 'undelivered', hint: goingOn } });
  });

  it('but a single refusal, or one now and then, stops nobody', async () => {
    let count = 0;
    const world = createWorld(
      instead('nscale', (request, fetch) => {
        count += 1;
        return count % 3 === 1 ? forbidden() : fetch(request);
      }),
    );
    const run = await world.run([...rotate, ...selected]);
    expect(countOf(itemsOf(run), 'nscale')).toEqual({ rotated: 20, 'failed: 4': 10 });
    expect(disagreements(world, run)).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';

import type { FaultName } from '../../../src/sandbox/faults/fault.ts';
import { withFaults } from '../../../src/sandbox/faults/inject.ts';
import { parseFaults } from '../../../src/sandbox/faults/parse.ts';
import { sandboxProviders } from '../../../src/sandbox/providers.ts';
import { createNscaleEmulator } from '../../../src/sandbox/nscale/app.ts';
import { accountIds, organizationId, sandboxTokens } from '../../../src/sandbox/nscale/seed-ids.ts';
import { seedNscale } from '../../../src/sandbox/nscale/seed.ts';
import { testNow } from '../../harness/context.ts';
import { openInProcess, settings, watch, type Reachable, type Sight } from './settings.ts';

const accounts = `/api/v1/organizations/${organizationId}/serviceaccounts`;
const issued = 'issued.one-time.token';

interface Deployment {
  readonly send: (method: string, path: string, init?: RequestInit) => Promise<Response>;
  readonly rotate: (init?: RequestInit) => Promise<Response>;
  /** Whether the account that `rotate` rotates has a new token. */
  readonly isRotated: () => boolean;
  readonly resetCode: Reachable['resetCode'];
}

type Open = (typeof settings)[number][1];

async function deploy(open: Open, ...faults: readonly string[]): Promise<Deployment> {
  const state = seedNscale(testNow);
  const emulator = createNscaleEmulator({ state, now: () => testNow, newSecret: () => issued });
  const reachable = await open(withFaults(emulator, parseFaults(faults, 'test'), sandboxProviders.nscale.faults));
  function tokenHash(): unknown {
    return state.accounts.find(({ id }) => id === accountIds.terraform)?.tokenHash;
  }
  const before = tokenHash();
  function send(method: string, path: string, init?: RequestInit): Promise<Response> {
    return sendTo(reachable, path, { method, ...init });
  }
  return {
    send,
    rotate: (init) => send('POST', `${accounts}/${accountIds.terraform}/rotate`, init),
    isRotated: () => tokenHash() !== before,
    resetCode: reachable.resetCode,
  };
}

function sendTo({ origin, fetch }: Reachable, path: string, init: RequestInit): Promise<Response> {
  const headers = { authorization: `Bearer ${sandboxTokens.administrator}` };
  return fetch(`${origin}${path}`, { ...init, headers });
}

interface Expectation {
  readonly isDone: boolean;
  readonly check: (sight: Sight, deployment: Deployment) => void;
}

function answers(status: number, error: string): (sight: Sight) => void {
  return (sight) => {
    if (sight.kind !== 'answer') throw new Error(`there was ${sight.kind}`);
    expect(sight.status).toBe(status);
    expect(sight.headers.get('content-type')).toBe('application/json');
    expect(JSON.parse(sight.text)).toEqual({
      error,
      error_description: expect.any(String),
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  };
}

function resets(sight: Sight, { resetCode }: Deployment): void {
  expect(sight).toEqual({ kind: 'no answer', code: resetCode });
}

/** How long the answer to a rotation is without faults. */
async function fullLength(): Promise<number> {
  const { rotate } = await deploy(openInProcess);
  return (await (await rotate()).arrayBuffer()).byteLength;
}

const rotations: Readonly<Record<Exclude<FaultName, 'slow' | 'truncated' | 'cut-json'>, Expectation>> = {
  '503': { isDone: false, check: answers(503, 'server_error') },
  '429': {
    isDone: false,
    check: (sight) => {
      answers(429, 'too_many_requests')(sight);
      expect(sight).toSatisfy(({ headers }) => headers.get('retry-after') === '1');
    },
  },
  expired: {
    isDone: false,
    check: (sight) => {
      answers(401, 'access_denied')(sight);
      expect(sight).toSatisfy(({ text }) => text.includes('token validation failed'));
      expect(sight).toSatisfy(({ headers }) => headers.has('www-authenticate'));
    },
  },
  'drop-before-commit': { isDone: false, check: resets },
  'drop-after-commit': { isDone: true, check: resets },
  '500-after-commit': { isDone: true, check: answers(500, 'server_error') },
  'html-502': {
    isDone: true,
    check: (sight) => {
      expect(sight).toMatchObject({ kind: 'answer', status: 502 });
      expect(sight).toSatisfy(({ headers }) => headers.get('content-type') === 'text/html');
      expect(sight).toSatisfy(({ text }) => /^<html>[^]*502 Bad Gateway/.test(text));
    },
  },
};

describe.each(settings)('%s', (_, open) => {
  test.each(Object.entries(rotations))('%s', async (name, { isDone, check }) => {
    const deployment = await deploy(open, `nscale.rotate=${name}`);
    check(await watch(deployment.rotate()), deployment);
    expect(deployment.isRotated()).toBe(isDone);
  });

  test('truncated breaks the connection after half of the promised body', async () => {
    const { rotate, isRotated } = await deploy(open, 'nscale.rotate=truncated');
    const sight = await watch(rotate());
    const length = await fullLength();
    expect(sight).toMatchObject({ kind: 'broken answer', status: 200 });
    expect(headersOf(sight)).toMatchObject({ 'content-length': String(length) });
    expect(textOf(sight)).toHaveLength(Math.floor(length / 2));
    expect(isRotated()).toBe(true);
  });

  test('cut-json is complete by its length, and no JSON', async () => {
    const { rotate, isRotated } = await deploy(open, 'nscale.rotate=cut-json');
    const sight = await watch(rotate());
    const length = Math.floor((await fullLength()) / 2);
    expect(sight).toMatchObject({ kind: 'answer', status: 200 });
    expect(headersOf(sight)).toMatchObject({ 'content-length': String(length) });
    expect(textOf(sight)).toHaveLength(length);
    expect(() => JSON.parse(textOf(sight))).toThrow(SyntaxError);
    expect(isRotated()).toBe(true);
  });

  test('slow does the work and stays silent until the client leaves', async () => {
    const { rotate, isRotated } = await deploy(open, 'nscale.rotate=slow');
    const client = new AbortController();
    const sight = watch(rotate({ signal: client.signal }));
    await expect.poll(isRotated).toBe(true);
    client.abort();
    expect(await sight).toEqual({ kind: 'no answer', code: 'AbortError' });
  });

  test.each(['truncated', 'cut-json'])('%s leaves an answer without a body as it is', async (name) => {
    const { send } = await deploy(open, `nscale.*=${name}`);
    const sight = await watch(send('DELETE', `${accounts}/${accountIds.terraform}`));
    expect(sight).toMatchObject({ kind: 'answer', status: 200, text: '' });
  });

  test('several combine, each with its own count', async () => {
    const { rotate, send, resetCode } = await deploy(
      open,
      'nscale.rotate=drop-after-commit@1',
      'nscale.rotate=429@3',
      'nscale.*=503@3',
    );
    const seen = [];
    for (const request of [rotate, rotate, () => send('GET', accounts), rotate, rotate]) {
      const sight = await watch(request());
      seen.push(sight.kind === 'no answer' ? sight.code : sight.status);
    }
    expect(seen).toEqual([resetCode, 200, 503, 429, 200]);
  });
});

function headersOf(sight: Sight): Record<string, string> {
  return sight.kind === 'no answer' ? {} : Object.fromEntries(sight.headers);
}

function textOf(sight: Sight): string {
  return sight.kind === 'no answer' ? '' : sight.text;
}

test('an emulator without faults is the emulator itself', () => {
  const emulator = { fetch: () => Promise.resolve(new Response()) };
  expect(withFaults(emulator, [], sandboxProviders.nscale.faults)).toBe(emulator);
});

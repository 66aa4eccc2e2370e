import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, onTestFinished, test } from 'vitest';

import { memory } from '../../harness/memory.ts';
import { parseFaults } from '../../../src/sandbox/faults/parse.ts';
import { accountIds, organizationId } from '../../../src/sandbox/nscale/seed-ids.ts';
import { openSandbox, serveSandbox, type SandboxOptions } from '../../../src/sandbox/sandbox.ts';
import { testNow } from '../../harness/context.ts';
import { watch } from './settings.ts';

const accounts = `/api/v1/organizations/${organizationId}/serviceaccounts`;
const rotation = `${accounts}/${accountIds.terraform}/rotate`;

type Send = (method: string, path: string, signal?: AbortSignal) => Promise<Response>;

/** Requests to nscale, in process and over HTTP, with one state for both. */
async function openBoth(
  ...faults: readonly string[]
): Promise<{ inProcess: Send; overHttp: Send; reopen: () => Promise<Send> }> {
  const stateDirectory = await mkdtemp(join(memory, 'sactl-'));
  onTestFinished(() => rm(stateDirectory, { recursive: true, force: true }));
  const options: SandboxOptions = {
    stateDirectory,
    now: () => testNow,
    // Only locks wait, and for milliseconds.
    sleep: (milliseconds) => sleep(milliseconds, undefined),
    faults: parseFaults(faults, 'test'),
  };
  const server = await serveSandbox({ ...options, port: 0 });
  onTestFinished(() => server.close());
  const { connection } = await openSandbox(options, 'nscale');
  const headers = { authorization: `Bearer ${connection.secret}` };
  async function reopen(): Promise<Send> {
    const { fetch } = await openSandbox(options, 'nscale');
    return (method, path, signal = new AbortController().signal) =>
      fetch(`${connection.endpoint}${path}`, { method, headers, signal });
  }
  return {
    reopen,
    inProcess: await reopen(),
    overHttp: (method, path, signal = new AbortController().signal) =>
      fetch(`${server.url}/nscale${path}`, { method, headers, signal }),
  };
}

test('a fault hits its own provider only', async () => {
  const { inProcess, overHttp } = await openBoth('runai.*=503');
  expect((await inProcess('GET', accounts)).status).toBe(200);
  expect((await overHttp('GET', accounts)).status).toBe(200);
});

test('requests are counted from the opening on', async () => {
  const { inProcess, overHttp, reopen } = await openBoth('nscale.list=503@1');
  for (const send of [inProcess, overHttp, await reopen()]) {
    expect((await send('GET', accounts)).status).toBe(503);
    expect((await send('GET', accounts)).status).toBe(200);
  }
});

test.each(['inProcess', 'overHttp'] as const)('a slow answer keeps no other request waiting (%s)', async (setting) => {
  const both = await openBoth('nscale.rotate=slow');
  const client = new AbortController();
  const sight = watch(both[setting]('POST', rotation, client.signal));
  await expect
    .poll(async () => (await both.reopen())('GET', accounts).then(expiryOf))
    .toBe(new Date(testNow + 90 * 86_400_000).toISOString().replace('.000Z', 'Z'));
  expect((await both.overHttp('GET', accounts)).status).toBe(200);
  expect((await both.inProcess('GET', accounts)).status).toBe(200);
  client.abort();
  expect(await sight).toEqual({ kind: 'no answer', code: 'AbortError' });
});

async function expiryOf(response: Response): Promise<unknown> {
  const list = (await response.json()) as { metadata: { id: string }; status: { expiry: string } }[];
  return list.find(({ metadata }) => metadata.id === accountIds.terraform)?.status.expiry;
}

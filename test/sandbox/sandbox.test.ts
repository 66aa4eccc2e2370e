import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { accountIds, organizationId } from '../../src/sandbox/nscale/seed-ids.ts';
import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import {
  openSandbox,
  resetSandbox,
  serveSandbox,
  type Sandbox,
} from '../../src/sandbox/sandbox.ts';
import { testNow } from '../harness/context.ts';

interface Reachable {
  readonly fetch: Sandbox['fetch'];
  readonly nscale: { readonly endpoint: string; readonly secret: string };
}

/** The sandbox as the next process would open it. */
async function open(clock = now): Promise<Reachable> {
  const options = { stateDirectory, now: clock, sleep: wait };
  const { fetch, connection } = await openSandbox(options, 'nscale');
  return { fetch, nscale: connection };
}

let stateDirectory: string;
const path = `/api/v1/organizations/${organizationId}/serviceaccounts`;

beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'sactl-'));
});

function now(): number {
  return testNow;
}

afterEach(async () => {
  await rm(stateDirectory, { recursive: true, force: true });
});

/** Only locks wait, and for milliseconds. */
async function wait(milliseconds: number): Promise<void> {
  await sleep(milliseconds);
}

function send({ fetch, nscale }: Reachable, method: string, below = ''): Promise<Response> {
  const headers = { authorization: `Bearer ${nscale.secret}` };
  return fetch(`${nscale.endpoint}${path}${below}`, { method, headers });
}

async function idsOf(sandbox: Reachable): Promise<string[]> {
  const response = await send(sandbox, 'GET');
  const list = (await response.json()) as { metadata: { id: string } }[];
  return list.map(({ metadata }) => metadata.id);
}

test('the emulator answers at its endpoint, to the token that comes with it', async () => {
  const sandbox = await open();
  expect(await idsOf(sandbox)).toContain(accountIds.terraform);
});

test.each([
  'https://identity.nks.europe-west4.nscale.com',
  'https://runai.example',
  'http://[::1]',
])('%s is out of reach, as for a fetch without network', async (url) => {
  const { fetch } = await open();
  await expect(fetch(url)).rejects.toBeInstanceOf(TypeError);
});

test('a change outlives the process, until a reset', async () => {
  await send(await open(), 'DELETE', `/${accountIds.terraform}`);
  const changed = await open();
  expect(await idsOf(changed)).not.toContain(accountIds.terraform);
  await resetSandbox({ stateDirectory, sleep: wait });
  const fresh = await open();
  expect(await idsOf(fresh)).toContain(accountIds.terraform);
});

test('served over HTTP it is below its own path, with the state of --sandbox', async () => {
  await send(await open(), 'DELETE', `/${accountIds.terraform}`);
  const server = await serveSandbox({ stateDirectory, now, sleep: wait, port: 0 });
  try {
    const environment = new Map(server.environment);
    const endpoint = environment.get('NSCALE_IDENTITY_SERVICE_API_ENDPOINT') ?? '';
    expect(endpoint).toBe(`${server.url}/nscale`);
    const sandbox = {
      fetch: globalThis.fetch,
      nscale: { endpoint, secret: environment.get('NSCALE_SERVICE_TOKEN') ?? '' },
    };
    expect(await idsOf(sandbox)).not.toContain(accountIds.terraform);
    expect((await send(sandbox, 'POST', `/${accountIds.ciDeploy}/rotate`)).status).toBe(200);
    expect((await fetch(`${server.url}${path}`)).status).toBe(404);
  } finally {
    await server.close();
  }
});

test.each(['https://nscale.evil.example', 'http://nscale:1', 'http://nscale.sandbox.invalid'])(
  '%s is not the emulator, however much it looks like it',
  async (url) => {
    const { fetch } = await open();
    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ENOTFOUND' } });
  },
);

test('an aborted request is not handled', async () => {
  const { fetch, nscale } = await open();
  const signal = AbortSignal.abort();
  await expect(fetch(nscale.endpoint, { signal })).rejects.toMatchObject({ name: 'AbortError' });
});

test('two that were opened side by side see each other’s changes', async () => {
  const [first, second] = [await open(), await open()];
  await send(first, 'DELETE', `/${accountIds.terraform}`);
  await send(second, 'DELETE', `/${accountIds.ciDeploy}`);
  for (const sandbox of [first, second, await open()]) {
    const ids = await idsOf(sandbox);
    expect(ids).not.toContain(accountIds.terraform);
    expect(ids).not.toContain(accountIds.ciDeploy);
  }
});

test('the first day stays the first day when time goes by', async () => {
  await open();
  const response = await send(await open(() => testNow + 3_600_000), 'GET');
  const list = (await response.json()) as {
    metadata: { id: string };
    status: { expiry: string };
  }[];
  const { id, expiry } = seedNscale(testNow).accounts[0] ?? { id: '', expiry: '' };
  expect(list.find(({ metadata }) => metadata.id === id)?.status.expiry).toBe(expiry);
});

test('each provider has an emulator of its own, with its own way to sign in', async () => {
  const options = { stateDirectory, now, sleep: wait };
  const { fetch, connection } = await openSandbox(options, 'runai');
  expect(connection.endpoint).toBe('https://runai.sandbox.invalid');
  const response = await fetch(`${connection.endpoint}/api/v2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: connection.clientId ?? '',
      client_secret: connection.secret,
    }),
  });
  expect(await response.json()).toMatchObject({ access_token: expect.any(String) });
  const { nscale } = await open();
  await expect(fetch(nscale.endpoint)).rejects.toMatchObject({ cause: { code: 'ENOTFOUND' } });
});

test('a provider without an emulator is refused', async () => {
  const options = { stateDirectory, now, sleep: wait };
  await expect(openSandbox(options, 'augment')).rejects.toThrow(
    'the sandbox has no emulator of augment',
  );
});

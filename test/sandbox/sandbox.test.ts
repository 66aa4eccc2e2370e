import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { memory } from '../harness/memory.ts';
import { createAccount, revokeToken } from '../../src/sandbox/augment/console.ts';
import { augmentSandbox } from '../../src/sandbox/augment/seed.ts';
import type { AugmentState } from '../../src/sandbox/augment/state.ts';
import type { Fault } from '../../src/sandbox/faults/fault.ts';
import { parseFaults } from '../../src/sandbox/faults/parse.ts';
import { accountIds, organizationId } from '../../src/sandbox/nscale/seed-ids.ts';
import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { augmentConsole, openSandbox, resetSandbox, serveSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
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

const { tenantURL, reviewer, docs } = augmentSandbox;
let stateDirectory: string;
const path = `/api/v1/organizations/${organizationId}/serviceaccounts`;

beforeEach(async () => {
  stateDirectory = await mkdtemp(join(memory, 'sactl-'));
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

test.each(['https://identity.nks.europe-west4.nscale.com', 'https://runai.example', 'http://[::1]'])(
  '%s is out of reach, as for a fetch without network',
  async (url) => {
    const { fetch } = await open();
    await expect(fetch(url)).rejects.toBeInstanceOf(TypeError);
  },
);

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
  const list = (await response.json()) as { metadata: { id: string }; status: { expiry: string } }[];
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

/** What Augment answers to the sandbox's session, as the next process would ask. */
async function askAugment(options: { readonly faults?: readonly Fault[] } = {}): Promise<Response> {
  const { fetch, connection } = await openSandbox({ stateDirectory, now, sleep: wait, ...options }, 'augment');
  const { accessToken } = JSON.parse(connection.secret) as { accessToken: string };
  const headers = { authorization: `Bearer ${accessToken}` };
  return fetch(`${connection.endpoint}/analytics/v0/dau-count`, { headers });
}

test('augment comes with the session of an account that works', async () => {
  const { connection } = await openSandbox({ stateDirectory, now, sleep: wait }, 'augment');
  expect(connection).toEqual({
    endpoint: 'https://augment.sandbox.invalid',
    clientId: null,
    secret: `{"accessToken":"${reviewer.value}","tenantURL":"${tenantURL}","scopes":["read","write"]}`,
  });
  expect((await askAugment()).status).toBe(200);
});

test('augment takes faults', async () => {
  const faults = parseFaults(['nscale.*=503', 'augment.read=expired@1'], 'test');
  expect((await askAugment({ faults })).status).toBe(401);
});

test('augment is served over HTTP too, with its session and a word on its endpoint', async () => {
  const server = await serveSandbox({ stateDirectory, now, sleep: wait, port: 0 });
  try {
    const session = new Map(server.environment).get('AUGMENT_SESSION_AUTH') ?? '';
    expect(JSON.parse(session)).toMatchObject({ accessToken: reviewer.value, tenantURL });
    expect(server.comments).toEqual([`augment: add --endpoint ${server.url}/augment`]);
    const headers = { authorization: `Bearer ${reviewer.value}` };
    const url = `${server.url}/augment/analytics/v0/dau-count`;
    expect((await fetch(url, { headers })).status).toBe(200);
  } finally {
    await server.close();
  }
});

function atConsole<Result>(work: (state: AugmentState) => Result): Promise<Result> {
  return augmentConsole({ stateDirectory, now, sleep: wait }, work);
}

describe("Augment's web console", () => {
  const { account, token } = reviewer;

  test('changes what the emulator knows, until a reset', async () => {
    await atConsole((state) => revokeToken(state, { account, token, now: testNow }));
    expect((await askAugment()).status).toBe(401);
    await resetSandbox({ stateDirectory, sleep: wait });
    expect((await askAugment()).status).toBe(200);
  });

  test('gives what the work at it gives', async () => {
    const names = await atConsole(({ accounts }) => accounts.map(({ name }) => name));
    expect(names).toEqual([account, docs.account]);
  });

  test('changes nothing when the work at it fails', async () => {
    const failing = atConsole((state) => {
      revokeToken(state, { account, token, now: testNow });
      revokeToken(state, { account, token, now: testNow });
    });
    await expect(failing).rejects.toMatchObject({ code: 'not_found' });
    expect((await askAugment()).status).toBe(200);
  });

  test('lets two people work at once', async () => {
    const names = ['a', 'b', 'c'];
    await Promise.all(names.map((name) => atConsole((state) => createAccount(state, { name, now: testNow }))));
    const known = await atConsole(({ accounts }) => accounts.map(({ name }) => name));
    expect(known.toSorted()).toEqual([...names, account, docs.account]);
  });
});

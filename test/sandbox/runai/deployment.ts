import { expect } from 'vitest';

import { defaultControlPlane } from '../../../src/sandbox/runai/versions.ts';
import { runaiSandboxClients } from '../../../src/sandbox/runai/seed-ids.ts';
import { seedRunai } from '../../../src/sandbox/runai/seed.ts';
import type { RunaiState } from '../../../src/sandbox/runai/state.ts';
import { testNow } from '../../harness/context.ts';
import { withAnswersChecked } from '../../harness/checked.ts';
import { runaiDocuments } from '../../harness/runai-conformance.ts';
import { createRunaiVariant, type RunaiVariant } from '../../harness/runai-variants.ts';

/** JSON as far as these tests look into it. */
export type Json = Readonly<Record<string, unknown>>;

/** An answer that was read to its end, and its body as what a test expects it to be. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** null when the body is empty or not JSON. */
  readonly json: unknown;
  readonly object: Json;
  readonly array: readonly Json[];
}

export interface Call {
  /** Bearer token; null sends no Authorization header. Default: one of the administrator's. */
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
  /** Sent as JSON, or as it is when it is a string. */
  readonly body?: unknown;
}

export interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface Deployment {
  readonly state: RunaiState;
  readonly send: (method: string, path: string, call?: Call) => Promise<Answer>;
  /** Asks for a token, where no other is said at the newest endpoint of the version. */
  readonly signIn: (client: Client) => Promise<string>;
  readonly saves: () => number;
  readonly wait: (milliseconds: number) => void;
}

export const accounts = '/api/v1/service-accounts';
export const rules = '/api/v1/authorization/access-rules';
export const { administrator, newcomer, disabled } = runaiSandboxClients;

/** A freshly seeded emulator at the test clock's time; its new secrets are `secret-1`, `secret-2`, … */
export function deploy(options: Partial<RunaiVariant> = {}): Deployment {
  let now = testNow;
  let secrets = 0;
  let saves = 0;
  const state = options.state ?? seedRunai(now);
  const emulator = createRunaiVariant({
    state,
    now: () => now,
    newSecret: () => `secret-${(secrets += 1)}`,
    save: () => {
      saves += 1;
      return Promise.resolve();
    },
    ...options,
  });
  const { controlPlane = defaultControlPlane } = options;
  const { fetch } = withAnswersChecked(emulator, runaiDocuments(controlPlane), (problems) =>
    expect(problems).toEqual([]),
  );
  async function signIn({ clientId, clientSecret }: Client): Promise<string> {
    const { object } = await read(
      await fetch(
        toRequest('POST', '/api/v1/token', {
          token: null,
          body: { grantType: 'client_credentials', clientID: clientId, clientSecret },
        }),
      ),
    );
    const token = object['accessToken'];
    return typeof token === 'string' ? token : 'no token';
  }
  return {
    state,
    signIn,
    send: async (method, path, call = {}) => {
      const token = call.token === undefined ? await signIn(administrator) : call.token;
      return read(await fetch(toRequest(method, path, { ...call, token })));
    },
    saves: () => saves,
    wait: (milliseconds) => {
      now += milliseconds;
    },
  };
}

function toRequest(method: string, path: string, { token, headers, body }: Call): Request {
  return new Request(`https://acme.run.test${path}`, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const { status, headers } = response;
  const isJson = headers.get('content-type')?.startsWith('application/json') ?? false;
  const json: unknown = isJson ? JSON.parse(text) : null;
  return { status, headers, text, json, object: json as Json, array: json as Json[] };
}

/** The account of that name as the list shows it. */
export async function account({ send }: Deployment, name: string): Promise<Json> {
  const { array } = await send('GET', accounts);
  const found = array.find((item) => item['name'] === name);
  if (found === undefined) throw new Error(`this test expects an account ${name} in the list`);
  return found;
}

export async function pathOf(deployment: Deployment, name: string): Promise<string> {
  return `${accounts}/${String((await account(deployment, name))['id'])}`;
}

/** The items below `key` of an answer. */
export function items({ object }: Answer, key: string): readonly Json[] {
  return object[key] as Json[];
}

export function namesOf(list: readonly Json[]): unknown[] {
  return list.map((item) => item['name']);
}

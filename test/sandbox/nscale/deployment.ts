import { expect } from 'vitest';

import { organizationId, sandboxTokens } from '../../../src/sandbox/nscale/seed-ids.ts';
import { seedNscale } from '../../../src/sandbox/nscale/seed.ts';
import type { NscaleState } from '../../../src/sandbox/nscale/state.ts';
import { testNow } from '../../harness/context.ts';
import { withAnswersChecked } from '../../harness/checked.ts';
import { nscaleDocuments } from '../../harness/nscale-conformance.ts';
import { createNscaleVariant, type NscaleVariant } from '../../harness/nscale-variants.ts';

/** JSON as far as these tests look into it: an object or array of anything, reached by key. */
export interface Json {
  readonly [key: string]: Json;
}

/** An account, group, role or organization as the API shows it; each has some of these. */
export interface Item {
  readonly metadata: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<'groupIDs' | 'roleIDs' | 'serviceAccountIDs', readonly string[]>>;
  readonly status: { readonly expiry: string; readonly accessToken: string };
  readonly grantable: boolean;
}

/** An answer that was read to its end, and its body as what a test expects it to be. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** null when the body is empty. */
  readonly json: unknown;
  readonly item: Item;
  readonly items: readonly Item[];
  readonly error: { readonly error: string; readonly error_description: string };
}

export interface Call {
  /** The bearer token; null sends no Authorization header. Default: the administrator's. */
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
  /** Sent as JSON, or as it is when it is a string. */
  readonly body?: unknown;
}

export interface Deployment {
  readonly state: NscaleState;
  /** `path` is absolute. */
  readonly send: (method: string, path: string, call?: Call) => Promise<Answer>;
  /** How often the state was saved. */
  readonly saves: () => number;
  readonly wait: (milliseconds: number) => void;
}

/** `/api/v1/organizations/<id of acme-research>` */
export const home = `/api/v1/organizations/${organizationId}`;
export const accounts = `${home}/serviceaccounts`;
export const absentId = 'aaaaaaaa-0000-4000-8000-000000000000';

/** A freshly seeded emulator at the test clock's time; its new tokens are `a.b.c.d.1`, `a.b.c.d.2`, … */
export function deploy(options: Partial<NscaleVariant> = {}): Deployment {
  let now = testNow;
  let tokens = 0;
  let saves = 0;
  const state = options.state ?? seedNscale(now);
  const emulator = createNscaleVariant({
    state,
    now: () => now,
    newSecret: () => `a.b.c.d.${(tokens += 1)}`,
    save: () => {
      saves += 1;
      return Promise.resolve();
    },
    ...options,
  });
  const { fetch } = withAnswersChecked(emulator, nscaleDocuments, (problems) => expect(problems).toEqual([]));
  return {
    state,
    send: async (method, path, call = {}) => read(await fetch(toRequest(method, path, call))),
    saves: () => saves,
    wait: (milliseconds) => {
      now += milliseconds;
    },
  };
}

function toRequest(method: string, path: string, { token, headers, body }: Call): Request {
  const bearer = token === undefined ? sandboxTokens.administrator : token;
  return new Request(`https://identity.test${path}`, {
    method,
    headers: {
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const { status, headers } = response;
  const json: unknown = text === '' ? null : JSON.parse(text);
  return {
    status,
    headers,
    text,
    json,
    item: json as Answer['item'],
    items: json as Answer['items'],
    error: json as Answer['error'],
  };
}

/** A valid body for create and update. */
export function write(name: string, groupIDs: readonly string[] = [], more = {}): unknown {
  return { metadata: { name, ...more }, spec: { groupIDs } };
}

export function idsOf(items: readonly Item[]): string[] {
  return items.map(({ metadata }) => metadata['id'] ?? 'no id');
}

/** The account of that id as the administrator's list shows it. */
export async function listed({ send }: Deployment, id: string | undefined): Promise<Item> {
  const { items } = await send('GET', accounts);
  const found = items.find(({ metadata }) => metadata['id'] === id);
  if (found === undefined) throw new Error(`this test expects account ${id} in the list`);
  return found;
}

/** Seconds since the epoch as nscale writes them. */
export function rfc3339(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

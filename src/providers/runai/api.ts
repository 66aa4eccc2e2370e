import * as z from 'zod/mini';

import type { HttpClient } from '../../http/client.ts';
import { HttpError, type ProviderProblem } from '../../http/error.ts';
import type { Schema } from '../../http/body.ts';
import { fieldsOf } from '../../model/account.ts';
import {
  asNumber,
  badAnswer,
  countPages,
  jsonRequests,
  payload,
  payloads,
  type JsonRequests,
  type Payload,
} from '../answers.ts';
import {
  AccessRulePage,
  everybody,
  isForEverybody,
  isOwnRule,
  RoleRead,
  ServiceAccount,
  type AccessRuleRead,
  type Id,
} from './schema.ts';
import { isAbsent } from './token.ts';

/** Where this control plane keeps service accounts: `apps` before 2.24 (docs/contracts/runai.md 12). */
export type Era = 'service-accounts' | 'apps';

/** Run:ai's API as far as it is used, with the differences between its versions (docs/contracts/runai.md 1). */
export interface Api extends Pick<JsonRequests, 'send' | 'sendOnly'> {
  readonly accounts: () => Promise<Payload<ServiceAccount>[]>;
  /** One account, also of those that the list has no room for; null where Run:ai says that there is none of this id. */
  readonly account: (id: string) => Promise<Payload<ServiceAccount> | null>;
  /** The URL of the accounts, of one of them, or of something below it. */
  readonly accountUrl: (...path: readonly string[]) => Promise<string>;
  readonly era: () => Promise<Era>;
  readonly roles: () => Promise<Payload<RoleRead>[]>;
  /** All pages of these service accounts' own rules. */
  readonly rulesOf: (subjects: readonly string[]) => Promise<AccessRuleRead[]>;
  /** The rules that apply to every service account. */
  readonly rulesForEverybody: () => Promise<AccessRuleRead[]>;
  /** Both kinds of rules, of all service accounts; never those of people and groups. */
  readonly accessRules: () => Promise<AccessRuleRead[]>;
  readonly read: <Wire>(path: string, purpose: string, schema: Schema<Wire>) => Promise<Wire>;
  readonly url: (path: string) => string;
}

export function createApi(http: HttpClient, endpoint: string): Api {
  const { get, send, sendOnly } = jsonRequests(http, 'runai');
  let known: Promise<Era> | null = null;

  function url(path: string): string {
    return `${endpoint}${path}`;
  }

  function read<Wire>(path: string, purpose: string, schema: Schema<Wire>): Promise<Wire> {
    return get(url(path), purpose, schema);
  }

  async function listAccounts(): Promise<Payload<ServiceAccount>[]> {
    const purpose = 'list service accounts';
    const path = await (known ?? Promise.resolve('service-accounts' as const));
    try {
      const list = await read(`/api/v1/${path}`, purpose, payloads(ServiceAccount));
      known = Promise.resolve(path);
      return list;
    } catch (error) {
      if (known !== null || !(error instanceof HttpError) || !isAbsent(error)) throw error;
      const list = await read('/api/v1/apps', purpose, payloads(ServiceAccount));
      known = Promise.resolve('apps');
      return list;
    }
  }

  async function era(): Promise<Era> {
    if (known === null) await listAccounts();
    return (await known) ?? 'service-accounts';
  }

  async function accountUrl(...path: readonly string[]): Promise<string> {
    return [url(`/api/v1/${await era()}`), ...path.map(encodeURIComponent)].join('/');
  }

  async function readAccount(id: string): Promise<Payload<ServiceAccount> | null> {
    const purpose = `read service account ${id}`;
    const found = await orMissing(get(await accountUrl(id), purpose, payload(ServiceAccount)));
    if (found === null || found.wire.id === id) return found;
    throw badAnswer('runai', `cannot ${purpose}: Run:ai answered with another account`);
  }

  return {
    url,
    read,
    era,
    accounts: listAccounts,
    account: readAccount,
    accountUrl,
    roles: () => readRoles(read),
    rulesOf: async (subjects) => {
      const rules = await readAccessRules(read, `&subjectIds=${subjects.map(encodeURIComponent).join(',')}`);
      return rules.filter((rule) => isOwnRule(rule) && subjects.includes(rule.subjectId));
    },
    rulesForEverybody: async () => {
      // A control plane that has no such subject may say that the request is not valid.
      const rules = await orMissing(readAccessRules(read, `&subjectType=${everybody}`));
      return (rules ?? []).filter(isForEverybody);
    },
    accessRules: async () => {
      const rules = await readAccessRules(read, '');
      return rules.filter((rule) => isOwnRule(rule) || isForEverybody(rule));
    },
    send,
    sendOnly,
  };
}

/** Null where Run:ai itself says that there is nothing of this id: 404, or 400 for what is no id (docs/contracts/runai.md 3). */
export async function orMissing<Value>(read: Promise<Value>): Promise<Value | null> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof HttpError && error.problem !== null && (error.status === 404 || error.status === 400)) {
      return null;
    }
    throw error;
  }
}

type Read = Api['read'];

const pageSize = 500;

export const rulesPath = '/api/v1/authorization/access-rules';

/** v2 in pages, or v1 in one piece where there is no v2 (docs/contracts/runai.md 8). */
async function readRoles(read: Read): Promise<Payload<RoleRead>[]> {
  try {
    return await readPages(read, '/api/v2/authorization/roles', 'roles', RoleRead);
  } catch (error) {
    if (!(error instanceof HttpError) || !isAbsent(error)) throw error;
    return read('/api/v1/authorization/roles', 'list roles', payloads(RoleRead));
  }
}

/** Lists of the shape `{<noun>: [], next?}`: `next` is the next offset, if there is one (docs/contracts/runai.md 6). */
export async function readPages<Wire extends { readonly id: Id }>(
  read: Read,
  path: string,
  noun: string,
  schema: Schema<Wire>,
): Promise<Payload<Wire>[]> {
  const items = new Map<string, Payload<Wire>>();
  const purpose = `list ${noun}`;
  const counted = countPages({ provider: 'runai', purpose });
  let offset: number | null = 0;
  while (offset !== null) {
    const url = `${path}?limit=${pageSize}&offset=${offset}`;
    const page: Page<Wire> = await read(url, purpose, pageOf(noun, schema));
    counted(page.items.length);
    const known = items.size;
    addNew(items, page.items, ({ wire }) => wire.id);
    offset = items.size > known && page.next !== null && page.next > offset ? page.next : null;
  }
  return [...items.values()];
}

/** An item that comes twice, because the offsets moved between two pages, is one item (docs/contracts/runai.md 15.22). */
function addNew<Item>(known: Map<string, Item>, items: readonly Item[], idOf: (item: Item) => Id): void {
  for (const item of items) {
    const id = String(idOf(item));
    if (!known.has(id)) known.set(id, item);
  }
}

/**
 * Access rules have a total instead of `next`, and 50 to a page by default; a page without a new one is the last, whatever
 * the total says. A parameter the server does not know is
 * ignored, and then all rules come back, so callers filter them again (docs/contracts/runai.md 7).
 */
async function readAccessRules(read: Read, filter: string): Promise<AccessRuleRead[]> {
  const purpose = 'list access rules';
  const rules = new Map<string, AccessRuleRead>();
  const counted = countPages({ provider: 'runai', purpose });
  for (let offset = 0; ;) {
    const page = await read(`${rulesPath}?limit=${pageSize}&offset=${offset}${filter}`, purpose, AccessRulePage);
    counted(page.accessRules.length);
    const known = rules.size;
    addNew(rules, page.accessRules, ({ id }) => id);
    offset += page.accessRules.length;
    if (rules.size === known || offset >= (asNumber(page.totalRecords) ?? Infinity)) break;
  }
  return [...rules.values()].filter(({ deletedAt }) => !deletedAt);
}

interface Page<Wire> {
  readonly items: readonly Payload<Wire>[];
  /** The offset of the next page; null where this is the last: absent, null and "" alike (docs/contracts/runai.md 6). */
  readonly next: number | null;
}

function pageOf<Wire>(key: string, schema: Schema<Wire>): Schema<Page<Wire>> {
  return {
    safeParse: (value) => {
      const fields = fieldsOf(value);
      const items = payloads(schema).safeParse(fields[key]);
      return items.success ? { success: true, data: { items: items.data, next: asNumber(fields['next']) } } : items;
    },
  };
}

/** docs/contracts/runai.md 4 */
const Envelope = z.object({
  code: z.optional(z.union([z.number(), z.string()])),
  message: z.string(),
  details: z.optional(z.nullable(z.string())),
});

/** The v2 token endpoint's shape (docs/contracts/runai.md 2a). */
const OAuthError = z.object({
  error: z.enum([
    'invalid_request',
    'invalid_client',
    'invalid_grant',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
    'server_error',
    'temporarily_unavailable',
  ]),
  error_description: z.optional(z.string()),
});

/** Run:ai's error body in either of its shapes, or null. */
export function readProblem(_status: number, body: unknown): ProviderProblem | null {
  const envelope = Envelope.safeParse(body);
  if (envelope.success) {
    const { code, message, details } = envelope.data;
    const text = details ? `${message}: ${details}` : message;
    const isStatus = typeof code === 'number' && Number.isInteger(code) && code >= 100 && code <= 599;
    const known = isStatus ? ({ isKnownCode: true } as const) : {};
    return { code: code === undefined ? null : String(code), message: text, traceId: null, ...known };
  }
  const oauth = OAuthError.safeParse(body);
  if (!oauth.success) return null;
  const { error, error_description: description } = oauth.data;
  return { code: error, message: description ?? error, traceId: null, isKnownCode: true };
}

/** Whether Run:ai knows the caller, and does not let it do this. */
export function isForbidden(error: unknown): error is HttpError {
  return error instanceof HttpError && error.status === 403;
}

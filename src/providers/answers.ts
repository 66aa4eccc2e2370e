import { asFields, wholeSeconds } from '../model/account.ts';
import * as z from 'zod/mini';

import { readContent, readItems, readJson, type Schema } from '../http/body.ts';
import { placeOf } from '../http/text.ts';
import { HttpError } from '../http/error.ts';
import { FailedError, InterruptedError } from '../errors.ts';
import type { Misread, Verification } from './provider.ts';
import type { HttpClient } from '../http/client.ts';
import type { HttpCredential, HttpRequest } from '../http/request.ts';
import type { Secret } from '../model/credential.ts';
import { listOf, quoted } from '../model/text.ts';

/** A checked payload beside the payload as it came, which `raw` shows. */
export interface Payload<Wire> {
  readonly wire: Wire;
  readonly raw: unknown;
  /** Where it does not fit, e.g. `status.expiry`, so that `wire` lacks what is there; absent where all of it was read. */
  readonly misfits?: readonly string[];
}

/** One payload of this schema. */
export function payload<Wire>(schema: Schema<Wire>): Schema<Payload<Wire>> {
  return {
    safeParse: (value) => {
      const parsed = schema.safeParse(value);
      return parsed.success
        ? { success: true, data: { wire: parsed.data, raw: value } }
        : { success: false, error: parsed.error };
    },
  };
}

const List = z.array(z.unknown());

/** A bare array of payloads; what does not fit is named by its index. */
export function payloads<Wire>(schema: Schema<Wire>): Schema<Payload<Wire>[]> {
  return {
    safeParse: (value) => {
      const list = List.safeParse(value);
      if (!list.success) return { success: false, error: list.error };
      const items: Payload<Wire>[] = [];
      for (const [index, raw] of list.data.entries()) {
        const item = schema.safeParse(raw);
        if (!item.success) {
          const issues = item.error.issues.map(({ path }) => ({ path: [index, ...path] }));
          return { success: false, error: { issues } };
        }
        items.push({ wire: item.data, raw });
      }
      return { success: true, data: items };
    },
  };
}

/** A time that `wholeSeconds` can read, as it was sent. */
export const Time = z.nullish(z.string().check(z.refine((text) => wholeSeconds(text) !== null)));

/** The same, and null for anything else. */
export const BareTime = z.catch(Time, null);

/** A number, also where it comes as text, e.g. `"3600"`; null for anything else. */
export function asNumber(value: unknown): number | null {
  const number = typeof value === 'string' && /^\s*-?\d/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

type Check = (value: unknown) => boolean;

/**
 * The same schema for values of which there are many: what fits is taken as it is, with the keys that the schema does not
 * know, instead of being copied, which takes a tenth of the time. What does not fit is read by the schema, which says where.
 * It knows what changes no value: objects, arrays, texts with refinements, and what may be null or left out.
 * @throws Error for a schema of anything else
 */
export function inPlace<Wire>(schema: z.ZodMiniType<Wire>): Schema<Wire> {
  const check = checkOf(schema);
  function fits(value: unknown): value is Wire {
    return check(value);
  }
  return { safeParse: (value) => (fits(value) ? { success: true, data: value } : schema.safeParse(value)) };
}

function checkOf(schema: z.core.SomeType): Check {
  if (schema instanceof z.ZodMiniString) return textCheck(schema);
  if (schema instanceof z.ZodMiniObject) return objectCheck(schema);
  if (schema instanceof z.ZodMiniArray) {
    const item = checkOf(schema.def.element);
    return (value) => Array.isArray(value) && value.every((one) => item(one));
  }
  if (schema instanceof z.ZodMiniOptional) {
    const inner = checkOf(schema.def.innerType);
    return (value) => value === undefined || inner(value);
  }
  if (schema instanceof z.ZodMiniNullable) {
    const inner = checkOf(schema.def.innerType);
    return (value) => value === null || inner(value);
  }
  throw new Error('only objects, arrays and texts can be read in place');
}

function textCheck({ def }: z.ZodMiniString): Check {
  const refinements = (def.checks ?? []).map((check) => {
    if (check instanceof z.ZodMiniCustom) return check.def.fn;
    throw new Error('a text that is read in place can only be refined');
  });
  return refinements.length === 0 ? isText : (value) => isText(value) && refinements.every((holds) => holds(value));
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function objectCheck({ def }: z.ZodMiniObject): Check {
  const fields = Object.entries(def.shape).map(([key, field]) => ({ key, fits: checkOf(field) }));
  return (value) => {
    const given = asFields(value);
    if (given === null) return false;
    for (const { key, fits } of fields) if (!fits(given[key])) return false;
    return true;
  };
}

/** A list, and the items that were left out of it because they cannot be read. */
export interface Readable<Item> {
  readonly items: readonly Item[];
  readonly unreadable: readonly Misread[];
}

/** The same as it was sent. */
export type Items<Wire> = Readable<Payload<Wire>>;

/** How the items of a list are read. */
export interface ItemReading<Wire> {
  readonly whole: Schema<Wire>;
  /** For an item that does not fit: leaves out what it can do without. */
  readonly part: Schema<Wire>;
  /** The object that has an item's `id` and `name`. */
  readonly named: (raw: unknown) => unknown;
  /** In messages, e.g. `nscale service account`. */
  readonly noun: string;
}

/** A bare array in which one item that cannot be read costs itself only. */
export function readableItems<Wire>(reading: ItemReading<Wire>): Schema<Items<Wire>> {
  return {
    safeParse: (value) => {
      const list = List.safeParse(value);
      if (!list.success) return { success: false, error: list.error };
      return { success: true, data: readable([list.data], reading, (item) => item) };
    },
  };
}

function readable<Wire, Item>(
  pieces: Iterable<readonly unknown[]>,
  reading: ItemReading<Wire>,
  keep: (item: Payload<Wire>) => Item,
): Readable<Item> {
  const items: Item[] = [];
  const unreadable: Misread[] = [];
  for (const piece of pieces) {
    for (const raw of piece) {
      const item = readItem(reading, raw, items.length + unreadable.length);
      if ('wire' in item) items.push(keep(item));
      else unreadable.push(item);
    }
  }
  return { items, unreadable };
}

/** All items of a list. @throws HttpError (`bad_answer`) naming those that cannot be read */
export function complete<Wire>({ items, unreadable }: Items<Wire>, provider: string): readonly Payload<Wire>[] {
  const [first] = unreadable;
  if (first !== undefined) throw illegible(first, provider);
  return items;
}

/** The error about an item that is wanted and cannot be read. */
export function illegible({ what }: Misread, provider: string): FailedError {
  return new FailedError('bad_answer', what, { provider });
}

function readItem<Wire>(
  { whole, part, named, noun }: ItemReading<Wire>,
  raw: unknown,
  index: number,
): Payload<Wire> | Misread {
  const fit = whole.safeParse(raw);
  if (fit.success) return { wire: fit.data, raw };
  const misfits = fit.error.issues.map(({ path }) => placeOf(path));
  const known = part.safeParse(raw);
  if (known.success) return { wire: known.data, raw, misfits };
  const { id, name } = Named.parse(named(raw));
  const which = id ?? (name === null ? `number ${index + 1} of the list` : quoted(name));
  return { id, name, isListed: false, what: `${noun} ${which} cannot be read: it does not fit at ${listOf(misfits)}` };
}

const textOrNull = z.catch(z.nullable(z.string()), null);
const Named = z.catch(z.object({ id: textOrNull, name: textOrNull }), { id: null, name: null });

/** Bytes of an answer out of the journal, read by a schema. @throws HttpError (`bad_answer`) that quotes nothing */
export function readKept<Output>(bytes: Uint8Array, schema: Schema<Output>, provider: string): Output {
  const result = schema.safeParse(readContent({ headers: new Map(), bytes }).value);
  if (result.success) return result.data;
  throw badAnswer(provider, `cannot ${keptPurpose}: it is not an answer with a credential`);
}

/** What reading the journal is for, as it reads after "cannot". */
export const keptPurpose = 'read the answer that was kept';

/** For an answer of success that cannot be used: what the request did is not known from it. */
export function badAnswer(provider: string, message: string): HttpError {
  return new HttpError('bad_answer', message, { provider, arrival: 'unknown' });
}

const mostItems = 1_000_000;

/**
 * Counts the items of a list page by page: call it with the size of each. A list without end would be read until the
 * memory is full.
 * @throws HttpError (`bad_answer`)
 */
export function countPages(list: {
  readonly provider: string;
  /** As it reads after "cannot". */
  readonly purpose: string;
  /** Default: 2000 pages. */
  readonly mostPages?: number;
}): (items: number) => void {
  const { mostPages = 2000 } = list;
  let pages = 0;
  let total = 0;
  return (items) => {
    pages += 1;
    total += items;
    if (pages <= mostPages && total <= mostItems) return;
    throw endless(list);
  };
}

/** The error for pages that have no end. */
export function endless({ provider, purpose }: { provider: string; purpose: string }): HttpError {
  return badAnswer(provider, `cannot ${purpose}: ${provider}'s pages have no end`);
}

/** What a harmless request with a credential shows of it; `refusals` are the statuses that say that it is refused. */
export async function verificationOf(request: Promise<unknown>, refusals: readonly number[]): Promise<Verification> {
  try {
    await request;
    return { works: true, why: null };
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    const verdict = error instanceof HttpError ? error.verdict : null;
    const why = error instanceof Error ? error.message : 'unknown error';
    return { works: verdict !== null && refusals.includes(verdict) ? false : null, why };
  }
}

/** JSON requests to one provider. Each throws HttpError. */
export interface JsonRequests {
  readonly get: <Wire>(url: string, purpose: string, schema: Schema<Wire>) => Promise<Wire>;
  /** A bare array, which may be long: `keep` makes of each item what is kept of it. */
  readonly list: <Wire, Item>(
    what: { readonly url: string; readonly purpose: string; readonly reading: ItemReading<Wire> },
    keep: (item: Payload<Wire>) => Item,
  ) => Promise<Readable<Item>>;
  readonly send: <Wire>(request: HttpRequest, schema: Schema<Wire>) => Promise<Payload<Wire>>;
  /** For answers whose body is empty or of no use. */
  readonly sendOnly: (request: HttpRequest) => Promise<void>;
}

export function jsonRequests(http: HttpClient, provider: string): JsonRequests {
  async function read<Wire>(request: HttpRequest, schema: Schema<Wire>): Promise<Wire> {
    return readJson(await http.send(request), schema, { provider, request });
  }
  return {
    get: (url, purpose, schema) => read({ method: 'GET', url, purpose }, schema),
    list: async ({ url, purpose, reading }, keep) => {
      const request = { method: 'GET', url, purpose } as const;
      return readable(readItems(await http.send(request), List, { provider, request }), reading, keep);
    },
    send: (request, schema) => read(request, payload(schema)),
    sendOnly: async (request) => {
      await http.send(request);
    },
  };
}

/** Authorizes requests with a token; `source` says in errors where it comes from. */
export function bearer(source: string, token: () => Promise<Secret>): HttpCredential {
  return { source, header: async () => `Bearer ${(await token()).reveal()}` };
}

import * as z from 'zod/mini';

import { readContent, type Schema } from '../http/body.ts';
import { HttpError } from '../http/error.ts';

/** A checked payload beside the payload as it came, which `raw` shows. */
export interface Payload<Wire> {
  readonly wire: Wire;
  readonly raw: unknown;
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

/**
 * Bytes of an answer that were kept, read by a schema.
 * @throws HttpError (`bad_answer`) that quotes nothing of them
 */
export function readPayload<Output>(
  bytes: Uint8Array,
  schema: Schema<Output>,
  { provider, purpose }: { provider: string; purpose: string },
): Output {
  const { value } = readContent({ headers: new Map(), bytes });
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw badAnswer(provider, `cannot ${purpose}: it is not an answer with a credential`);
}

/** For an answer of success that cannot be used: what the request did is not known from it. */
export function badAnswer(provider: string, message: string): HttpError {
  return new HttpError('bad_answer', message, { provider, arrival: 'unknown' });
}

import * as z from 'zod/mini';

import type { Schema } from '../http/json.ts';

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

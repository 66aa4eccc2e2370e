import { compactJson, partsOf } from './serialize.ts';

/** One step of a path: a key, an index, or `[]`. */
export type PathStep =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' };

const identifier = '[A-Za-z_][A-Za-z0-9_]*';
const bracket = String.raw`\[(?:\d{1,9}|"[^"\\\x00-\x1f]*")?\]`;
const path = new RegExp(
  String.raw`^[ \t\r\n]*\.(?:(?:${identifier}|${bracket})(?:\.${identifier}|\.?${bracket})*)?[ \t\r\n]*$`,
);
const step = new RegExp(`(${identifier})|${bracket}`, 'g');

/** The steps of a filter that is nothing but a path (`.`, `.a.b`, `.[].id`, `.[0]["a b"]`); null for any other filter. */
export function parsePath(filter: string): readonly PathStep[] | null {
  if (!path.test(filter)) return null;
  return [...filter.matchAll(step)].map(([whole]): PathStep => {
    if (!whole.startsWith('[')) return { kind: 'key', key: whole };
    const inside = whole.slice(1, -1);
    if (inside === '') return { kind: 'each' };
    if (inside.startsWith('"')) return { kind: 'key', key: inside.slice(1, -1) };
    return { kind: 'index', index: Number(inside) };
  });
}

/** What `queryPath` has for these paths one after the other, in pieces; null where it is null for any of them. */
export function queryPaths(paths: readonly (readonly PathStep[])[], value: unknown): readonly string[] | null {
  const outputs: string[] = [];
  for (const steps of paths) {
    const isByItem = steps[0]?.kind === 'each' && Array.isArray(value);
    for (const part of isByItem ? partsOf<unknown>(value, partLength) : [value]) {
      const output = queryPath(steps, part);
      if (output === null) return null;
      outputs.push(output);
    }
  }
  return outputs;
}

/** In items. */
const partLength = 1000;

/**
 * What jq prints for a path, with raw strings, without running jq. Null where jq would not just step through plain JSON
 * data, or would print it differently from JavaScript: jq has to run then.
 */
export function queryPath(steps: readonly PathStep[], value: unknown): string | null {
  let values: readonly unknown[] = [value];
  for (const each of steps) {
    const next: unknown[] = [];
    for (const current of values) {
      const found = take(each, current);
      if (found === null) return null;
      // Not push(...found): a long list does not fit the stack.
      for (const item of found) next.push(item);
    }
    values = next;
  }
  if (!values.every(isPlain)) return null;
  const output = values.map((item) => `${typeof item === 'string' ? item : compactJson(item)}\n`).join('');
  return printsDifferentlyInJq.test(output) ? null : output;
}

/** Half surrogate pairs, and numbers with an exponent. A match within a string only means that jq runs. */
const printsDifferentlyInJq = /\p{Cs}|\\ud[89a-f]|(?:^|[[:,])-?\d+(?:\.\d+)?[eE][+-]?\d+(?=[,\]}]|$)/mu;

function take(each: PathStep, value: unknown): readonly unknown[] | null {
  if (!isPlain(value)) return null;
  if (value === null) return each.kind === 'each' ? null : [null];
  if (Array.isArray(value)) {
    const values: readonly unknown[] = value;
    if (each.kind === 'key') return null;
    return each.kind === 'each' ? values : [values[each.index] ?? null];
  }
  if (typeof value !== 'object' || each.kind === 'index') return null;
  if (each.kind === 'each') return Object.values(value);
  const found: unknown = Object.getOwnPropertyDescriptor(value, each.key)?.value;
  return [found ?? null];
}

/** Whether JSON.stringify prints the value as it is: no undefined, no `toJSON`, no class. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object') return ['string', 'number', 'boolean'].includes(typeof value);
  if (value === null || Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return !('toJSON' in value && typeof value.toJSON === 'function');
}

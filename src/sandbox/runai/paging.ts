import { Refusal } from '../emulator.ts';

/**
 * One page of a list below `key`; all but the last say at which offset the next begins. A parameter that the API does not
 * know is ignored (docs/contracts/runai.md 6).
 * @throws Refusal 400 when `limit` or `offset` is out of range
 */
export function pageOf(query: URLSearchParams, key: string, items: readonly unknown[]): unknown {
  const { from, to } = rangeOf(query);
  return { [key]: items.slice(from, to), ...(to < items.length ? { next: to } : {}) };
}

/** The items of a page, from the first to before the last. @throws Refusal 400 */
export function rangeOf(query: URLSearchParams): { readonly from: number; readonly to: number } {
  const limit = numberIn(query, 'limit', { otherwise: 50, least: 1, most: 500 });
  const from = numberIn(query, 'offset', { otherwise: 0, least: 0, most: 2 ** 31 - 1 });
  return { from, to: from + limit };
}

function numberIn(
  query: URLSearchParams,
  name: string,
  { otherwise, least, most }: { readonly otherwise: number; readonly least: number; readonly most: number },
): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new Refusal(400, `Parameter ${name} must be from ${least} to ${most}`);
}

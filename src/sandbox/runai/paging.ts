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

/** The items of a page, from the first to before the last. */
interface Range {
  readonly from: number;
  readonly to: number;
}

const bounds = { limit: { otherwise: 50, least: 1, most: 500 }, offset: { otherwise: 0, least: 0, most: 2 ** 31 - 1 } };

/** @throws Refusal 400 when `limit` or `offset` is out of range */
export function rangeOf(query: URLSearchParams): Range {
  for (const name of ['limit', 'offset'] as const) {
    const { least, most } = bounds[name];
    if (numberIn(query, name) === null) throw new Refusal(400, `Parameter ${name} must be from ${least} to ${most}`);
  }
  return lenientRangeOf(query);
}

/** For lists that document no 400: what is out of range is as if it were not there. */
export function lenientRangeOf(query: URLSearchParams): Range {
  const from = numberIn(query, 'offset') ?? bounds.offset.otherwise;
  return { from, to: from + (numberIn(query, 'limit') ?? bounds.limit.otherwise) };
}

/** null when it is out of range. */
function numberIn(query: URLSearchParams, name: keyof typeof bounds): number | null {
  const { otherwise, least, most } = bounds[name];
  const text = query.get(name);
  if (text === null) return otherwise;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : null;
}

import { Refusal } from './answers.ts';

/** The query of a list. A parameter that the API does not know is ignored (contracts/runai.md 7). */
export type Query = URLSearchParams;

/** The values that `filterBy`, `sortBy` and the like can see of an item; absent is null. */
export type Fields = Readonly<Record<string, string | number | boolean | null>>;

export interface Selection<Item> {
  readonly items: readonly Item[];
  readonly fieldsOf: (item: Item) => Fields;
  /** Fields that `search` looks into. */
  readonly searched: readonly string[];
}

/**
 * The items that `filterBy` and `search` leave, in the order of `sortBy` (contracts/runai.md 6).
 * @throws Refusal 400
 */
export function select<Item>(query: Query, { items, fieldsOf, searched }: Selection<Item>): Item[] {
  const tests = filtersOf(query);
  const search = query.get('search')?.toLowerCase() ?? '';
  const selected = items.filter((item) => {
    const fields = fieldsOf(item);
    return (
      tests.every((test) => test(fields)) &&
      searched.some((name) => textOf(fields, name).toLowerCase().includes(search))
    );
  });
  return sort(query, selected, fieldsOf);
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** The offset of the next page; null on the last. */
  readonly next: number | null;
}

/** @throws Refusal 400 when `limit` or `offset` is out of range */
export function pageOf<Item>(query: Query, items: readonly Item[]): Page<Item> {
  const limit = numberOf(query, 'limit', { otherwise: 50, least: 1, most: 500 });
  const offset = numberOf(query, 'offset', { otherwise: 0, least: 0, most: 2 ** 31 - 1 });
  const end = offset + limit;
  return { items: items.slice(offset, end), next: end < items.length ? end : null };
}

interface Range {
  readonly otherwise: number;
  readonly least: number;
  readonly most: number;
}

function numberOf(query: Query, name: string, { otherwise, least, most }: Range): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new Refusal(400, `Parameter ${name} must be from ${least} to ${most}`);
}

type Test = (fields: Fields) => boolean;

const operators: Readonly<Record<string, (actual: string, wanted: string) => boolean>> = {
  '==': (actual, wanted) => actual === wanted,
  '!=': (actual, wanted) => actual !== wanted,
  '<=': (actual, wanted) => compare(actual, wanted) <= 0,
  '>=': (actual, wanted) => compare(actual, wanted) >= 0,
  '=@': (actual, wanted) => actual.includes(wanted),
  '!@': (actual, wanted) => !actual.includes(wanted),
  '=^': (actual, wanted) => actual.startsWith(wanted),
  '=$': (actual, wanted) => actual.endsWith(wanted),
};

/** All filters are in one parameter, joined with commas; nothing escapes a comma. */
function filtersOf(query: Query): Test[] {
  const text = query.get('filterBy') ?? '';
  return text === '' ? [] : text.split(',').map(filterOf);
}

function filterOf(text: string): Test {
  const [, name = '', operator = '', wanted = ''] = /^(\w+)(==|!=|<=|>=|=@|!@|=\^|=\$)(.*)$/.exec(text) ?? [];
  const test = operators[operator];
  if (test === undefined) throw new Refusal(400, `Invalid filter: ${text}`);
  return (fields) => {
    if (!Object.hasOwn(fields, name)) throw new Refusal(400, `Invalid filter field: ${name}`);
    return test(textOf(fields, name), wanted);
  };
}

function sort<Item>(query: Query, items: Item[], fieldsOf: (item: Item) => Fields): Item[] {
  const name = query.get('sortBy');
  if (name === null) return items;
  const turn = query.get('sortOrder') === 'desc' ? -1 : 1;
  return items.toSorted((a, b) => turn * compare(textOf(fieldsOf(a), name), textOf(fieldsOf(b), name)));
}

function textOf(fields: Fields, name: string): string {
  return String(fields[name] ?? '');
}

function compare(a: string, b: string): number {
  if (/^\d+$/.test(a) && /^\d+$/.test(b)) return Number(a) - Number(b);
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

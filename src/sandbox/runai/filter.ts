import { Refusal } from '../emulator.ts';

/** How the fields are read by which a list can be filtered. */
export type Filters<Item> = Readonly<Record<string, (item: Item) => string>>;

const operators: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  '==': (value, wanted) => value === wanted,
  '!=': (value, wanted) => value !== wanted,
  '<=': (value, wanted) => value <= wanted,
  '>=': (value, wanted) => value >= wanted,
  '=@': (value, wanted) => value.includes(wanted),
  '!@': (value, wanted) => !value.includes(wanted),
  '=^': (value, wanted) => value.startsWith(wanted),
  '=$': (value, wanted) => value.endsWith(wanted),
};

/**
 * The items that pass all filters of `filterBy`, which is one parameter with commas (docs/contracts/runai.md 6).
 * @throws Refusal 400 for a field that this list has not, and for an operator that there is not
 */
export function filtered<Item>(
  items: readonly Item[],
  query: URLSearchParams,
  filters: Filters<Item>,
): readonly Item[] {
  const tests = (query.get('filterBy') ?? '').split(',').filter(Boolean);
  return tests.reduce<readonly Item[]>((left, test) => left.filter(passes(test, filters)), items);
}

function passes<Item>(test: string, filters: Filters<Item>): (item: Item) => boolean {
  const [, field = '', operator = '', wanted = ''] = /^(\w+)(==|!=|<=|>=|=@|!@|=\^|=\$)(.+)$/s.exec(test) ?? [];
  const read = Object.hasOwn(filters, field) ? filters[field] : undefined;
  const compare = operators[operator];
  if (read === undefined || compare === undefined) throw new Refusal(400, `Invalid filter ${test}`);
  return (item) => compare(read(item), wanted);
}

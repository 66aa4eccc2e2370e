import { HttpError } from '../../http/error.ts';
import type { Schema } from '../../http/body.ts';
import { fieldsOf } from '../../model/account.ts';
import { asNumber, countPages, readableItems, type ItemReading, type Items, type Payload } from '../answers.ts';
import type { Misread } from '../provider.ts';
import { isAbsent, ofList, orMissing } from './problem.ts';
import {
  everybody,
  isForEverybody,
  isOwnRule,
  roleReading,
  ruleReading,
  type AccessRuleRead,
  type Id,
  type RoleRead,
} from './schema.ts';

/** Reads what is at a path below the endpoint. */
export type Read = <Wire>(path: string, purpose: string, schema: Schema<Wire>) => Promise<Wire>;

const pageSize = 500;

export const rulesPath = '/api/v1/authorization/access-rules';

/** v2 in pages, or v1 in one piece where there is no v2 (docs/contracts/runai.md 8). */
export async function readRoles(read: Read): Promise<Items<RoleRead>> {
  try {
    return await readPages(read, '/api/v2/authorization/roles', 'roles', roleReading);
  } catch (error) {
    if (!(error instanceof HttpError) || !isAbsent(error)) throw error;
    return read('/api/v1/authorization/roles', 'list roles', readableItems(roleReading));
  }
}

/** Lists of the shape `{<noun>: [], next?}`: `next` is the next offset, if there is one (docs/contracts/runai.md 6). */
export async function readPages<Wire extends { readonly id: Id }>(
  read: Read,
  path: string,
  noun: string,
  reading: ItemReading<Wire>,
): Promise<Items<Wire>> {
  const purpose = `list ${noun}`;
  const all = collected<Wire>({ purpose, idOf: ({ id }) => String(id) });
  const schema = pageOf(noun, reading);
  for (let offset: number | null = 0; offset !== null;) {
    const page: Page<Wire> = await read(`${path}?limit=${pageSize}&offset=${offset}`, purpose, schema);
    const hasNew = all.add(page);
    offset = hasNew && page.next !== null && page.next > offset ? page.next : null;
  }
  return all.list();
}

/** Access rules, and those that cannot be read: whose they are is not known. */
export interface Rules {
  readonly rules: readonly AccessRuleRead[];
  readonly unreadable: readonly Misread[];
}

/** The reads of access rules. */
export interface RuleReads {
  /** All pages of these service accounts' own rules. */
  readonly rulesOf: (subjects: readonly string[]) => Promise<Rules>;
  /** The rules that apply to every service account. */
  readonly rulesForEverybody: () => Promise<Rules>;
  /** Both kinds of rules, of all service accounts; never those of people and groups. */
  readonly accessRules: () => Promise<Rules>;
}

export function ruleReads(read: Read): RuleReads {
  return {
    rulesOf: async (subjects) => {
      const filter = `&subjectIds=${subjects.map(encodeURIComponent).join(',')}`;
      return only(
        await ofList(readAccessRules(read, filter)),
        (rule) => isOwnRule(rule) && subjects.includes(rule.subjectId),
      );
    },
    rulesForEverybody: async () => {
      // A control plane that has no such subject may say that the request is not valid.
      const rules = await orMissing(readAccessRules(read, `&subjectType=${everybody}`));
      return only(rules ?? { rules: [], unreadable: [] }, isForEverybody);
    },
    accessRules: async () =>
      only(await ofList(readAccessRules(read, '')), (rule) => isOwnRule(rule) || isForEverybody(rule)),
  };
}

function only({ rules, unreadable }: Rules, isMeant: (rule: AccessRuleRead) => boolean): Rules {
  return { rules: rules.filter((rule) => !rule.deletedAt && isMeant(rule)), unreadable };
}

/**
 * Access rules have a total instead of `next`, and 50 to a page by default; a page without a new one is the last, whatever
 * the total says. A parameter that the server does not know is ignored, and then all rules come back, so callers filter
 * them again (docs/contracts/runai.md 7).
 */
async function readAccessRules(read: Read, filter: string): Promise<Rules> {
  const purpose = 'list access rules';
  const all = collected<AccessRuleRead>({ purpose, idOf: ({ id }) => String(id) });
  for (let offset = 0; ;) {
    const page = await read(`${rulesPath}?limit=${pageSize}&offset=${offset}${filter}`, purpose, RulePage);
    const hasNew = all.add(page);
    offset += page.items.length + page.unreadable.length;
    if (!hasNew || offset >= (page.total ?? Infinity)) break;
  }
  const { items: rules, unreadable } = all.list();
  return { rules: rules.map(({ wire }) => wire), unreadable };
}

export const RulePage = pageOf('accessRules', ruleReading);

/**
 * Puts pages together. An item that comes twice, because the offsets moved between two pages, is one item
 * (docs/contracts/runai.md 15.22).
 */
function collected<Wire>({ purpose, idOf }: { purpose: string; idOf: (wire: Wire) => string }): {
  /** Whether the page has anything new. */
  readonly add: (page: Items<Wire>) => boolean;
  readonly list: () => Items<Wire>;
} {
  const known = new Map<string, Payload<Wire>>();
  const unread = new Map<string, Misread>();
  const counted = countPages({ provider: 'runai', purpose });
  return {
    add: (page) => {
      const before = known.size + unread.size;
      counted(page.items.length + page.unreadable.length);
      for (const item of page.items) {
        const id = idOf(item.wire);
        if (!known.has(id)) known.set(id, item);
      }
      for (const one of page.unreadable) unread.set(one.what, one);
      return known.size + unread.size > before;
    },
    list: () => ({ items: [...known.values()], unreadable: [...unread.values()] }),
  };
}

interface Page<Wire> extends Items<Wire> {
  /** The offset of the next page; null where this is the last: absent, null and "" alike (docs/contracts/runai.md 6). */
  readonly next: number | null;
  /** How many items all pages have; null where it is not said. */
  readonly total: number | null;
}

function pageOf<Wire>(key: string, reading: ItemReading<Wire>): Schema<Page<Wire>> {
  return {
    safeParse: (value) => {
      const fields = fieldsOf(value);
      const list = readableItems(reading).safeParse(fields[key]);
      if (!list.success) return list;
      const { next, totalRecords } = fields;
      return { success: true, data: { ...list.data, next: asNumber(next), total: asNumber(totalRecords) } };
    },
  };
}

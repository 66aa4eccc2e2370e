import { HttpError } from '../../http/error.ts';
import type { Schema } from '../../http/body.ts';
import { fieldsOf } from '../../model/account.ts';
import { asNumber, countPages, payloads, type Payload } from '../answers.ts';
import { isAbsent, orMissing } from './problem.ts';
import {
  AccessRulePage,
  everybody,
  isForEverybody,
  isOwnRule,
  RoleRead,
  type AccessRuleRead,
  type Id,
} from './schema.ts';

/** Reads what is at a path below the endpoint. */
export type Read = <Wire>(path: string, purpose: string, schema: Schema<Wire>) => Promise<Wire>;

const pageSize = 500;

export const rulesPath = '/api/v1/authorization/access-rules';

/** v2 in pages, or v1 in one piece where there is no v2 (docs/contracts/runai.md 8). */
export async function readRoles(read: Read): Promise<Payload<RoleRead>[]> {
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

/** The reads of access rules. */
export interface RuleReads {
  /** All pages of these service accounts' own rules. */
  readonly rulesOf: (subjects: readonly string[]) => Promise<AccessRuleRead[]>;
  /** The rules that apply to every service account. */
  readonly rulesForEverybody: () => Promise<AccessRuleRead[]>;
  /** Both kinds of rules, of all service accounts; never those of people and groups. */
  readonly accessRules: () => Promise<AccessRuleRead[]>;
}

export function ruleReads(read: Read): RuleReads {
  return {
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
  };
}

/**
 * Access rules have a total instead of `next`, and 50 to a page by default; a page without a new one is the last, whatever
 * the total says. A parameter that the server does not know is ignored, and then all rules come back, so callers filter
 * them again (docs/contracts/runai.md 7).
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

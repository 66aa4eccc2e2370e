import * as z from 'zod/mini';

import { accountKeys, asFields, type Account, type AccountChange } from '../model/account.ts';
import { quoted } from '../model/text.ts';
import type { DocumentReading } from './provider.ts';

/** A shape of input documents: a provider's own, or ours. */
export interface DocumentForm<Wire> {
  /** Of what an update can change; anything else is a problem that names its key. */
  readonly schema: z.ZodMiniType<Wire>;
  readonly toChange: (wire: Wire) => AccountChange;
  /** The places of what the schema has, e.g. `metadata.name`. */
  readonly writable: readonly string[];
  /** The places of what `serviceaccounts get` prints besides. */
  readonly readOnly: readonly string[];
  /** The place of the account's id; null where the form has none. */
  readonly id: string | null;
  /** An account in this form. */
  readonly current: (account: Account) => unknown;
  /** Places of what changes by itself, such as when the account was last used. */
  readonly moving: readonly string[];
}

/** Our own shape (docs/design.md 1). A tag that is null is removed by an update. */
const OwnDocument = z.strictObject({
  name: z.exactOptional(z.string()),
  description: z.exactOptional(z.nullable(z.string())),
  groups: z.exactOptional(z.array(z.string())),
  tags: z.exactOptional(z.record(z.string(), z.nullable(z.string()))),
  enabled: z.exactOptional(z.nullable(z.boolean())),
});

export const ownForm: DocumentForm<z.infer<typeof OwnDocument>> = {
  schema: OwnDocument,
  toChange: ({ enabled = null, ...own }) => ({ ...own, ...(enabled === null ? {} : { enabled }) }),
  writable: Object.keys(OwnDocument.shape),
  readOnly: [...accountKeys.filter((key) => !Object.hasOwn(OwnDocument.shape, key)), 'sandbox'],
  id: 'id',
  current: (account) => account,
  moving: ['lastUsedAt'],
};

/** Reads a document in our own shape; `moving` are places in it that change by themselves. */
export function readOwnDocument(document: unknown, moving: readonly string[] = []): DocumentReading {
  return readForm(document, { ...ownForm, moving: [...ownForm.moving, ...moving] });
}

/**
 * Reads a document in one form. What it says of keys that no update can change is compared with the account later; a
 * provider's own document that has an id was read from it, and may have keys that are newer than this program.
 */
export function readForm<Wire>(document: unknown, form: DocumentForm<Wire>): DocumentReading {
  const { change, claims } = divide(without(document, form.moving), form.writable);
  const id = form.id === null ? null : (claims.get(form.id) ?? null);
  const isOwn = form.readOnly === ownForm.readOnly;
  const unknown = id !== null && !isOwn ? [] : [...claims.keys()].filter((place) => !form.readOnly.includes(place));
  const parsed = form.schema.safeParse(change);
  const problems = [
    ...unknown.map((place) => `unknown key ${quoted(place, 200)}`),
    ...(parsed.success ? [] : parsed.error.issues.flatMap(describeIssue)),
    ...(id === null || typeof id === 'string' ? [] : [`${quoted(form.id ?? '')} must be text`]),
  ];
  const said = new Map([...claims].filter(([place, value]) => value !== null && !unknown.includes(place)));
  const asRead = {
    isOwn,
    id: typeof id === 'string' ? id : null,
    claims: said,
    current: (account: Account) => without(form.current(account), form.moving),
  };
  return {
    change: parsed.success ? form.toChange(parsed.data) : {},
    asRead: said.size === 0 ? null : asRead,
    problems,
  };
}

/** The part of a document that the places are in, and what else it has, by its places. */
function divide(
  document: unknown,
  writable: readonly string[],
  at = '',
): { readonly change: unknown; readonly claims: ReadonlyMap<string, unknown> } {
  const fields = asFields(document);
  if (fields === null) return { change: document, claims: new Map() };
  const change: [string, unknown][] = [];
  const claims = new Map<string, unknown>();
  for (const [key, value] of Object.entries(fields)) {
    const place = `${at}${key}`;
    const isOuter = writable.some((one) => one.startsWith(`${place}.`));
    if (isOuter) {
      const inner = divide(value, writable, `${place}.`);
      change.push([key, inner.change]);
      for (const claim of inner.claims) claims.set(...claim);
    } else if (writable.includes(place)) change.push([key, value]);
    else claims.set(place, value);
  }
  return { change: Object.fromEntries(change), claims };
}

/** A copy without what is at the places. */
function without(document: unknown, places: readonly string[], at = ''): unknown {
  const fields = asFields(document);
  if (fields === null || !places.some((place) => place.startsWith(at))) return document;
  const left = Object.entries(fields).filter(([key]) => !places.includes(`${at}${key}`));
  return Object.fromEntries(left.map(([key, value]) => [key, without(value, places, `${at}${key}.`)]));
}

/** The keys that only nscale's accounts have, for `unsupportedProblems`. */
export const groupsAndTags = { groups: 'groups', addGroups: 'groups', removeGroups: 'groups', tags: 'tags' } as const;

/** Why each of these keys cannot be given a value here, once for each `subject`, e.g. `Run:ai accounts`. */
export function unsupportedProblems(
  change: AccountChange,
  subject: string,
  unsupported: Readonly<Partial<Record<keyof AccountChange, string>>>,
): string[] {
  const given = new Map<string, unknown>(Object.entries(change));
  const found = Object.entries(unsupported).filter(([key]) => !isNothing(given.get(key)));
  return [...new Set(found.map(([, what]) => `${subject} cannot be given ${what}`))];
}

/** What an account without these has in our model, so that what `get` prints can be read again. */
function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `unknown key ${quoted([...path, key].join('.'), 200)}`);
  }
  const where = path.length === 0 ? 'the document' : quoted(path.join('.'), 200);
  if (issue.code === 'invalid_type') {
    return [`${where} must be ${articles.get(issue.expected) ?? `of type ${issue.expected}`}`];
  }
  if (issue.code === 'invalid_union') return [`${where} must be text or null`];
  return [`${where} is not valid`];
}

const articles = new Map<string, string>([
  ['string', 'text'],
  ['array', 'a list'],
  ['object', 'an object'],
  ['record', 'an object'],
  ['boolean', 'true or false'],
]);

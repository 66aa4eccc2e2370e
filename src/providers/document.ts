import * as z from 'zod/mini';

import type { AccountChange } from '../model/account.ts';
import { quoted } from '../model/text.ts';
import type { DocumentReading } from './provider.ts';

/** Our own shape of an input document (docs/design.md 1). A tag that is null is removed by an update. */
const OwnDocument = z.strictObject({
  name: z.exactOptional(z.string()),
  description: z.exactOptional(z.nullable(z.string())),
  groups: z.exactOptional(z.array(z.string())),
  tags: z.exactOptional(z.record(z.string(), z.nullable(z.string()))),
  enabled: z.exactOptional(z.boolean()),
});

/** Reads a document in our own shape. */
export function readOwnDocument(document: unknown): DocumentReading {
  return readWith(document, OwnDocument, (own) => own);
}

/** Checks a document against a strict schema; every problem names its key. */
export function readWith<Wire>(
  document: unknown,
  schema: z.ZodMiniType<Wire>,
  toChange: (wire: Wire) => AccountChange,
): DocumentReading {
  const parsed = schema.safeParse(document);
  if (!parsed.success) return { change: {}, problems: parsed.error.issues.flatMap(describeIssue) };
  return { change: toChange(parsed.data), problems: [] };
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

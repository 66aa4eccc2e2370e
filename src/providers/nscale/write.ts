import { isDeepStrictEqual } from 'node:util';

import * as z from 'zod/mini';

import type { AccountChange, TagValue } from '../../model/account.ts';
import { listOf, quoted, safeText } from '../../model/text.ts';
import type { Group } from '../provider.ts';
import { groupText } from './groups.ts';
import type { ServiceAccount } from './schema.ts';
import { readForm, readOwnDocument, type DocumentForm } from '../document.ts';
import type { DocumentReading } from '../provider.ts';

/** The tag that proves an account is ours when the answer to its creation is lost (docs/design.md 5). */
export const operationTag = 'sactl-operation';

/** The body of a create or update request (docs/contracts/nscale.md 2). Optional keys are left out, never null. */
export interface WriteBody {
  readonly metadata: { readonly name: string; readonly description?: string; readonly tags?: readonly Tag[] };
  readonly spec: { readonly groupIDs: readonly string[] };
}

/** Names may repeat, and each one stays (docs/contracts/nscale.md 9.33). */
interface Tag {
  readonly name: string;
  readonly value: string;
}

/** A change whose groups are ids that exist. */
export type ResolvedChange = Omit<AccountChange, 'enabled'>;

export function writeBody(fields: {
  name: string;
  description: string | null;
  tags: readonly Tag[];
  groups: readonly string[];
}): WriteBody {
  const { name, description, tags, groups } = fields;
  return {
    metadata: { name, ...(description === null ? {} : { description }), ...(tags.length === 0 ? {} : { tags }) },
    spec: { groupIDs: groups },
  };
}

/**
 * The account as it is with the change laid over it: nscale's PUT replaces everything, so what is not mentioned has to
 * be sent again (docs/contracts/nscale.md 4).
 */
export function merge({ metadata, spec }: ServiceAccount, change: ResolvedChange): WriteBody {
  const groups = new Set(change.groups ?? spec.groupIDs);
  for (const id of change.addGroups ?? []) groups.add(id);
  for (const id of change.removeGroups ?? []) groups.delete(id);
  return writeBody({
    name: change.name ?? metadata.name,
    description: change.description === undefined ? (metadata.description ?? null) : change.description,
    tags: mergeTags(metadata.tags ?? [], change.tags ?? {}),
    groups: [...groups].toSorted(),
  });
}

/** The tags with the changes laid over them; each one stands where the first of its name was. */
function mergeTags(tags: readonly Tag[], changes: NonNullable<ResolvedChange['tags']>): readonly Tag[] {
  const changed = new Map(Object.entries(changes));
  // It proves whose an account is, so it stays as it was made, whatever a document carries.
  changed.delete(operationTag);
  const left = new Map(changed);
  const merged = tags.flatMap(({ name, value: kept }) => {
    if (!changed.has(name)) return [{ name, value: kept }];
    const value = left.get(name) ?? null;
    left.delete(name);
    return tagsOf(name, value);
  });
  return [...merged, ...[...left].flatMap(([name, value]) => tagsOf(name, value))];
}

/** The tags of one name; none for null. */
export function tagsOf(name: string, value: TagValue | null): readonly Tag[] {
  if (value === null) return [];
  return (typeof value === 'string' ? [value] : value).map((one) => ({ name, value: one }));
}

/** The body that would leave the account as it is. */
export function currentBody(account: ServiceAccount): WriteBody {
  return merge(account, {});
}

/**
 * What differs, one sentence each, in the order name, description, tags, groups.
 * @param known groups whose names are known
 */
export function differences(from: WriteBody, to: WriteBody, known: readonly Group[] = []): string[] {
  return [
    ...textDifference('name', from.metadata.name, to.metadata.name),
    ...textDifference('description', from.metadata.description, to.metadata.description),
    ...tagDifferences(from, to),
    ...missing(to.spec.groupIDs, from.spec.groupIDs).map((id) => `it joins group ${groupText(id, known)}`),
    ...missing(from.spec.groupIDs, to.spec.groupIDs).map((id) => `it leaves group ${groupText(id, known)}`),
  ];
}

function textDifference(key: string, from: string | undefined, to: string | undefined): readonly string[] {
  if (from === to) return [];
  if (to === undefined) return [`its ${key} ${quoted(from ?? '')} is removed`];
  return from === undefined
    ? [`its ${key} becomes ${quoted(to)}`]
    : [`its ${key} changes from ${quoted(from)} to ${quoted(to)}`];
}

function tagDifferences(from: WriteBody, to: WriteBody): string[] {
  const before = valuesByName(from.metadata.tags);
  const after = valuesByName(to.metadata.tags);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) =>
    valueDifference(`tag ${safeText(name, 60)}`, before.get(name) ?? [], after.get(name) ?? []),
  );
}

/** The values of each tag, in one order. */
function valuesByName(tags: readonly Tag[] = []): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const { name, value } of tags) values.set(name, [...(values.get(name) ?? []), value].toSorted());
  return values;
}

function valueDifference(key: string, from: readonly string[], to: readonly string[]): readonly string[] {
  if (isDeepStrictEqual(from, to)) return [];
  const [was, becomes] = [from, to].map((values) => listOf(values.map((value) => quoted(value))));
  if (to.length === 0) return [`its ${key} ${was} is removed`];
  return [from.length === 0 ? `its ${key} becomes ${becomes}` : `its ${key} changes from ${was} to ${becomes}`];
}

/** The ids in `wanted` that `present` lacks. */
export function missing(wanted: readonly string[], present: readonly string[]): string[] {
  const there = new Set(present);
  return wanted.filter((id) => !there.has(id));
}

/** nscale's own request body (docs/contracts/nscale.md 2). */
const Body = z.strictObject({
  metadata: z.optional(
    z.strictObject({
      name: z.optional(z.string()),
      description: z.optional(z.string()),
      tags: z.optional(z.array(z.strictObject({ name: z.string(), value: z.string() }))),
    }),
  ),
  spec: z.optional(z.strictObject({ groupIDs: z.optional(z.array(z.string())) })),
});

const metadataOfAnswers = [
  'id',
  'organizationId',
  'creationTime',
  'createdBy',
  'modifiedTime',
  'modifiedBy',
  'deletionTime',
  'provisioningStatus',
  'provisioningStatusDetail',
  'healthStatus',
  'healthStatusDetail',
];

const form: DocumentForm<z.infer<typeof Body>> = {
  schema: Body,
  toChange,
  writable: ['metadata.name', 'metadata.description', 'metadata.tags', 'spec.groupIDs'],
  readOnly: [...metadataOfAnswers.map((key) => `metadata.${key}`), 'status'],
  id: 'metadata.id',
  current: ({ raw }) => raw,
  moving: [],
};

/** Reads `-f`/`--stdin` input in nscale's shape, recognised by its `metadata` or `spec`, or in our own. */
export function readDocument(document: unknown): DocumentReading {
  const isBody = typeof document === 'object' && document !== null && ('metadata' in document || 'spec' in document);
  return isBody ? readForm(document, form) : readOwnDocument(document);
}

function toChange({ metadata = {}, spec }: z.infer<typeof Body>): AccountChange {
  const { name, description, tags } = metadata;
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(spec?.groupIDs === undefined ? {} : { groups: spec.groupIDs }),
    ...(tags === undefined ? {} : { tags: Object.fromEntries(valuesByName(tags)) }),
  };
}

import * as z from 'zod/mini';

import { readForm, readOwnDocument, type DocumentForm } from '../document.ts';
import type { DocumentReading } from '../provider.ts';
import { idOf } from './schema.ts';

const Body = z.strictObject({ name: z.optional(z.string()), description: z.optional(z.nullable(z.string())) });

/** What is recorded of an account, as `serviceaccounts get --raw` prints it. */
const form: DocumentForm<z.infer<typeof Body>> = {
  schema: Body,
  toChange: ({ name, description }) => ({
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
  }),
  writable: Object.keys(Body.shape),
  readOnly: ['tenant', 'createdAt', 'updatedAt', 'tokens', 'deletedAt', 'source', 'complete'],
  // An account is named by its tenant and its name, and the name is what may be changed.
  id: null,
  current: ({ raw }) => raw,
  moving: [],
};

/** Reads `-f`/`--stdin` input as a record that was printed, recognised by what only one has, or in our own shape. */
export function readDocument(document: unknown): DocumentReading {
  const isRecord = typeof document === 'object' && document !== null && 'tenant' in document && 'source' in document;
  if (!isRecord) return readOwnDocument(document);
  const reading = readForm(document, form);
  const { asRead } = reading;
  return asRead === null ? reading : { ...reading, asRead: { ...asRead, reference: referenceIn(document) } };
}

/** The account's id, made of the tenant and the name that were read. */
function referenceIn(document: object): string | undefined {
  const { tenant, name } = Object.fromEntries(Object.entries(document));
  if (typeof tenant !== 'string' || typeof name !== 'string' || !URL.canParse(tenant)) return undefined;
  return idOf({ tenant, name });
}

import * as z from 'zod/mini';

import { readForm, readOwnDocument, type DocumentForm } from '../document.ts';
import type { DocumentReading } from '../provider.ts';

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
  return isRecord ? readForm(document, form) : readOwnDocument(document);
}

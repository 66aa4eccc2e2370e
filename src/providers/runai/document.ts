import * as z from 'zod/mini';

import { dropUndefined, readOwnDocument, readWith } from '../document.ts';
import type { DocumentReading } from '../provider.ts';

const readOnly = z.optional(z.unknown());

/** Run:ai's own bodies, `{"name"}` and `{"enabled"}`; what only a read answer has is accepted and left alone. */
const Body = z.strictObject({
  name: z.optional(z.string()),
  enabled: z.optional(z.boolean()),
  id: readOnly,
  clientId: readOnly,
  createdBy: readOnly,
  createdAt: readOnly,
  updatedAt: readOnly,
  lastLogin: readOnly,
  tenantId: readOnly,
});

/** Reads `-f`/`--stdin` input in Run:ai's shape, recognised by a key that only an answer has, or in our own. */
export function readDocument(document: unknown): DocumentReading {
  const isAnswer = typeof document === 'object' && document !== null && 'clientId' in document;
  return isAnswer
    ? readWith(document, Body, ({ name, enabled }) => dropUndefined({ name, enabled }))
    : readOwnDocument(document);
}

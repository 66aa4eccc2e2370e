import * as z from 'zod/mini';

import type { AccountChange } from '../../model/account.ts';
import { dropUndefined, readOwnDocument, readWith } from '../document.ts';
import type { DocumentReading } from '../provider.ts';

const readOnly = z.optional(z.unknown());

/**
 * nscale's own request body (contracts/nscale.md 2). What only a read answer has is accepted and left alone, so that
 * what `get --raw` prints can be edited and sent back.
 */
const Body = z.strictObject({
  metadata: z.optional(
    z.strictObject({
      name: z.optional(z.string()),
      description: z.optional(z.string()),
      tags: z.optional(z.array(z.strictObject({ name: z.string(), value: z.string() }))),
      id: readOnly,
      organizationId: readOnly,
      creationTime: readOnly,
      createdBy: readOnly,
      modifiedTime: readOnly,
      modifiedBy: readOnly,
      deletionTime: readOnly,
      provisioningStatus: readOnly,
      provisioningStatusDetail: readOnly,
      healthStatus: readOnly,
      healthStatusDetail: readOnly,
    }),
  ),
  spec: z.optional(z.strictObject({ groupIDs: z.optional(z.array(z.string())) })),
  status: readOnly,
});

/** Reads `-f`/`--stdin` input in nscale's shape, recognised by its `metadata` or `spec`, or in our own. */
export function readDocument(document: unknown): DocumentReading {
  const isBody = typeof document === 'object' && document !== null && ('metadata' in document || 'spec' in document);
  return isBody ? readWith(document, Body, toChange) : readOwnDocument(document);
}

function toChange({ metadata, spec }: z.infer<typeof Body>): AccountChange {
  const tags = metadata?.tags;
  return dropUndefined({
    name: metadata?.name,
    description: metadata?.description,
    groups: spec?.groupIDs,
    tags: tags && Object.fromEntries(tags.map((tag) => [tag.name, tag.value])),
  });
}

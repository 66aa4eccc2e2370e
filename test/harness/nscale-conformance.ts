import { readDocument } from './api-document.ts';
import { conformance } from './conformance.ts';

/** What docs/contracts/nscale.md says of nscale's API. */
export const nscaleDocuments = conformance({ contract: readDocument('nscale/contract.json', 'v1.19') });

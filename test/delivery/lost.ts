import type { Evidence } from '../../src/providers/issuance.ts';
import { account } from './answers.ts';
import type { Left } from './faulty-journal.ts';
import { entryId } from './issuance.ts';

/** What readings show. */
export const unchanged: Evidence = { kind: 'unchanged' };
export const changed: Evidence = { kind: 'changed', account };
export const unclear: Evidence = { kind: 'unclear', candidates: [] };

/** What the user is told meanwhile. */
export const looking = 'the answer was lost; looking for what became of the request';
export const issuing = 'issuing another credential for ci (a1)';

/** What is left of an issue whose outcome nobody knows. */
export function unknownEntry(message: string, keeps: string | null = null): Left {
  const state = keeps === null ? 'asked' : 'kept';
  return { id: entryId, state, keeps, delivered: [], outcome: `unknown: ${message}` };
}

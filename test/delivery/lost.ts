import type { Evidence } from '../../src/providers/issuance.ts';
import { account } from './answers.ts';
import type { Left } from './faulty-journal.ts';
import { entryId } from './issuance.ts';

/** What readings show. */
export const unchanged: Evidence = { kind: 'unchanged' };
export const changed: Evidence = { kind: 'changed', account };
export const unclear: Evidence = { kind: 'unclear', candidates: [] };

/** What the user is told meanwhile. */
export const looking = 'the answer was lost; looking for its outcome, for up to 30 s';
export const issuing = 'issuing another credential for ci (a1)';

/** What is left of an issue whose outcome nobody knows. */
export function unknownEntry(message: string, keeps: string | null = null): Left {
  const state = keeps === null ? 'asked' : 'kept';
  return { id: entryId, state, keeps, delivered: [], outcome: `unknown: ${message}` };
}

/** The steps of so many further readings. */
export function waits(count: number): readonly string[] {
  return Array.from({ length: count }, () => ['wait 2500', 'look']).flat();
}

/** The steps of readings through the settle window. */
export const throughWindow: readonly string[] = ['look', ...waits(12)];

/** The steps where readings prove nothing. */
export const blind: readonly string[] = ['wait 30000', 'look'];

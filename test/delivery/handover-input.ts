import { TargetError } from '../../src/delivery/targets/target.ts';
import type { Verification } from '../../src/providers/provider.ts';
import { answerOf, secret, who } from './answers.ts';
import { entryId, issuance, type Ended } from './issuance.ts';
import type { FakeTarget, Script } from './script.ts';

export const recover = `sactl recover deliver --id ${entryId}`;
/** The hint where every target refused it for good. */
export const mending = `fix what it reports, then: ${recover}; or add --to <target> for another place`;
export const another = 'issue another: sactl serviceaccounts rotate --id a1';
export const the = `the new credential of ${who}`;

const readOnly = new TargetError('it is read-only', { isRetryable: false });
export const a: FakeTarget = { name: 'file:a' };
export const b: FakeTarget = { name: 'file:b' };
export const noA: FakeTarget = { ...a, failures: [readOnly] };
export const noB: FakeTarget = { ...b, failures: [readOnly] };

export const refused: Verification = { works: false, why: 'nscale answered 401' };
export const unclear: Verification = { works: null, why: 'nscale answered 503' };
export const unverified = 'the credential could not be verified: nscale answered 503';

/** The trials of a credential that is refused to the end. */
export const sixTrials = ['try', ...[1, 2, 4, 8, 15].flatMap((s) => [`wait ${s * 1000}`, 'try'])];
/** What is told before the first of them that is noticeable. */
export const goesOn = 'the new credential is still refused; trying for another 23 seconds';

/** What is printed of a credential: its value, whether it works, where it is, and where it is kept. */
const output = { query: ['[.credential.value, .verified, .deliveredTo, .recoverId]'] };

export function handOver(script: Script): Promise<Ended> {
  return issuance({ output, ...script });
}

export function printed(
  value: string | null,
  verified: boolean | null,
  { deliveredTo = [], recoverId = null }: { deliveredTo?: unknown[]; recoverId?: string | null } = {},
): string {
  return `${JSON.stringify([value, verified, deliveredTo, recoverId])}\n`;
}

export function at(target: string, error: string | null = null): object {
  return { target, ok: error === null, error };
}

export function undelivered(message: string, hint: string): object {
  return { code: 'undelivered', exit: 8, message, hint };
}

export function nobodyHasIt(message: string): object {
  return { code: 'unknown_outcome', exit: 7, message, hint: `${another}; then: sactl recover discard --id ${entryId}` };
}

/** What a later process finds of a credential that did not get where it should. */
export function entry(message: string, given: { keeps?: string | null; delivered?: string[] } = {}): object {
  const { keeps = `rotate a1: ${answerOf(secret)}`, delivered = [] } = given;
  const state = keeps === null ? 'asked' : 'kept';
  return { id: entryId, state, keeps, delivered, outcome: `undelivered: ${message}` };
}

export const notKept: Script = { journalFaults: ['keep'] };
export const dead = `try it again later: ${recover}; or ${another}`;

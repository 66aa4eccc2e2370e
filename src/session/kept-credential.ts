import { refusalOf, type StoredDelivery } from '../delivery/deliver-entry.ts';
import { readEntry, recoverCommand } from '../delivery/recover.ts';
import type { IssuedResult } from '../delivery/result.ts';
import { CliError, UndeliveredError } from '../errors.ts';
import { wholeSeconds, type Account } from '../model/account.ts';
import type { ReadableEntry } from '../state/stored-entry.ts';
import { prepareDelivery, requestsAt, type StoredHost } from './stored-delivery.ts';

/**
 * What became of a credential that an earlier run kept for an account. `deliverable`: it works, and its targets are there.
 * `dead`: nobody can use it any more. `sealed`: somebody else can deliver it. `stuck`: it cannot be delivered now. `left`: it is
 * not a rotation's to deliver.
 */
export type Kept =
  | { readonly kind: 'deliverable'; readonly delivery: StoredDelivery; readonly effect: string }
  | { readonly kind: 'dead' }
  | { readonly kind: 'sealed'; readonly error: CliError }
  | { readonly kind: 'stuck' | 'left'; readonly why: string };

interface KeptOptions {
  /** As the provider shows it. */
  readonly account: Pick<Account, 'enabled'>;
  /** Of the connection that the rotation uses. */
  readonly profile: string | null;
  /** Takes the result of its delivery. */
  readonly announce: (result: IssuedResult) => void;
}

/** Tries a kept credential and its targets, and changes nothing (docs/design.md 6). */
export async function lookAtKept(
  host: StoredHost,
  stored: ReadableEntry,
  { account, profile, announce }: KeptOptions,
): Promise<Kept> {
  const why = notOurs(stored, profile);
  if (why !== null) return { kind: 'left', why };
  // A refusal would say nothing of the credential.
  if (account.enabled === false) return { kind: 'stuck', why: 'the account is disabled' };
  try {
    const entry = await host.journal.unsealed(stored);
    // What is dead needs no targets.
    const issued = await readEntry(host.ctx, entry);
    const refusal = await refusalOf({ issued, ...(await requestsAt(host, entry, issued)) });
    if (refusal?.works === false) return { kind: 'dead' };
    if (refusal !== null) return { kind: 'stuck', why: `it ${refusal.trouble}` };
    return await prepared(host, entry, announce);
  } catch (error) {
    host.ctx.signal.throwIfAborted();
    if (!(error instanceof CliError)) throw error;
    return error instanceof UndeliveredError ? sealed(stored, error) : { kind: 'stuck', why: error.message };
  }
}

/** To rotate it would throw away what somebody can deliver, which only the user may want. */
function sealed(stored: ReadableEntry, { message, provider }: CliError): Kept {
  const deliver = recoverCommand('deliver', stored);
  const hint = ['who has an identity can deliver it: ', deliver, '; to issue another all the same: --supersede'];
  return { kind: 'sealed', error: new UndeliveredError(message, { provider, hint }) };
}

async function prepared(
  host: StoredHost,
  entry: ReadableEntry,
  announce: (result: IssuedResult) => void,
): Promise<Kept> {
  const { delivery, found, plannedTargets } = await prepareDelivery(host, entry, {
    announce: (result) => {
      announce(result);
      return Promise.resolve(null);
    },
  });
  if (found.problems.length > 0) return { kind: 'stuck', why: found.problems.join('; ') };
  for (const warning of found.warnings) await host.note(warning);
  // A person is asked about what could not be tried only by `recover deliver`.
  return { kind: 'deliverable', delivery: { ...delivery, insist: null }, effect: effectOf(entry, plannedTargets) };
}

/** Nobody asked a rotation to print it, or to use another profile's places. */
function notOurs({ isNewer, intent }: ReadableEntry, profile: string | null): string | null {
  if (isNewer) return 'a newer sactl wrote it';
  if (intent.targets.length === 0) return 'it was meant for stdout';
  if (intent.connection.profile === profile) return null;
  return intent.connection.profile === null
    ? 'it was issued without a profile'
    : `it was issued with profile ${intent.connection.profile}`;
}

/** e.g. `the credential kept since 2026-11-22T12:00:00Z is delivered to file:t` */
function effectOf({ intent }: ReadableEntry, targets: readonly { readonly target: string }[]): string {
  const since = wholeSeconds(intent.startedAt);
  const where = targets.map(({ target }) => target).join(', ');
  const what = `the credential kept since ${since}`;
  return where === '' ? `${what} is where it should be, and its entry is erased` : `${what} is delivered to ${where}`;
}

import { sactl } from '../model/hint.ts';
import { ConflictError, NotFoundError, UndeliveredError, type CliError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { compareText, quoted } from '../model/text.ts';
import type { AccountFacts, FactsOf } from './facts.ts';
import type { Listed } from './member.ts';
import type { Selectors } from './selectors.ts';
import { naming } from '../delivery/failures.ts';
import { accountIdOf, readEntry, recoverCommand } from '../delivery/recover.ts';
import { isOpen, type ReadableEntry } from '../state/stored-entry.ts';
import { failedItem, type FailedItem } from './items.ts';
import { accountKeyOf } from '../state/rotations.ts';
import type { Context } from '../context.ts';
import type { Journal } from '../state/journal.ts';

/** An account that is to be rotated, by way of one connection. */
export interface Candidate {
  readonly account: Account;
  readonly listed: Listed;
}

/** An account that was meant and is left as it is. */
export interface Skipped extends Reason {
  readonly account: Account;
}

export interface Choice {
  readonly candidates: readonly Candidate[];
  readonly skipped: readonly Skipped[];
  readonly kept: readonly Kept[];
  /** What the references name that is not there, or not clear. */
  readonly problems: readonly CliError[];
}

export interface ChoiceOptions {
  /** Null: all accounts. */
  readonly references: readonly string[] | null;
  readonly selectors: Selectors;
  readonly factsOf: FactsOf;
  readonly unfinishedOf: UnfinishedOf;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Which accounts are to be rotated and why the others are not. One that two connections show is taken once, by way of the
 * first.
 */
export function choose(lists: readonly Listed[], options: ChoiceOptions): Choice {
  const { references, selectors } = options;
  const all = withoutDoubles(lists.flatMap(candidatesOf));
  const named = references === null ? { value: all, problems: [] } : resolve(references, grouped(lists, all));
  const matching = named.value.filter(({ account }) => selectors.matches(account.name));
  const candidates: Candidate[] = [];
  const skipped = references === null ? [] : excluded(named.value, matching);
  const kept: Kept[] = [];
  for (const candidate of matching.toSorted(inOrder)) {
    const { account } = candidate;
    const unfinished = options.unfinishedOf(candidate);
    const isLost = unfinished?.isKept === false;
    const reason = whyNot(account, { ...options, facts: options.factsOf(account), isLost });
    if (reason === null) candidates.push(candidate);
    else if (reason.reason === 'not due' && unfinished !== null) {
      kept.push({ ...candidate, entry: unfinished.entry });
    } else skipped.push({ ...reason, account });
  }
  return { candidates, skipped, kept, problems: named.problems };
}

/** Who names an account, and a pattern that it does not fit, is told of that. */
function excluded(named: readonly Candidate[], matching: readonly Candidate[]): Skipped[] {
  const meant = new Set(matching);
  return named
    .filter((candidate) => !meant.has(candidate))
    .map(({ account }) => ({
      account,
      reason: 'not meant',
      detail: 'its name does not fit --match',
    }));
}

function candidatesOf(listed: Listed): readonly Candidate[] {
  return listed.accounts.map((account) => ({ account, listed }));
}

function withoutDoubles(candidates: readonly Candidate[]): readonly Candidate[] {
  const seen = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const { account, listed } = candidate;
    const { endpoint } = listed.connected.connection;
    const key = JSON.stringify([account.provider, endpoint, account.id]);
    if (!seen.has(key)) seen.set(key, candidate);
  }
  return [...seen.values()];
}

function inOrder({ account: a }: Candidate, { account: b }: Candidate): number {
  return compareText(a.name, b.name) || compareText(a.id, b.id);
}

/** The candidates of one connection. */
interface Group {
  readonly listed: Listed;
  readonly own: readonly Candidate[];
}

function grouped(lists: readonly Listed[], all: readonly Candidate[]): readonly Group[] {
  return lists.map((listed) => ({
    listed,
    own: all.filter((candidate) => candidate.listed === listed),
  }));
}

function resolve(
  references: readonly string[],
  groups: readonly Group[],
): { readonly value: readonly Candidate[]; readonly problems: readonly CliError[] } {
  const chosen = new Set<Candidate>();
  const problems: CliError[] = [];
  for (const reference of references) {
    const named = groups.flatMap((group) => namedBy(reference, group));
    const [only, ...others] = named;
    if (only !== undefined && others.length === 0) chosen.add(only);
    else problems.push(only === undefined ? missing(reference) : ambiguous(reference, named));
  }
  return { value: [...chosen], problems };
}

/** Every provider says for itself what a reference may be. */
function namedBy(reference: string, { listed, own }: Group): readonly Candidate[] {
  const accounts = own.map(({ account }) => account);
  const named = new Set(listed.connected.definition.accountsNamed(accounts, reference));
  return own.filter(({ account }) => named.has(account));
}

function missing(reference: string): CliError {
  return new NotFoundError(`no service account ${quoted(reference)}`, {
    hint: sactl`serviceaccounts list`,
  });
}

function ambiguous(reference: string, named: readonly Candidate[]): CliError {
  const ids = named.map(({ account }) => `${account.id} (${account.provider})`).join(', ');
  return new ConflictError('ambiguous', `several accounts go by ${quoted(reference)}: ${ids}`, {
    hint: 'name one of them by its id: --id <id>',
  });
}

/** Why an account is left as it is; `detail` says more, e.g. `it expires 2027-01-20T08:00:00Z`. */
export interface Reason {
  readonly reason:
    | 'not due'
    | 'age unknown'
    | 'expired'
    | 'disabled'
    | 'deleting'
    | 'own account'
    | 'not meant'
    | 'stopped'
    | 'interrupted';
  readonly detail: string | null;
}

export interface DueOptions {
  readonly selectors: Selectors;
  readonly facts: AccountFacts;
  /** Whether it may have been rotated, and nobody has the credential; then it is due, however fresh it looks. */
  readonly isLost: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Why an account is not to be rotated now; null when it is. */
export function whyNot(account: Account, options: DueOptions): Reason | null {
  const reason = statusReason(account, options);
  if (reason !== null || options.isLost) return reason;
  return expiryReason(account, options) ?? ageReason(account, options);
}

function statusReason({ status, enabled }: Account, { selectors }: DueOptions): Reason | null {
  if (status === 'deleting') return { reason: 'deleting', detail: null };
  if (status === 'expired' && !selectors.includesExpired) {
    return { reason: 'expired', detail: '--include-expired revives it' };
  }
  if ((status === 'disabled' || enabled === false) && !selectors.includesDisabled) {
    return { reason: 'disabled', detail: '--include-disabled rotates it all the same' };
  }
  return null;
}

function expiryReason({ expiresAt }: Account, { selectors: { expiringWithinMs }, now }: DueOptions): Reason | null {
  if (expiringWithinMs === null) return null;
  if (expiresAt === null) return { reason: 'not due', detail: 'nothing says that it expires' };
  const isDue = Date.parse(expiresAt) - now <= expiringWithinMs;
  return isDue ? null : { reason: 'not due', detail: `it expires ${expiresAt}` };
}

function ageReason(
  { createdAt }: Account,
  { selectors: { olderThanMs, agesFromCreation }, facts, now }: DueOptions,
): Reason | null {
  if (olderThanMs === null) return null;
  const created = Date.parse(createdAt ?? '');
  const byCreation = agesFromCreation && !Number.isNaN(created) ? created : null;
  const issuedAt = facts.issuedAt ?? byCreation;
  if (issuedAt === null) {
    const remedy = agesFromCreation ? '' : '; keep the state between runs, or use --age-from createdAt';
    return { reason: 'age unknown', detail: `never rotated from here${remedy}` };
  }
  if (now - issuedAt >= olderThanMs) return null;
  const what = facts.issuedAt === null ? 'it was created' : 'its credential was issued';
  return { reason: 'not due', detail: `${what} ${new Date(issuedAt).toISOString()}` };
}

/** An account that is not due, and whose last credential is in the journal instead of where it was wanted. */
export interface Kept extends Candidate {
  readonly entry: ReadableEntry;
}

/** What such an account comes to: rotating it once more would throw away a credential that is there. */
export function keptItem({ account, listed, entry }: Kept): FailedItem {
  const error = new UndeliveredError(
    `${naming(account)} is not due, but the credential that an earlier run issued is in the journal still`,
    { provider: account.provider, hint: recoverCommand('deliver', entry) },
  );
  return { ...failedItem(account, { error, flags: listed.connected.commandFlags }), recoverId: entry.id };
}

/** What an earlier run left open of an account. */
export interface Unfinished {
  readonly entry: ReadableEntry;
  /** Whether the entry keeps the credential; else nobody has it. */
  readonly isKept: boolean;
}

/** Null where nothing is open. */
export type UnfinishedOf = (candidate: Candidate) => Unfinished | null;

/**
 * Looks up what rotations left in the journal: an account whose new credential never got anywhere is not done, however
 * fresh it looks. What is wrong with the journal itself is for its preflight to say.
 */
export async function findUnfinished(ctx: Pick<Context, 'now'>, journal: Pick<Journal, 'list'>): Promise<UnfinishedOf> {
  const entries = await journal.list().catch(() => []);
  // The oldest come first, so that the last word is the latest one.
  const latest = new Map<string, Unfinished>();
  for (const entry of entries) {
    const id = entry.intent === null ? null : accountIdOf(entry);
    if (entry.intent === null || id === null || !isOpen(entry)) continue;
    // An answer may be kept in which there is no credential.
    const isKept = await readEntry(ctx, entry).then(
      () => true,
      () => false,
    );
    latest.set(accountKeyOf({ ...entry.intent.connection, id }), { entry, isKept });
  }
  return ({ account, listed }) => {
    const { endpoint } = listed.connected.connection;
    return latest.get(accountKeyOf({ ...account, endpoint })) ?? null;
  };
}

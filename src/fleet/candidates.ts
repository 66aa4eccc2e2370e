import { ConflictError, NotFoundError, type CliError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { compareText } from '../model/order.ts';
import { quoted } from '../model/text.ts';
import type { FactsOf } from './facts.ts';
import { whyNot, type Reason } from './due.ts';
import type { Kept } from './kept.ts';
import type { Listed } from './member.ts';
import type { Selectors } from './selectors.ts';
import type { UnfinishedOf } from './unfinished.ts';

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
    hint: 'sactl serviceaccounts list',
  });
}

function ambiguous(reference: string, named: readonly Candidate[]): CliError {
  const ids = named.map(({ account }) => `${account.id} (${account.provider})`).join(', ');
  return new ConflictError('ambiguous', `several accounts go by ${quoted(reference)}: ${ids}`, {
    hint: 'name one of them by its id: --id <id>',
  });
}

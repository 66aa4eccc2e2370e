import { CliError, ConflictError, NotFoundError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { sactl } from '../model/hint.ts';
import { compareText, quoted } from '../model/text.ts';
import type { ReadableEntry } from '../state/stored-entry.ts';
import { unansweredText, type Listed, type Unanswered } from './connections.ts';
import { findUnfinished, whyNot, type Skipped, type UnfinishedOf } from './due.ts';
import { gatherFacts, type FactsOf } from './facts.ts';
import type { BulkInput } from './input.ts';
import type { BulkRun } from './run.ts';
import type { Selectors } from './selectors.ts';

/** An account that is to be rotated, by way of one connection. */
export interface Candidate {
  readonly account: Account;
  readonly listed: Listed;
}

/** An account that is not due, and whose last credential is kept in the journal. */
export interface Pending extends Candidate {
  readonly entry: ReadableEntry;
}

/** Which accounts are to be rotated, and why the others are not. */
export interface Choice {
  readonly candidates: readonly Candidate[];
  readonly skipped: readonly Skipped[];
  readonly pending: readonly Pending[];
}

/**
 * Chooses from the accounts that the connections listed.
 * @throws NotFoundError or ConflictError with all that is wrong with what `--id` names
 */
export async function chooseCandidates(
  run: BulkRun,
  { references, selectors }: BulkInput,
  { lists, unlisted }: { readonly lists: readonly Listed[]; readonly unlisted: readonly Unanswered[] },
): Promise<Choice> {
  const factsOf = await gatherFacts(run.ctx, selectors.olderThanMs === null ? [] : lists);
  const unfinishedOf = await findUnfinished(run.ctx, run.journal);
  const all = withoutDoubles(lists.flatMap(candidatesOf));
  const { value, problems } = references === null ? { value: all, problems: [] } : resolve(references, lists, all);
  const [first] = problems;
  if (first !== undefined) {
    // What is not there may belong to a connection that did not answer.
    const blind = first instanceof NotFoundError ? unlisted.map(unansweredText) : [];
    const message = [...problems.map((problem) => problem.message), ...blind].join('; ');
    throw new CliError(first.code, first.exitCode, message, first);
  }
  const fitting = value.filter(({ account }) => selectors.matches(account.name));
  const choice = splitByDue(fitting, { selectors, factsOf, unfinishedOf, now: run.ctx.now() });
  const skipped = [...(references === null ? [] : unfitting(value, fitting)), ...choice.skipped];
  if (choice.candidates.length + skipped.length + choice.pending.length === 0) {
    const total = lists.reduce((sum, { accounts }) => sum + accounts.length, 0);
    await run.note(total === 0 ? 'no service accounts' : `none of ${total} service accounts matches`);
  }
  return { ...choice, skipped };
}

function splitByDue(
  candidates: readonly Candidate[],
  {
    selectors,
    factsOf,
    unfinishedOf,
    now,
  }: {
    readonly selectors: Selectors;
    readonly factsOf: FactsOf;
    readonly unfinishedOf: UnfinishedOf;
    readonly now: number;
  },
): Choice {
  const due: Candidate[] = [];
  const skipped: Skipped[] = [];
  const pending: Pending[] = [];
  for (const candidate of candidates.toSorted(byName)) {
    const { account, listed } = candidate;
    const unfinished = unfinishedOf(account, listed.connected.connection.endpoint);
    const isLost = unfinished?.isKept === false;
    const reason = whyNot(account, { selectors, facts: factsOf(account), isLost, now });
    if (reason === null) due.push(candidate);
    else if (reason.reason === 'not due' && unfinished !== null) {
      pending.push({ ...candidate, entry: unfinished.entry });
    } else skipped.push({ ...reason, account });
  }
  return { candidates: due, skipped, pending };
}

/** Accounts that `--id` names and `--match` leaves out. */
function unfitting(named: readonly Candidate[], fitting: readonly Candidate[]): readonly Skipped[] {
  const meant = new Set(fitting);
  return named
    .filter((candidate) => !meant.has(candidate))
    .map(({ account }) => ({ account, reason: 'not meant', detail: 'its name does not fit --match' }));
}

function candidatesOf(listed: Listed): readonly Candidate[] {
  return listed.accounts.map((account) => ({ account, listed }));
}

/** An account that two connections list is taken once, by way of the first. */
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

function byName({ account: a }: Candidate, { account: b }: Candidate): number {
  return compareText(a.name, b.name) || compareText(a.id, b.id);
}

/** The accounts that the references name, each once, and what is wrong with the references. */
function resolve(
  references: readonly string[],
  lists: readonly Listed[],
  all: readonly Candidate[],
): { readonly value: readonly Candidate[]; readonly problems: readonly CliError[] } {
  const groups = lists.map((listed) => ({ listed, own: all.filter((candidate) => candidate.listed === listed) }));
  const chosen = new Set<Candidate>();
  const problems: CliError[] = [];
  for (const reference of references) {
    const named = groups.flatMap(({ listed, own }) => namedBy(reference, listed, own));
    const [only, ...others] = named;
    if (only !== undefined && others.length === 0) chosen.add(only);
    else problems.push(only === undefined ? missing(reference) : ambiguous(reference, named));
  }
  return { value: [...chosen], problems };
}

/** Each provider decides what a reference may be. */
function namedBy(reference: string, { connected }: Listed, own: readonly Candidate[]): readonly Candidate[] {
  const accounts = own.map(({ account }) => account);
  const named = new Set(connected.definition.accountsNamed(accounts, reference));
  return own.filter(({ account }) => named.has(account));
}

function missing(reference: string): CliError {
  return new NotFoundError(`no service account ${quoted(reference)}`, { hint: sactl`serviceaccounts list` });
}

function ambiguous(reference: string, named: readonly Candidate[]): CliError {
  const ids = named.map(({ account }) => `${account.id} (${account.provider})`).join(', ');
  return new ConflictError('ambiguous', `several accounts go by ${quoted(reference)}: ${ids}`, {
    hint: 'name one of them by its id: --id <id>',
  });
}

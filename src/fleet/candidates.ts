import { CliError, ConflictError, FailedError, NotFoundError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { sactl } from '../model/hint.ts';
import { quoted } from '../model/text.ts';
import { byName } from '../session/list.ts';
import { findUnfinished, lostIn, type Unfinished } from '../session/unfinished.ts';
import { unansweredText, type Listed, type Listing, type Unanswered } from './connections.ts';
import { whyNot, type Reason, type Skipped } from './due.ts';
import { gatherFacts, noFacts, type AccountFacts, type FactsOf } from './facts.ts';
import { recently } from './go-on.ts';
import { isDoubtful, isJudged, isNamed } from './misread.ts';
import { mayBe, missingFrom } from '../providers/lookup.ts';
import type { ReadableEntry } from '../state/stored-entry.ts';
import type { BulkInput } from './input.ts';
import type { BulkRun } from './run.ts';
import { nothingSelected } from './selection.ts';

/** An account that is to be rotated, by way of one connection. */
export interface Candidate {
  readonly account: Account;
  readonly listed: Listed;
  /** What an earlier run left of it in the journal. */
  readonly unfinished?: Unfinished | null;
  /** When its credential was issued, by the records, in milliseconds since the epoch; only where its age made it due. */
  readonly issuedAt?: number | null;
}

/** An account that is left as it is, because its last credential is kept in the journal. */
export interface Pending extends Candidate {
  readonly unfinished: Unfinished;
  /** Why it cannot be delivered. */
  readonly why?: string;
  /** Where somebody else can deliver it; then it is not rotated although it is due. */
  readonly sealed?: CliError;
}

/** Which accounts are to be rotated, and why the others are not. */
export interface Choice {
  readonly candidates: readonly Candidate[];
  readonly skipped: readonly Skipped[];
  readonly pending: readonly Pending[];
  /** What the user must know of it, one sentence each. */
  readonly notes: readonly string[];
}

/** Why an account is not one of those that the flags mean; null when it is. */
function whyNotMeant(account: Account, { matches, whyOther }: BulkInput['selectors']): Reason | null {
  const detail = matches(account.name) ? whyOther(account) : 'its name does not fit --match';
  return detail === null ? null : { reason: 'not meant', detail };
}

/**
 * Chooses from the accounts that the connections listed.
 * @throws NotFoundError or ConflictError with all that is wrong with what `--id` names
 */
export async function chooseCandidates(
  run: BulkRun,
  { references, selectors }: BulkInput,
  { listings, unlisted }: { readonly listings: readonly Listing[]; readonly unlisted: readonly Unanswered[] },
): Promise<Choice> {
  const [factsOf, unfinishedOf] = await Promise.all([
    factsFor({ references, selectors }, listings),
    findUnfinished(run.ctx, run.journal),
  ]);
  const now = run.ctx.now();
  const lists = listings.map(({ listed }) => listed);
  const all = withoutDoubles(
    listings.flatMap(({ listed, accounts }) => accounts.map((account) => ({ account, listed }))),
  );
  const named = references === null ? all : resolve(references, all, { lists, unlisted });
  const candidates: Candidate[] = [];
  const skipped: Skipped[] = [];
  const pending: Pending[] = [];
  for (const candidate of named.toSorted((a, b) => byName(a.account, b.account))) {
    const { account, listed } = candidate;
    const unfinished = unfinishedOf(account, listed.connected.connection.endpoint);
    const options = { selectors, facts: factsOf(account), isLost: lostIn(unfinished) !== null, now };
    const other = whyNotMeant(account, selectors);
    const reason = other ?? whyNot(account, options);
    if (reason === null) candidates.push({ account, listed, unfinished, ...agedBy(selectors, options.facts) });
    else if (isJudged(reason) && unfinished !== null) {
      pending.push({ ...candidate, unfinished });
      // What nobody named is not worth a line.
    } else if (other === null || references !== null || isDoubtful(account, selectors, listed)) {
      skipped.push({ ...reason, account });
    }
  }
  const total = listings.reduce((sum, { accounts }) => sum + accounts.length, 0);
  const isNone = candidates.length + skipped.length + pending.length === 0;
  const guessed = selectors.agesFromCreation
    ? candidates.filter(({ account }) => factsOf(account).issuedAt === null)
    : [];
  const notes = [
    ...(isNone ? [nothingSelected(total)] : []),
    ...(guessed.length > 0 ? [fromCreation(guessed.length)] : []),
    ...again(candidates.filter(({ account }) => isRecent(factsOf(account), now)).length, { references, selectors }),
  ];
  return { candidates, skipped, pending, notes };
}

function agedBy({ olderThanMs }: BulkInput['selectors'], { issuedAt }: AccountFacts): Pick<Candidate, 'issuedAt'> {
  return olderThanMs === null ? {} : { issuedAt };
}

type Choosing = Pick<BulkInput, 'references' | 'selectors'>;

/** Whether nothing says which accounts are due, so that those are taken that another run has just rotated. */
function isUntimed({ references, selectors }: Choosing): boolean {
  return references === null && selectors.olderThanMs === null && selectors.expiringWithinMs === null;
}

/** Ages decide with `--older-than` alone; where records only serve a note, they may be missing. */
async function factsFor(choosing: Choosing, listings: readonly Listing[]): Promise<FactsOf> {
  const lists = listings.map(({ listed: { connected }, accounts }) => ({ connected, accounts }));
  if (isUntimed(choosing)) return gatherFacts(lists).catch(() => () => noFacts);
  return gatherFacts(choosing.selectors.olderThanMs === null ? [] : lists);
}

function isRecent({ issuedAt }: AccountFacts, now: number): boolean {
  return issuedAt !== null && now - issuedAt < recently.milliseconds;
}

/** Said where a run would rotate again what an earlier one, which may have been interrupted, has rotated. */
function again(count: number, choosing: Choosing): readonly string[] {
  if (count === 0 || !isUntimed(choosing)) return [];
  const whose = count === 1 ? '1 account was' : `${count} accounts were`;
  const flags = `--older-than ${recently.text} --age-from createdAt`;
  return [
    `${whose} rotated less than ${recently.text} ago, and would be rotated again; ${flags} leaves such accounts out`,
  ];
}

/** The last requests about these accounts whose answers are lost. */
export function lostAmong({ candidates }: Choice): readonly ReadableEntry[] {
  return candidates.flatMap(({ unfinished = null }) => lostIn(unfinished) ?? []);
}

/** Without records a credential of an old account is due at every run, however fresh it is. */
function fromCreation(count: number): string {
  const whose = count === 1 ? '1 account' : `${count} accounts`;
  return `no rotation of ${whose} is recorded, so ages count from createdAt; where the state does not last, every run rotates them again`;
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

/**
 * The accounts that the references name, each once.
 * @throws NotFoundError or ConflictError with all that is wrong with the references
 */
function resolve(
  references: readonly string[],
  all: readonly Candidate[],
  { lists, unlisted }: { readonly lists: readonly Listed[]; readonly unlisted: readonly Unanswered[] },
): readonly Candidate[] {
  const groups = lists.map((listed) => ({ listed, own: all.filter((candidate) => candidate.listed === listed) }));
  const chosen = new Set<Candidate>();
  const problems: CliError[] = [];
  for (const reference of references) {
    const named = groups.flatMap(({ listed, own }) => namedBy(reference, listed, own));
    const [only, ...others] = named;
    const misread = lists.flatMap((list) => list.misread ?? []).find((one) => isNamed(one, reference));
    if (misread !== undefined) problems.push(new FailedError('bad_answer', misread.what));
    else if (only === undefined) {
      const hint = sactl`serviceaccounts list`;
      const unsure = lists.flatMap((listed) => listed.unsure ?? []).find((one) => one.reference === reference);
      const doubtful = lists.flatMap((list) => list.misread ?? []).filter((one) => mayBe(one, reference));
      const message = `no service account ${quoted(reference)}`;
      problems.push(unsure?.error ?? missingFrom(doubtful, reference, { message, hint }));
    } else if (others.length === 0) chosen.add(only);
    else problems.push(ambiguous(reference, named));
  }
  const [first] = problems;
  if (first === undefined) return [...chosen];
  // What is not there may belong to a connection that did not answer.
  const blind = first instanceof NotFoundError ? unlisted.map(unansweredText) : [];
  const message = [...problems.map((problem) => problem.message), ...blind].join('; ');
  throw new CliError(first.code, first.exitCode, message, first);
}

/** Each provider decides what a reference may be. */
function namedBy(reference: string, { connected }: Listed, own: readonly Candidate[]): readonly Candidate[] {
  const accounts = own.map(({ account }) => account);
  const named = new Set(connected.definition.accountsNamed(accounts, reference));
  return own.filter(({ account }) => named.has(account));
}

function ambiguous(reference: string, named: readonly Candidate[]): CliError {
  const ids = named.map(({ account }) => `${account.id} (${account.provider})`).join(', ');
  return new ConflictError('ambiguous', `several accounts go by ${quoted(reference)}: ${ids}`, {
    hint: 'name one of them by its id: --id <id>',
  });
}

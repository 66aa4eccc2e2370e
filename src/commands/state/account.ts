import { wholeSeconds } from '../../model/account.ts';
import { lifeOf } from '../../delivery/life.ts';
import { ConflictError, NotFoundError } from '../../errors.ts';
import { sactl } from '../../model/hint.ts';
import { quoted, safeText } from '../../model/text.ts';
import { accountKeyOf, type AccountPlace } from '../../state/audit-read.ts';
import { accountOf, partsOf, type Holding } from '../../state/holdings.ts';
import type { State } from '../../state/state.ts';
import type { StoredEntry } from '../../state/stored-entry.ts';
import type { HoldWord } from './holds.ts';

/** An account of the state as it prints. Times are ISO 8601. */
export interface AccountDocument {
  /** Its digest. */
  readonly account: string;
  readonly name: string | null;
  readonly provider: string | null;
  readonly organization: string | null;
  readonly endpoint: string | null;
  /** Null where it is held by its name, as one that is being created. */
  readonly id: string | null;
  readonly hold: HoldWord;
  readonly heldBy: HeldBy | null;
  readonly generation: number | null;
  readonly entries: readonly EntrySummary[];
  /** When its credential was issued last, as far as the audit log knows. */
  readonly issuedAt: string | null;
}

interface HeldBy {
  readonly host: string;
  readonly process: number;
  /** The page of the CI run. */
  readonly run: string | null;
  readonly since: string | null;
  readonly leaseSeconds: number;
  /** Id of the entry that it works on. */
  readonly entry: string | null;
}

interface EntrySummary {
  readonly id: string;
  readonly operation: string;
  /** `held`, `asked` or `kept`, as `lifeOf` has it. */
  readonly state: string;
  readonly startedAt: string | null;
}

/** An account, and where it was seen. */
export interface KnownAccount {
  readonly holding: Holding;
  readonly document: AccountDocument;
}

/** Every account that is held, was held, or has an entry; those with something under way first, then by name. */
export async function readAccounts({ holdings, journal, history }: State): Promise<readonly KnownAccount[]> {
  const [held, entries] = await Promise.all([
    holdings().then(({ list }) => list()),
    journal({ keepsSecrets: true }).list(),
  ]);
  const byAccount = new Map<string, Readable[]>();
  for (const entry of entries.filter(isReadable)) {
    const account = accountOf(entry.intent);
    byAccount.set(account, [...(byAccount.get(account) ?? []), entry]);
  }
  const known = new Set(held.map(({ account }) => account));
  const others = [...byAccount].filter(([account]) => !known.has(account));
  const all = [...held, ...others.map(([account, [first]]) => holdingOf(account, first))];
  const places = all.map(placeOf).filter((place) => place !== null);
  const issued = places.length === 0 ? new Map<string, string>() : await history().rotations(places);
  return all
    .map((holding) => ({ holding, document: documentOf(holding, byAccount.get(holding.account) ?? [], issued) }))
    .toSorted(byNeed);
}

type Readable = Extract<StoredEntry, { readonly problem: null }>;

function isReadable(entry: StoredEntry): entry is Readable {
  return entry.intent !== null;
}

/** Of an account that only has an entry. */
function holdingOf(account: string, entry: Readable | undefined): Holding {
  const none = { account, key: null, name: null, generation: null, hold: null };
  if (entry === undefined) return none;
  const { provider, endpoint, organization } = entry.intent.connection;
  const { id, name } = entry.intent.account;
  return { ...none, key: [provider, endpoint, organization ?? '', id ?? `name:${name}`], name };
}

function placeOf(holding: Holding): AccountPlace | null {
  const { provider, endpoint, id } = partsOf(holding);
  return provider === null || endpoint === null || id === null ? null : { provider, endpoint, id };
}

function documentOf(
  holding: Holding,
  entries: readonly Readable[],
  issued: ReadonlyMap<string, string>,
): AccountDocument {
  const { account, generation, hold } = holding;
  const place = placeOf(holding);
  const { name, provider, organization, endpoint, id } = partsOf(holding);
  return {
    account,
    name: safe(name),
    provider: safe(provider),
    organization: safe(organization),
    endpoint: safe(endpoint),
    id: safe(id),
    hold: hold?.end ?? 'idle',
    heldBy: hold && {
      host: safeText(hold.holder.host),
      process: hold.holder.pid,
      run: safe(hold.run),
      since: wholeSeconds(hold.since),
      leaseSeconds: hold.leaseMs / 1000,
      entry: safe(hold.entry),
    },
    generation,
    entries: entries.map((entry) => ({
      id: entry.id,
      operation: entry.intent.operation,
      state: lifeOf(entry).at,
      startedAt: wholeSeconds(entry.intent.startedAt),
    })),
    issuedAt: place === null ? null : wholeSeconds(issued.get(accountKeyOf(place))),
  };
}

function safe(text: string | null): string | null {
  return text === null ? null : safeText(text);
}

function byNeed({ document: one }: KnownAccount, { document: other }: KnownAccount): number {
  const [first, second] = [one, other].map(
    (document) => `${isBusy(document) ? 0 : 1} ${document.name} ${document.account}`,
  );
  return (first ?? '') < (second ?? '') ? -1 : 1;
}

/** Whether a run holds it, or it has an entry. */
export function isBusy({ heldBy, entries }: AccountDocument): boolean {
  return heldBy !== null || entries.length > 0;
}

const shortestPrefix = 4;

/**
 * The account of an id, an exact name, or the first four or more characters of a digest, tried in that order. One that is held
 * by its name, while it was created, and by its id later on, is that of the id, unless only the other one is busy.
 * @throws NotFoundError; ConflictError (`ambiguous`) naming the candidates
 */
export function pickAccount(accounts: readonly KnownAccount[], reference: string): KnownAccount {
  const named = accounts.filter(({ document: { name } }) => name === reference);
  const busy = named.filter(({ document }) => isBusy(document));
  const withId = named.filter(({ document: { id } }) => id !== null);
  const isDigest = reference.length >= shortestPrefix;
  const found = [
    accounts.filter(({ document: { id } }) => id === reference),
    busy.length > 0 ? busy : withId.length > 0 ? withId : named,
    accounts.filter(({ document: { account } }) => isDigest && account.startsWith(reference)),
  ].find((some) => some.length > 0);
  const [account, ...more] = found ?? [];
  if (account === undefined) {
    throw new NotFoundError(`the state knows no account ${quoted(reference)}`, { hint: sactl`state show` });
  }
  if (more.length === 0) return account;
  const candidates = (found ?? []).map(({ document }) => describe(document)).join(', ');
  throw new ConflictError('ambiguous', `several accounts are ${quoted(reference)}: ${candidates}`, {
    hint: 'give the first characters of its digest',
  });
}

/** e.g. `4f1c09d2aa10 (nscale ci-deploy, 7c5b…)` */
function describe({ account, provider, name, id }: AccountDocument): string {
  return `${account.slice(0, 12)} (${[provider, name, id].filter((part) => part !== null).join(' ')})`;
}

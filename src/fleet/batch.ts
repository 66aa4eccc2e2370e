import { naming } from '../delivery/ending.ts';
import type { Issuance } from '../delivery/issuance.ts';
import { lockAccount } from '../delivery/recover.ts';
import { CliError, ExitCode, FailedError, NotFoundError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { issuanceOf, lockingOf, type IssuanceHost } from '../session/issuance.ts';
import { changedError, hasChanged, refuseChanged } from '../session/pick.ts';
import { lostIn, unfinishedIn, waitForLost, type UnfinishedOf } from '../session/unfinished.ts';
import type { AccountList } from '../providers/provider.ts';
import type { AccountLock } from '../state/account-lock.ts';
import type { ReadableEntry } from '../state/stored-entry.ts';
import { orMissing, type Listed } from './connections.ts';
import { gatherFacts } from './facts.ts';
import { inLanes } from './lanes.ts';
import { makeRoom } from './memory.ts';
import { plannedAgain, type Waiting } from './prepare.ts';
import type { BulkRun } from './run.ts';

/** An account that is locked and was read once more. */
export interface Ready {
  readonly one: Waiting;
  /** What rotates it, and releases its lock. @throws whatever keeps it from being planned or was wrong before; nothing was sent */
  readonly issuance: () => Promise<Issuance>;
  readonly release: () => Promise<void>;
}

/**
 * Hands out accounts one by one. Each is locked and then read again, so that what another run has just rotated is not
 * rotated again. They are read in batches, because a provider lists all accounts at the price of one.
 */
export interface Batches {
  /** The next account; null after the last one. */
  readonly next: () => Promise<Ready | null>;
  /** Releases what was not handed out, and returns it. */
  readonly end: () => Promise<readonly Waiting[]>;
}

/**
 * @param waiting it is emptied
 * @param first how many accounts are in the first batch, for which the lanes wait
 * @param size how many accounts are in each other batch
 * @param isRefused whether an account is not to be begun any more; then it is neither locked nor read
 */
export function openBatches(
  run: BulkRun,
  waiting: Waiting[],
  {
    first,
    size,
    isRefused,
  }: { readonly first: number; readonly size: number; readonly isRefused: (one: Waiting) => boolean },
): Batches {
  const batching = { run, hostOf: hostsOf(run) };
  const total = waiting.length;
  const refused: Waiting[] = [];
  const ready: Ready[] = [];
  const openings = new Set<Promise<void>>();
  let isLocking = false;
  /** How many are locked, or about to be, and not handed out. */
  let ahead = 0;

  async function open(batch: readonly Waiting[]): Promise<void> {
    // So many at once, since what is under way wants to go on meanwhile.
    const locked = await inLanes(batch, first, (one) => lock(batching, one));
    isLocking = false;
    // The next batch is locked while the provider is asked about this one.
    openMore();
    ready.push(...(await readAgain(batching, locked)));
  }

  /** Opens the next batch, so that it is ready when the accounts before it have been handed out. */
  function openMore(): void {
    if (isLocking || waiting.length === 0 || ahead > size / 2) return;
    const batch = waiting.splice(0, waiting.length === total ? first : size);
    const allowed = batch.filter((one) => !isRefused(one));
    refused.push(...batch.filter((one) => !allowed.includes(one)));
    ahead += allowed.length;
    isLocking = true;
    const opening = open(allowed).finally(() => openings.delete(opening));
    openings.add(opening);
  }

  return {
    next: async () => {
      makeRoom(total);
      openMore();
      while (ready.length === 0) {
        if (openings.size === 0) return null;
        await Promise.race(openings);
        openMore();
      }
      ahead -= 1;
      return ready.shift() ?? null;
    },
    end: async () => {
      const left = waiting.splice(0);
      await Promise.all(openings);
      const rest = ready.splice(0);
      await Promise.all(rest.map(({ release }) => release()));
      return [...refused, ...rest.map(({ one }) => one), ...left];
    },
  };
}

/** What the accounts of all batches share. */
interface Batching {
  readonly run: BulkRun;
  readonly hostOf: (listed: Listed) => IssuanceHost;
}

/** Each connection's part of an issuance, made once. */
function hostsOf(run: BulkRun): Batching['hostOf'] {
  const hosts = new Map<Listed, IssuanceHost>();
  return (listed) => {
    const host = hosts.get(listed) ?? { ...listed.connected, ...run };
    hosts.set(listed, host);
    return host;
  };
}

/** Reads accounts that are locked. Never rejects: a failure costs only the accounts that it is about. */
async function readAgain(batching: Batching, batch: readonly Locked[]): Promise<readonly Ready[]> {
  const lists = [...new Set(batch.map(({ one }) => one.listed))];
  const ids = new Set(batch.map(({ one }) => one.account.id));
  const [readings, recent, unfinishedOf] = await Promise.all([
    Promise.all(lists.map(async (listed) => [listed, await read(listed, ids)] as const)).then((all) => new Map(all)),
    rotatedSince(batch.map(({ one }) => one)),
    unfinishedSince(batching.run).catch(unsent),
  ]);
  return batch.map((locked) => {
    const { account, listed } = locked.one;
    const reading = recent.get(account.id) ?? readings.get(listed) ?? nothing;
    if (unfinishedOf instanceof CliError) return readyBy(batching, locked, unfinishedOf, null);
    return readyBy(batching, locked, reading, lostIn(unfinishedOf(account, listed.connected.connection.endpoint)));
  });
}

/** What other runs have left of accounts since the journal was read. */
async function unfinishedSince({ ctx, journal }: BulkRun): Promise<UnfinishedOf> {
  return unfinishedIn(ctx, await journal.listSince(await journal.list()));
}

/**
 * What another run has rotated since the plan was made, as the records of both have it: where the age of a credential made
 * it due, the provider's own answer may look the same afterwards.
 */
async function rotatedSince(batch: readonly Waiting[]): Promise<ReadonlyMap<string, CliError>> {
  const aged = batch.filter(({ issuedAt }) => issuedAt !== undefined);
  if (aged.length === 0) return new Map();
  try {
    const factsOf = await gatherFacts(aged.map(({ account, listed }) => ({ ...listed, accounts: [account] })));
    const changed = aged.filter(({ account, issuedAt }) => factsOf(account).issuedAt !== issuedAt);
    return new Map(changed.map(({ account }) => [account.id, changedError(account, naming(account))]));
  } catch (error) {
    return new Map(aged.map(({ account }) => [account.id, unsent(error)]));
  }
}

/** The account with a last check, by this reading of its connection. */
function readyBy(batching: Batching, locked: Locked, reading: Reading, lost: ReadableEntry | null): Ready {
  const { one, held } = locked;
  if (held === null) return { one, issuance: () => Promise.reject(locked.error), release: () => Promise.resolve() };
  // What was read is compared at once, and not kept until the account's turn.
  const check = checkBy(one, reading);
  async function checkUnchanged(): Promise<void> {
    await check();
    if (lost !== null) await checkAfterLost(batching.run, one, lost);
  }
  return { one, issuance: () => issuanceFor(batching, locked, { checkUnchanged, lost }), release: held.release };
}

/** Throws, once it is called, where the account is not as it was planned with, or nobody knows. */
function checkBy({ account, listed }: Waiting, reading: Reading): Issuance['checkUnchanged'] {
  if (reading instanceof CliError) return () => Promise.reject(reading);
  const seen = reading.accounts.get(account.id);
  if (seen !== undefined) {
    const change = hasChanged(account, seen) ? changedError(account, naming(account)) : null;
    return () => (change === null ? Promise.resolve() : Promise.reject(change));
  }
  return async () => {
    // The list may have no room for it.
    const now = reading.isCut ? await orMissing(listed.connected.provider.findAccount(account.id)) : null;
    if (now !== null) return refuseChanged(account, now, naming(account));
    throw new NotFoundError(`${naming(account)} has been deleted in the meantime`, { provider: account.provider });
  };
}

/** Waits for a request of another run that may still be done; then the account is read on its own. */
async function checkAfterLost(
  { ctx, note }: BulkRun,
  { account, listed }: Waiting,
  lost: ReadableEntry,
): Promise<void> {
  await waitForLost({ ctx, note: (text) => note(`${account.name}: ${text}`) }, [lost]);
  refuseChanged(account, await listed.connected.provider.findAccount(account.id), naming(account));
}

/** An account that is locked, with the id of its entry in the journal, or why it is not. */
type Locked = { readonly one: Waiting } & (
  | { readonly id: string; readonly held: AccountLock }
  | { readonly held: null; readonly error: CliError }
);

async function lock({ run, hostOf }: Batching, one: Waiting): Promise<Locked> {
  const { account, listed } = one;
  try {
    const id = run.ctx.uuid();
    const locking = lockingOf(hostOf(listed), account);
    const held = await lockAccount({ id, operation: 'rotate', plan: { expected: account }, ...locking });
    return { one, id, held };
  } catch (error) {
    return { one, held: null, error: unsent(error) };
  }
}

/** Whatever it is, nothing that changes something was sent by then. */
export function unsent(error: unknown): CliError {
  if (error instanceof CliError) return error;
  const message = 'an unexpected error, a bug in sactl; nothing was changed';
  return new FailedError('bug', message, { cause: error });
}

async function issuanceFor(
  { run, hostOf }: Batching,
  { one, id, held }: Extract<Locked, { held: AccountLock }>,
  { checkUnchanged, lost }: Pick<Issuance, 'checkUnchanged'> & { readonly lost: ReadableEntry | null },
): Promise<Issuance> {
  const { plan, targets } = await plannedAgain(one);
  const { flags } = run;
  const planned = { id, operation: 'rotate', plan, action: '', targets, flags, checkUnchanged } as const;
  const issuance = issuanceOf(hostOf(one.listed), planned);
  return {
    ...issuance,
    locks: { lock: () => Promise.resolve(held) },
    // It takes the place of what was lost since the journal was read, too.
    ...(lost !== null && { journal: { ...run.journal, list: async () => [...(await run.journal.list()), lost] } }),
    // With many accounts under way at once, nobody is asked about one of them.
    choose: null,
    report: (text) => run.note(`${one.account.name}: ${text}`),
  };
}

/** What a list shows of the accounts of a batch. */
interface Seen extends Pick<AccountList, 'isCut'> {
  readonly accounts: ReadonlyMap<string, Account>;
}

const nothing: Seen = { accounts: new Map() };

type Reading = Seen | CliError;

/** A failure, which would cost the whole batch, is tried once more; a refusal is not. */
async function read(listed: Listed, ids: ReadonlySet<string>): Promise<Reading> {
  const reading = await readOnce(listed, ids);
  const hasFailed = reading instanceof CliError && reading.exitCode === ExitCode.failed;
  return hasFailed ? readOnce(listed, ids) : reading;
}

async function readOnce({ connected }: Listed, ids: ReadonlySet<string>): Promise<Reading> {
  try {
    const { accounts, isCut } = await connected.provider.listAccounts({ withRules: false, only: ids });
    return {
      accounts: new Map(accounts.map((account) => [account.id, account])),
      ...(isCut === undefined ? {} : { isCut }),
    };
  } catch (error) {
    return unsent(error);
  }
}

import { naming } from '../delivery/ending.ts';
import type { Issuance } from '../delivery/issuance.ts';
import { lockAccount } from '../delivery/recover.ts';
import { CliError, ExitCode, FailedError, NotFoundError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { issuanceOf } from '../session/issuance.ts';
import { changedError, refuseChanged } from '../session/pick.ts';
import type { AccountList } from '../providers/provider.ts';
import { orMissing, type Listed } from './connections.ts';
import { gatherFacts } from './facts.ts';
import type { Prepared } from './prepare.ts';
import type { BulkRun } from './run.ts';

/** An account that is locked and was read once more, or why it is not. */
export type Ready = Prepared & { readonly release: () => Promise<void> } & (
    | { readonly issuance: Issuance; readonly error: null }
    | { readonly issuance: null; readonly error: CliError }
  );

/**
 * Hands out accounts one by one. Each is locked and then read again, so that what another run has just rotated is not
 * rotated again. They are read in batches, because a provider lists all accounts at the price of one.
 */
export interface Batches {
  /** The next account; null after the last one. */
  readonly next: () => Promise<Ready | null>;
  /** Releases what was not handed out, and returns it. */
  readonly end: () => Promise<readonly Prepared[]>;
}

/**
 * @param first how many accounts are in the first batch, for which the lanes wait
 * @param size how many accounts are in each other batch
 * @param isRefused whether an account is not to be begun any more; then it is neither locked nor read
 */
export function openBatches(
  run: BulkRun,
  prepared: readonly Prepared[],
  {
    first,
    size,
    isRefused,
  }: { readonly first: number; readonly size: number; readonly isRefused: (one: Prepared) => boolean },
): Batches {
  const waiting = [...prepared];
  const refused: Prepared[] = [];
  const ready: Ready[] = [];
  const openings = new Set<Promise<void>>();
  let isLocking = false;
  /** How many are locked, or about to be, and not handed out. */
  let ahead = 0;

  async function open(batch: readonly Prepared[]): Promise<void> {
    const locked = await Promise.all(batch.map((one) => lock(run, one)));
    isLocking = false;
    // The next batch is locked while the provider is asked about this one.
    openMore();
    ready.push(...(await readAgain(locked)));
  }

  /** Opens the next batch, so that it is ready when the accounts before it have been handed out. */
  function openMore(): void {
    if (isLocking || waiting.length === 0 || ahead > size / 2) return;
    const batch = waiting.splice(0, waiting.length === prepared.length ? first : size);
    const allowed = batch.filter((one) => !isRefused(one));
    refused.push(...batch.filter((one) => !allowed.includes(one)));
    ahead += allowed.length;
    isLocking = true;
    const opening = open(allowed).finally(() => openings.delete(opening));
    openings.add(opening);
  }

  return {
    next: async () => {
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
      return [...refused, ...rest, ...left];
    },
  };
}

/** Reads accounts that are locked. Never rejects: a failure costs only the accounts that it is about. */
async function readAgain(batch: readonly Ready[]): Promise<readonly Ready[]> {
  const lists = [...new Set(batch.map(({ listed }) => listed))];
  const ids = new Set(batch.map(({ account }) => account.id));
  const readings = new Map(await Promise.all(lists.map(async (listed) => [listed, await read(listed, ids)] as const)));
  const recent = await rotatedSince(batch);
  return batch.map((one) => checkedBy(one, recent.get(one.account.id) ?? readings.get(one.listed) ?? nothing));
}

/**
 * What another run has rotated since the plan was made, as the records of both have it: where the age of a credential made
 * it due, the provider's own answer may look the same afterwards.
 */
async function rotatedSince(batch: readonly Prepared[]): Promise<ReadonlyMap<string, CliError>> {
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
function checkedBy(one: Ready, reading: Reading): Ready {
  if (one.issuance === null) return one;
  const { account } = one;
  async function checkUnchanged(): Promise<void> {
    if (reading instanceof CliError) throw reading;
    const now = reading.accounts.get(account.id) ?? (await unlisted(one, reading));
    if (now !== null) return refuseChanged(account, now, naming(account));
    throw new NotFoundError(`${naming(account)} has been deleted in the meantime`, { provider: account.provider });
  }
  return { ...one, issuance: { ...one.issuance, checkUnchanged } };
}

/** The account where the list has no room for it; null where it is gone. */
async function unlisted({ account, listed }: Ready, { isCut }: Pick<Seen, 'isCut'>): Promise<Account | null> {
  return isCut ? orMissing(listed.connected.provider.findAccount(account.id)) : null;
}

async function lock(run: BulkRun, one: Prepared): Promise<Ready> {
  try {
    const issuance = issuanceFor(run, one);
    const held = await lockAccount(issuance);
    const locks = { lock: () => Promise.resolve(held) };
    return { ...one, issuance: { ...issuance, locks }, release: held.release, error: null };
  } catch (error) {
    return { ...one, issuance: null, release: () => Promise.resolve(), error: unsent(error) };
  }
}

/** Whatever it is, nothing that changes something was sent by then. */
function unsent(error: unknown): CliError {
  if (error instanceof CliError) return error;
  const message = 'an unexpected error, a bug in sactl; nothing was changed';
  return new FailedError('bug', message, { cause: error });
}

function issuanceFor(run: BulkRun, { account, listed, plan, targets }: Prepared): Issuance {
  const issuance = issuanceOf(
    { ...listed.connected, ...run },
    {
      id: run.ctx.uuid(),
      operation: 'rotate',
      plan,
      action: '',
      targets,
      flags: run.flags,
      checkUnchanged: () => Promise.resolve(),
    },
  );
  // With many accounts under way at once, nobody is asked about one of them.
  return { ...issuance, choose: null, report: (text) => run.note(`${account.name}: ${text}`) };
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
    const { accounts, isCut } = await connected.provider.listAccounts();
    const meant = accounts.filter(({ id }) => ids.has(id));
    return {
      accounts: new Map(meant.map((account) => [account.id, account])),
      ...(isCut === undefined ? {} : { isCut }),
    };
  } catch (error) {
    return unsent(error);
  }
}

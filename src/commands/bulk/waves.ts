import { lockAccount } from '../../delivery/lock.ts';
import { naming } from '../../delivery/failures.ts';
import type { Issue } from '../../delivery/issue.ts';
import { CliError, NotFoundError } from '../../errors.ts';
import type { AccountLock } from '../../journal/account-lock.ts';
import type { Account } from '../../model/account.ts';
import { issueOf } from '../planned-issue.ts';
import { refuseChanged } from '../unchanged.ts';
import type { Listed } from './member.ts';
import type { Prepared } from './prepare.ts';
import { hostOf, type BulkRun } from './run.ts';

/** An account that is locked and was read once more, or why it is not. */
export type Ready = Prepared &
  (
    | { readonly issue: Issue; readonly release: () => Promise<void>; readonly error: null }
    | { readonly issue: null; readonly release: () => Promise<void>; readonly error: CliError }
  );

/**
 * Gives out accounts one by one. Each is locked, and read again after that, so that what another run has just rotated is
 * not rotated again; they are read by the wave, because providers show one account or all of them at the same price.
 */
export interface Waves {
  /** The next account; null when there is none any more. */
  readonly next: () => Promise<Ready | null>;
  /** Lets go of what was not given out, and gives it back. */
  readonly end: () => Promise<readonly Prepared[]>;
}

export function openWaves(
  run: BulkRun,
  prepared: readonly Prepared[],
  { size }: { readonly size: number },
): Waves {
  const waiting = [...prepared];
  const ready: Ready[] = [];
  let opening: Promise<void> | null = null;

  async function open(): Promise<void> {
    ready.push(...(await openWave(run, waiting.splice(0, size))));
    opening = null;
  }

  function openNext(): Promise<void> {
    opening ??= open();
    return opening;
  }

  return {
    next: async () => {
      while (ready.length === 0) {
        if (opening === null && waiting.length === 0) return null;
        await openNext();
      }
      const one = ready.shift() ?? null;
      // The next wave is opened while this one is worked on.
      if (ready.length <= size / 2 && waiting.length > 0) openNext().catch(() => undefined);
      return one;
    },
    end: async () => {
      await opening;
      const rest = ready.splice(0);
      for (const { release } of rest) await release();
      return [...rest, ...waiting.splice(0)];
    },
  };
}

type Locked =
  | { readonly one: Prepared; readonly issue: Issue; readonly lock: AccountLock }
  | { readonly one: Prepared; readonly issue: null; readonly error: CliError };

async function openWave(run: BulkRun, wave: readonly Prepared[]): Promise<readonly Ready[]> {
  const locked = await Promise.all(wave.map((one) => lock(run, one)));
  const lists = [...new Set(wave.map(({ listed }) => listed))];
  const readings = new Map(
    await Promise.all(lists.map(async (listed) => [listed, await read(listed)] as const)),
  );
  return locked.map((one) => readyOf(one, readings.get(one.one.listed) ?? []));
}

async function lock(run: BulkRun, one: Prepared): Promise<Locked> {
  const issue = issueFor(run, one);
  try {
    return { one, issue, lock: await lockAccount(issue) };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { one, issue: null, error };
  }
}

function issueFor(run: BulkRun, { account, listed, plan, targets }: Prepared): Issue {
  const host = hostOf(run, listed);
  if (host === null) throw new Error(`${account.provider} rotates nothing`);
  const issue = issueOf(host, {
    id: run.ctx.uuid(),
    operation: 'rotate',
    plan,
    action: '',
    targets,
    flags: run.flags,
    checkUnchanged: () => Promise.resolve(),
  });
  return {
    ...issue,
    // Whoever could be asked has a run of many before him.
    choose: null,
    report: (text) => run.note(`${account.name}: ${text}`),
  };
}

type Reading = readonly Account[] | CliError;

async function read({ connected }: Listed): Promise<Reading> {
  try {
    return (await connected.provider.listAccounts()).accounts;
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}

function readyOf(locked: Locked, reading: Reading): Ready {
  const { one } = locked;
  if (locked.issue === null) {
    return { ...one, issue: null, release: () => Promise.resolve(), error: locked.error };
  }
  const { issue, lock: held } = locked;
  return {
    ...one,
    issue: {
      ...issue,
      locks: { lock: () => Promise.resolve(held) },
      checkUnchanged: () => Promise.resolve().then(() => check(one.account, reading)),
    },
    release: held.release,
    error: null,
  };
}

/** @throws whatever kept the accounts from being read, NotFoundError, or ConflictError */
function check(planned: Account, reading: Reading): void {
  if (reading instanceof CliError) throw reading;
  const now = reading.find(({ id }) => id === planned.id);
  if (now !== undefined) return refuseChanged(planned, now, naming(planned));
  throw new NotFoundError(`${naming(planned)} has been deleted in the meantime`, {
    provider: planned.provider,
  });
}

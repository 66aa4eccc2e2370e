import { naming } from '../delivery/failures.ts';
import type { Issuance } from '../delivery/issuance.ts';
import { lockAccount } from '../delivery/recover.ts';
import { CliError, ExitCode, FailedError, NotFoundError } from '../errors.ts';
import type { AccountLock } from '../state/account-lock.ts';
import type { Account } from '../model/account.ts';
import { issuanceOf } from '../session/planned-issuance.ts';
import { refuseChanged } from '../session/issuance.ts';
import type { Listed } from './member.ts';
import type { Prepared } from './prepare.ts';
import { hostOf, type BulkRun } from './run.ts';

/** An account that is locked and was read once more, or why it is not. */
export type Ready = Prepared &
  (
    | { readonly issuance: Issuance; readonly release: () => Promise<void>; readonly error: null }
    | { readonly issuance: null; readonly release: () => Promise<void>; readonly error: CliError }
  );

type Locked =
  | { readonly one: Prepared; readonly issuance: Issuance; readonly lock: AccountLock }
  | { readonly one: Prepared; readonly issuance: null; readonly error: CliError };

/** Locks all of them, then reads them. Never rejects: what goes wrong costs the accounts that it is about. */
export async function openWave(run: BulkRun, wave: readonly Prepared[]): Promise<readonly Ready[]> {
  const locked = await Promise.all(wave.map((one) => lock(run, one)));
  const lists = [...new Set(wave.map(({ listed }) => listed))];
  const readings = new Map(await Promise.all(lists.map(async (listed) => [listed, await read(listed)] as const)));
  return locked.map((one) => readyOf(one, readings.get(one.one.listed) ?? []));
}

async function lock(run: BulkRun, one: Prepared): Promise<Locked> {
  try {
    const issuance = issueFor(run, one);
    return { one, issuance, lock: await lockAccount(issuance) };
  } catch (error) {
    return { one, issuance: null, error: unsent(error) };
  }
}

/** By then nothing was sent that changes something, whatever it is. */
function unsent(error: unknown): CliError {
  if (error instanceof CliError) return error;
  const message = 'an unexpected error, a bug in sactl; nothing was changed';
  return new FailedError('bug', message, { cause: error });
}

function issueFor(run: BulkRun, { account, listed, plan, targets }: Prepared): Issuance {
  const host = hostOf(run, listed);
  if (host === null) throw new Error(`${account.provider} rotates nothing`);
  const issuance = issuanceOf(host, {
    id: run.ctx.uuid(),
    operation: 'rotate',
    plan,
    action: '',
    targets,
    flags: run.flags,
    checkUnchanged: () => Promise.resolve(),
  });
  return {
    ...issuance,
    // Whoever could be asked has a run of many before him.
    choose: null,
    report: (text) => run.note(`${account.name}: ${text}`),
  };
}

type Reading = readonly Account[] | CliError;

/** Once more where it failed, because it would cost the whole wave; a refusal stays one. */
async function read(listed: Listed): Promise<Reading> {
  const reading = await readOnce(listed);
  const hasFailed = reading instanceof CliError && reading.exitCode === ExitCode.failed;
  return hasFailed ? readOnce(listed) : reading;
}

async function readOnce({ connected }: Listed): Promise<Reading> {
  try {
    return (await connected.provider.listAccounts()).accounts;
  } catch (error) {
    return unsent(error);
  }
}

function readyOf(locked: Locked, reading: Reading): Ready {
  const { one } = locked;
  if (locked.issuance === null) {
    return { ...one, issuance: null, release: () => Promise.resolve(), error: locked.error };
  }
  const { issuance, lock: held } = locked;
  return {
    ...one,
    issuance: {
      ...issuance,
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

import pLimit from 'p-limit';

import type { AccountLocks } from '../state/account-lock.ts';
import type { AuditLog } from '../state/audit-log.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { describeAddress } from '../model/store-address.ts';
import type { Journal } from '../state/journal.ts';
import type { Shared } from '../session/connect.ts';
import type { CommonFlags } from '../session/flags.ts';
import type { CommandOutput } from '../session/output.ts';
import { openState, statePlaceOf } from '../session/state.ts';
import type { State } from '../state/state.ts';
import type { Fleet } from './connections.ts';
import type { RotateFlags } from './flags.ts';
import type { BulkInput } from './input.ts';

/** What all accounts of a run share. Its notes are printed above the progress bar. */
export interface BulkRun extends CommandOutput, Required<Pick<Shared, 'state' | 'turn'>> {
  readonly ctx: Context;
  readonly common: CommonFlags;
  readonly flags: RotateFlags;
  /** How many requests are made at once, at most. */
  readonly concurrency: number;
  readonly journal: Journal;
  readonly audit: AuditLog;
  readonly locks: AccountLocks;
  readonly hasCapsule: boolean;
  /** Whether the state is in a store, which takes its time. */
  readonly isShared: boolean;
}

/** Nothing is read or written yet. @throws UsageError where the connections keep their state in different places */
export async function openRun(
  { ctx, common }: Pick<BulkRun, 'ctx' | 'common'>,
  flags: RotateFlags,
  { fleet, input }: { readonly fleet: Fleet; readonly input: BulkInput },
): Promise<BulkRun> {
  const opened = await stateOf({ ctx, common }, fleet);
  const { journal, audit, locks, hasCapsule, isShared } = opened;
  const { renderer, marker, emit, note, mask } = fleet;
  const { concurrency } = input;
  const limit = pLimit(concurrency);
  return {
    ctx,
    common,
    flags,
    renderer,
    marker,
    emit,
    note,
    mask,
    concurrency,
    state: () => Promise.resolve(opened),
    journal: listedOnce(journal({ keepsSecrets: flags.journal ?? true })),
    audit,
    locks,
    hasCapsule,
    isShared,
    turn: (work) => limit(work),
  };
}

/** One run has one state. */
async function stateOf({ ctx, common }: Pick<BulkRun, 'ctx' | 'common'>, { members }: Fleet): Promise<State> {
  const places = members.map(({ configuration, connection }) => statePlaceOf(configuration, connection.profile));
  const [first, ...others] = places;
  if (first === undefined) throw new Error('a run has at least one connection');
  const stores = new Set(places.map(({ settings }) => describeAddress(settings.store.value)));
  if (others.length > 0 && stores.size > 1) {
    throw new UsageError(`the profiles keep their state in different stores (${[...stores].join(', ')})`, {
      hint: 'rotate them in runs of their own: --profile <name>',
    });
  }
  if (new Set(places.map(({ settings }) => settings.recipients.value.join())).size > 1) {
    throw new UsageError('the profiles seal what is kept for different recipients', {
      hint: 'rotate them in runs of their own: --profile <name>',
    });
  }
  return openState(ctx, common, first);
}

/**
 * An account supersedes the entries that were in the journal before the run. Listing them again for each account would read
 * the entries of all that are under way.
 */
function listedOnce(journal: Journal): Journal {
  let listed: ReturnType<Journal['list']> | null = null;
  return { ...journal, list: () => (listed ??= journal.list()) };
}

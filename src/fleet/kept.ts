import { errorAt } from '../delivery/ending.ts';
import { deliverEntry, type StoredDelivery } from '../delivery/deliver-entry.ts';
import type { IssuedResult } from '../delivery/result.ts';
import type { Context } from '../context.ts';
import { CliError, ExitCode, InterruptedError, NotFoundError } from '../errors.ts';
import { notBrought } from '../session/first-step.ts';
import { lookAtKept, type Kept } from '../session/kept-credential.ts';
import type { Candidate, Choice, Pending } from './candidates.ts';
import { deliveredItem, failedItem, leftItem, skippedItem, type Item } from './items.ts';
import { isByHand, keptOne } from './known.ts';
import { inLanes } from './lanes.ts';
import type { BulkRun } from './run.ts';
import type { Tally } from './tally.ts';

/** A credential that an earlier run kept, and that this one delivers. */
export interface Bringing extends Candidate {
  readonly delivery: StoredDelivery;
  /** e.g. `the credential kept since 2026-11-22T12:00:00Z is delivered to file:t` */
  readonly effect: string;
  /** Whether its account is rotated afterwards. */
  readonly isDue: boolean;
  /** What its delivery announced. */
  readonly result: () => IssuedResult | null;
}

/** A choice in which it is known of what is kept whether it can be delivered. */
export interface SortedChoice extends Choice {
  readonly bringing: readonly Bringing[];
}

/**
 * Tries what earlier runs kept for these accounts. An account whose kept credential is dead is due, because nobody has
 * one that works; what cannot be delivered leaves an account that is not due as it is (docs/design.md 6).
 */
export async function sortKept(run: BulkRun, choice: Choice): Promise<SortedChoice> {
  const supersede = run.flags.supersede === true;
  const due = new Set(choice.candidates);
  const all = await inLanes<Candidate, Judged>([...due, ...choice.pending], run.concurrency, async (one) => {
    const isDue = due.has(one);
    const found = await tried(run, one);
    return { isDue, end: endOf(found.kept, { isDue, supersede }), ...found };
  });
  for (const { one, kept, isDue } of all) {
    if (isDue && kept?.kind === 'stuck') await run.note(`${one.account.name}: ${notBrought(kept.why)}`);
  }
  return {
    // What is there is not to be fetched by a person once more.
    candidates: all.flatMap(({ one, end, isDue }) =>
      end === 'rotated' || (end === 'brought' && isDue && !isByHand(one)) ? [one] : [],
    ),
    skipped: choice.skipped,
    notes: choice.notes,
    pending: all.flatMap(({ one, kept, end }) => (end === 'left' ? pendingOf(one, kept) : [])),
    bringing: all.flatMap(({ one, isDue, ...rest }) => bringing(one, rest, isDue && !isByHand(one))),
  };
}

interface Judged extends Tried {
  readonly one: Candidate;
  readonly isDue: boolean;
  readonly end: 'rotated' | 'brought' | 'left';
}

/** What is done about a kept credential; `brought` comes before the rotation of an account that is due. */
function endOf(
  kept: Kept | null,
  { isDue, supersede }: { readonly isDue: boolean; readonly supersede: boolean },
): Judged['end'] {
  if (kept?.kind === 'deliverable') return 'brought';
  if (kept?.kind === 'dead') return 'rotated';
  if (kept?.kind === 'sealed') return supersede ? 'rotated' : 'left';
  return isDue ? 'rotated' : 'left';
}

interface Tried {
  readonly kept: Kept | null;
  readonly result: () => IssuedResult | null;
}

async function tried(run: BulkRun, one: Candidate): Promise<Tried & { readonly one: Candidate }> {
  const { account, listed, unfinished = null } = one;
  let result: IssuedResult | null = null;
  if (unfinished?.isKept !== true) return { one, kept: null, result: () => null };
  const { configuration, stateDirectory, connection } = listed.connected;
  const { document } = await run.state();
  const host = { ...run, configuration, stateDirectory, document };
  const kept = await lookAtKept(host, unfinished.entry, {
    account,
    profile: connection.profile,
    announce: (announced) => {
      result = announced;
    },
  });
  return { one, kept, result: () => result };
}

function bringing(one: Candidate, { kept, result }: Tried, isDue: boolean): readonly Bringing[] {
  if (kept?.kind !== 'deliverable') return [];
  const { delivery, effect } = kept;
  return [{ ...one, delivery, effect: isDue ? `${effect} first` : effect, isDue, result }];
}

function pendingOf(one: Candidate, kept: Kept | null): readonly Pending[] {
  const { unfinished = null } = one;
  if (unfinished === null) return [];
  if (kept?.kind === 'sealed') return [{ ...one, unfinished, sealed: kept.error }];
  return [{ ...one, unfinished, ...(kept !== null && 'why' in kept && { why: kept.why }) }];
}

/** Delivers all of them, several at once. Never rejects for the failure of one. */
export async function bringAll(run: BulkRun, all: readonly Bringing[], tally: Tally): Promise<void> {
  await inLanes(all, run.concurrency, async (one) => {
    const item = await bring(run, one, tally.ctx);
    if (item !== null) await tally.brought(item);
  });
}

/** The result of the account; null where that of its rotation follows. */
async function bring(run: BulkRun, one: Bringing, ctx: Context): Promise<Item | null> {
  const { account, isDue } = one;
  try {
    ctx.signal.throwIfAborted();
    await deliverEntry(ctx, { ...one.delivery, report: (text) => run.note(`${account.name}: ${text}`) });
  } catch (error) {
    const known = error instanceof CliError ? error : unexpected(error);
    if (!isDue) return failureOf(one, known);
    if (!ctx.signal.aborted) await run.note(`${account.name}: ${notBrought(known.message)}`);
    return null;
  }
  if (isDue) {
    await run.note(`${account.name}: what an earlier run kept was delivered`);
    return null;
  }
  const result = one.result();
  if (result === null) throw new Error('a delivery announces its result');
  return { kind: 'delivered', item: deliveredItem({ ...result, account }) };
}

function unexpected(cause: unknown): CliError {
  return errorAt(keptOne, 'an unexpected error, a bug in sactl; what was kept is still kept', { cause });
}

function failureOf({ account, listed, unfinished, result }: Bringing, error: CliError): Item {
  if (error instanceof InterruptedError) return leftItem(account, 'interrupted', error);
  if (error instanceof NotFoundError) {
    const detail = 'another run settled what an earlier one had kept';
    return { kind: 'skipped', item: skippedItem({ account, reason: 'not due', detail }, ExitCode.done) };
  }
  const announced = result();
  const item = failedItem(account, error, {
    result: announced === null ? null : { ...announced, account },
    flags: listed.connected.commandFlags,
  });
  return { kind: 'failed', item: { ...item, recoverId: unfinished?.entry.id ?? null } };
}

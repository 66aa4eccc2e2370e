import pLimit from 'p-limit';

import { openAuditLog, type AuditLog } from '../state/audit-log.ts';
import type { Context } from '../context.ts';
import { openAccountLocks } from '../state/account-lock.ts';
import { openJournal, type Journal } from '../state/journal.ts';
import type { Renderer } from '../output/renderer.ts';
import type { Shared } from '../session/connect.ts';
import type { Fleet } from './connections.ts';
import type { CommonFlags } from '../session/flags.ts';
import type { IssuanceHost } from '../session/issuance.ts';
import { sandboxDirectory } from '../session/sandbox-state.ts';
import type { RotateFlags } from './flags.ts';
import type { BulkInput } from './input.ts';
import type { Listed } from './connections.ts';

/** What all accounts of a run share. */
export interface BulkRun extends Required<Pick<Shared, 'locks' | 'turn'>> {
  readonly ctx: Context;
  readonly common: CommonFlags;
  readonly flags: RotateFlags;
  readonly renderer: Renderer;
  /** How many requests are made at once, at most. */
  readonly concurrency: number;
  readonly journal: Journal;
  readonly audit: AuditLog;
  readonly marker: { readonly sandbox?: true };
  /** Prints one line on stderr, above the progress bar. */
  readonly note: (text: string) => Promise<void>;
}

/** Nothing is read or written yet. */
export function openRun(
  { ctx, common }: Pick<BulkRun, 'ctx' | 'common'>,
  flags: RotateFlags,
  { fleet, input }: { readonly fleet: Fleet; readonly input: BulkInput },
): BulkRun {
  const configuration = fleet.members[0]?.configuration;
  const isSandbox = configuration?.sandbox.value ?? false;
  const state = configuration?.stateDirectory.value ?? '';
  const place = { ...ctx, stateDirectory: isSandbox ? sandboxDirectory(state) : state };
  const limit = pLimit(input.concurrency);
  return {
    ctx,
    common,
    flags,
    renderer: fleet.renderer,
    concurrency: input.concurrency,
    journal: listedOnce(openJournal({ ...place, keepsSecrets: flags.journal ?? true })),
    audit: openAuditLog(place),
    locks: openAccountLocks(place),
    turn: (work) => limit(work),
    marker: isSandbox ? { sandbox: true } : {},
    note: fleet.note,
  };
}

/**
 * An account supersedes the entries that were in the journal before the run. Listing them again for each account would read
 * the entries of all that are under way.
 */
function listedOnce(journal: Journal): Journal {
  let listed: ReturnType<Journal['list']> | null = null;
  return { ...journal, list: () => (listed ??= journal.list()) };
}

/** What the issuance of one account needs; null where the provider issues no credentials itself. */
export function hostOf(run: BulkRun, { connected }: Listed): IssuanceHost | null {
  return connected.provider.planRotate === undefined ? null : { ...connected, ...run };
}

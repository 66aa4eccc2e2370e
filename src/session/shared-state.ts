import type { StateSettings } from '../config/state.ts';
import type { Context } from '../context.ts';
import { runAddress } from '../model/run-environment.ts';
import { openAuditLog } from '../state/audit-log.ts';
import { openJournal } from '../state/journal.ts';
import { openSealer, type Sealer, type Sealing } from '../state/seal.ts';
import { openSeenRecords } from '../state/shared/account-record.ts';
import { openSharedAudit } from '../state/shared/audit.ts';
import { openSharedDocument } from '../state/shared/document.ts';
import { openSharedHistory } from '../state/shared/history.ts';
import { openSharedJournal } from '../state/shared/journal.ts';
import { openSharedLocks } from '../state/shared/locks.ts';
import type { CommonFlags } from './flags.ts';
import { note } from './note.ts';
import { openStateStore } from './state-store.ts';
import type { State } from '../state/state.ts';

export interface SharedPlace {
  readonly settings: StateSettings;
  readonly stateDirectory: string;
  readonly sealing: Sealing;
}

/**
 * The state in a store, for all machines that use it; what it does not take in time is on this machine, too. Nothing is asked
 * yet. @throws UsageError where proxy or CA cannot be used
 */
export async function openSharedState(ctx: Context, common: CommonFlags, place: SharedPlace): Promise<State> {
  const { settings, stateDirectory, sealing } = place;
  const store = await openStateStore(ctx, common, place);
  const own = { ...ctx, stateDirectory, sealing };
  const { recipients } = sealing;
  let sealer: Promise<Sealer> | null = null;
  async function seal(bytes: Uint8Array): Promise<string> {
    sealer ??= openSealer(recipients);
    return (await sealer).seal(bytes);
  }
  function report(text: string): Promise<void> {
    return note(ctx, common, text);
  }
  const seen = openSeenRecords();
  const locks = openSharedLocks({
    ...ctx,
    store,
    seen,
    leaseMs: settings.leaseMs.value,
    run: runAddress(ctx.env),
    report,
  });
  const { workerOn, holding } = locks;
  return {
    locks,
    history: () => openSharedHistory(store, seen),
    holdings: async () => (await import('../state/shared/holdings.ts')).openSharedHoldings({ ...ctx, store }),
    document: (key) => openSharedDocument({ ...ctx, store, key }),
    place: store.address,
    isShared: true,
    hasCapsule: false,
    audit: openSharedAudit({ ...own, store, holding, local: openAuditLog(own) }),
    journal: (options) =>
      openSharedJournal({
        ...ctx,
        store,
        local: openJournal({ ...own, ...options }),
        workerOn,
        seal,
        recipients,
        report,
      }),
  };
}

import { stateSettings, type StateSettings } from '../config/state.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Context } from '../context.ts';
import { openAccountLocks } from '../state/account-lock.ts';
import { openAuditLog } from '../state/audit-log.ts';
import { openHistory } from '../state/audit-read.ts';
import { openJournal } from '../state/journal.ts';
import type { State } from '../state/state.ts';
import type { CommonFlags } from './flags.ts';
import { sandboxDirectory } from './sandbox-state.ts';

/** Where it is kept. */
export interface StatePlace {
  /** Null in the sandbox, which has a state of its own. */
  readonly settings: StateSettings | null;
  /** The program's own, or the sandbox's part of it. */
  readonly stateDirectory: string;
}

/** Nothing is read or written yet. @throws UsageError where proxy or CA cannot be used */
export async function openState(
  ctx: Context,
  common: CommonFlags,
  { settings, stateDirectory }: StatePlace,
): Promise<State> {
  const place = { ...ctx, stateDirectory };
  if (settings !== null && settings.store.value.kind !== 'file') {
    const { openSharedState } = await import('./shared-state.ts');
    return openSharedState(ctx, common, { settings, stateDirectory });
  }
  return {
    locks: openAccountLocks(place),
    audit: openAuditLog(place),
    history: () => openHistory(place),
    place: stateDirectory,
    journal: (options) => openJournal({ ...place, ...options }),
  };
}

/** The state of a connection with this profile, or without one. */
export function statePlaceOf(configuration: Configuration, profile: string | null): StatePlace {
  const { value: own } = configuration.stateDirectory;
  if (configuration.sandbox.value) return { settings: null, stateDirectory: sandboxDirectory(own) };
  const named = profile === null ? null : (configuration.profiles.get(profile) ?? null);
  return { settings: stateSettings(configuration.state, named), stateDirectory: own };
}

import { describeCredential, readIdentity } from '../config/credential-source.ts';
import { stateSettings, type StateSettings } from '../config/state.ts';
import { defaultSource } from '../config/setting.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Context } from '../context.ts';
import { isCI, runAddress } from '../model/run-environment.ts';
import { openAccountLocks } from '../state/account-lock.ts';
import { openAuditLog } from '../state/audit-log.ts';
import { openHistory } from '../state/audit-read.ts';
import { openJournal } from '../state/journal.ts';
import type { Sealing } from '../state/seal.ts';
import type { State } from '../state/state.ts';
import type { CommonFlags } from './flags.ts';
import { sandboxDirectory } from './sandbox-state.ts';

/** Where it is kept. */
export interface StatePlace {
  /** In the sandbox, which has a state of its own, the store is a folder. */
  readonly settings: StateSettings;
  /** The program's own, or the sandbox's part of it. */
  readonly stateDirectory: string;
}

/** Nothing is read or written yet. @throws UsageError where proxy or CA cannot be used */
export async function openState(
  ctx: Context,
  common: CommonFlags,
  { settings, stateDirectory }: StatePlace,
): Promise<State> {
  const place = { ...ctx, stateDirectory, sealing: sealingOf(ctx, settings) };
  if (settings.store.value.kind !== 'file') {
    const { openSharedState } = await import('./shared-state.ts');
    return openSharedState(ctx, common, { settings, stateDirectory, sealing: place.sealing });
  }
  const { recipients, capsule } = settings;
  return {
    locks: openAccountLocks({ ...place, run: runAddress(ctx.env) }),
    audit: openAuditLog(place),
    history: () => openHistory(place),
    holdings: async () => (await import('../state/lock-holdings.ts')).openLockHoldings(place),
    document: () => null,
    place: stateDirectory,
    isShared: false,
    hasCapsule: isCI(ctx.env) && recipients.value.length > 0 && capsule.value,
    journal: (options) => openJournal({ ...place, ...options }),
  };
}

/** The state of a connection with this profile, or without one. */
export function statePlaceOf(configuration: Configuration, profile: string | null): StatePlace {
  const { value: own } = configuration.stateDirectory;
  const named = profile === null ? null : (configuration.profiles.get(profile) ?? null);
  const settings = stateSettings(configuration.state, named);
  if (!configuration.sandbox.value) return { settings, stateDirectory: own };
  const store = { value: { kind: 'file' }, source: defaultSource } as const;
  return { settings: { ...settings, store }, stateDirectory: sandboxDirectory(own) };
}

/** Who can open what is kept, and what opens it here; nothing is read yet. */
export function sealingOf(ctx: Context, { recipients, identity: { value: source } }: StateSettings): Sealing {
  const identity = source && {
    name: describeCredential(source, ctx.homeDirectory),
    read: () => readIdentity(ctx, source),
  };
  return { recipients: recipients.value, identity };
}

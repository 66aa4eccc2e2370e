import type { Configuration } from '../../config/configuration.ts';
import { stateSettings, type StateSettings } from '../../config/state.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { sactl } from '../../model/hint.ts';
import { describeAddress } from '../../model/store-address.ts';
import type { CommonFlags } from '../../session/flags.ts';
import { openStateStore } from '../../session/state-store.ts';
import { failure, ok, type CheckResult } from './report.ts';

/** Where the state is kept on this machine, and the settings of stores elsewhere. */
export interface StatePlace {
  readonly configuration: Pick<Configuration, 'sandbox' | 'profiles' | 'state'>;
  readonly stateDirectory: string;
}

/** Asks every state store that is set, of all profiles, for a value that nobody wrote; a folder is no store to be asked. */
export async function examineStores(
  ctx: Context,
  flags: CommonFlags,
  { configuration, stateDirectory }: StatePlace,
): Promise<readonly CheckResult[]> {
  if (configuration.sandbox.value) return [];
  const own = [...configuration.profiles.values()].filter(({ state }) => state !== null);
  const all = [null, ...own].map((profile) => stateSettings(configuration.state, profile));
  const stores = new Map(all.map((settings) => [describeAddress(settings.store.value), settings]));
  stores.delete('file');
  return Promise.all(
    [...stores].map(([address, settings]) => examineStore(ctx, flags, { address, settings, stateDirectory })),
  );
}

async function examineStore(
  ctx: Context,
  flags: CommonFlags,
  {
    address,
    ...options
  }: { readonly address: string; readonly settings: StateSettings; readonly stateDirectory: string },
): Promise<CheckResult> {
  try {
    const store = await openStateStore(ctx, flags, options);
    try {
      await store.get('check/doctor');
    } finally {
      await store.close();
    }
    return ok('state', `the state store ${address} answers`);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return failure('state', error.message, error.hint ?? sactl`state check`);
  }
}

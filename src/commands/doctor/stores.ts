import type { Configuration } from '../../config/configuration.ts';
import { stateSettings, type StateSettings } from '../../config/state.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { sactl } from '../../model/hint.ts';
import { inWords } from '../../model/duration.ts';
import { describeAddress } from '../../model/store-address.ts';
import type { CommonFlags } from '../../session/flags.ts';
import { sealingOf } from '../../session/state.ts';
import { openStateStore } from '../../session/state-store.ts';
import { NotOpened, openOpener, openSealer } from '../../state/seal.ts';
import { failure, ok, warning, type CheckResult } from './report.ts';

/** Where the state is kept on this machine, and the settings of stores elsewhere. */
export interface StatePlace {
  readonly configuration: Pick<Configuration, 'sandbox' | 'profiles' | 'state'>;
  readonly stateDirectory: string;
}

/**
 * Asks every state store that is set, of all profiles, for a value that nobody wrote, and for a list; changes nothing. A folder
 * is no store to be asked. Then tries whether what is sealed for the recipients can be opened here.
 */
export async function examineStores(
  ctx: Context,
  flags: CommonFlags,
  { configuration, stateDirectory }: StatePlace,
): Promise<readonly CheckResult[]> {
  if (configuration.sandbox.value) return [];
  const own = [...configuration.profiles.values()].filter(({ state }) => state !== null);
  const all = [null, ...own].map((profile) => stateSettings(configuration.state, profile));
  const stores = new Map(all.map((settings) => [describeAddress(settings.store.value), settings]));
  const keys = await Promise.all([...stores].map(([address, settings]) => examineKeys(ctx, address, settings)));
  stores.delete('file');
  const answers = await Promise.all(
    [...stores].map(([address, settings]) => examineStore(ctx, flags, { address, settings, stateDirectory })),
  );
  return [...answers, ...keys.filter((key) => key !== null)];
}

/** Seals something and opens it again; null where nothing is sealed. Prints nothing of a key. */
async function examineKeys(ctx: Context, address: string, settings: StateSettings): Promise<CheckResult | null> {
  const { recipients, identity } = sealingOf(ctx, settings);
  if (recipients.length === 0) return null;
  const whom = recipients.length === 1 ? 'one recipient' : `${recipients.length} recipients`;
  try {
    const sealed = await (await openSealer(recipients)).seal(Buffer.from('doctor'));
    if (identity === null) return ok('state', `what ${address} keeps is sealed for ${whom}; no identity is set here`);
    await openOpener(identity).open(sealed);
    return ok('state', `what ${address} keeps is sealed for ${whom}, and the identity from ${identity.name} opens it`);
  } catch (error) {
    if (error instanceof NotOpened) {
      const hint = 'name the identity of one of the recipients: state.identity, or SACTL_STATE_IDENTITY';
      return warning('state', `what ${address} keeps cannot be opened here: ${error.message}`, hint);
    }
    if (!(error instanceof CliError)) throw error;
    return failure('state', error.message, error.hint ?? 'look at the recipients');
  }
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
      await store.list('check/');
    } finally {
      await store.close();
    }
    const lease = inWords(options.settings.leaseMs.value);
    return ok(
      'state',
      `the state store ${address} can be read and listed; the lease is ${lease}; "sactl state check" tries the rest`,
    );
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return failure('state', error.message, error.hint ?? sactl`state check`);
  }
}

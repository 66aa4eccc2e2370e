import { join } from 'node:path';

import { readCredential } from '../config/credential-source.ts';
import type { StateSettings } from '../config/state.ts';
import { namesOf } from '../config/environment.ts';
import type { Context, Environment } from '../context.ts';
import { CliError } from '../errors.ts';
import type { BucketOptions } from '../state/store/s3-bucket.ts';
import { environments } from '../providers/registry.ts';
import { openStore } from '../state/store/open.ts';
import { StateError, type StateStore } from '../state/store/store.ts';
import { describeAddress } from '../model/store-address.ts';
import type { Secret } from '../model/credential.ts';
import type { CommonFlags } from './flags.ts';

export interface StateStoreOptions {
  readonly settings: StateSettings;
  /** Holds the store that is a folder. */
  readonly stateDirectory: string;
}

/**
 * The store that the settings name. Nothing is asked yet, and only what this store needs is loaded.
 * @throws UsageError where proxy or CA cannot be used
 */
export async function openStateStore(
  ctx: Context,
  common: CommonFlags,
  { settings, stateDirectory }: StateStoreOptions,
): Promise<StateStore> {
  const { store, credential } = settings;
  const address = store.value;
  const source = credential.value;
  async function secret(): Promise<Secret> {
    try {
      return await readCredential(ctx, source ?? { kind: 'env', name: '' }, { isDocument: address.kind === 's3' });
    } catch (cause) {
      if (!(cause instanceof CliError)) throw cause;
      throw new StateError(`${describeAddress(address)}: ${cause.message}`, { cause, hint: cause.hint });
    }
  }
  return openStore(address, {
    ...ctx,
    directory: join(stateDirectory, 'store'),
    env: withoutCredentials(ctx.env),
    credential: source === null ? null : secret,
    exchange: exchangeOnDemand(ctx, common),
    trust: async () => (await import('./store-trust.ts')).readStoreTrust(ctx, common),
  });
}

/** The environment without the credentials of providers, and without what opens what is kept: kubectl needs the rest. */
function withoutCredentials(env: Environment): Environment {
  const secrets = Object.values(environments).flatMap((connection) => connection.secrets.flatMap(namesOf));
  const withheld = new Set([...secrets, 'SACTL_STATE', 'SACTL_STATE_IDENTITY']);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !withheld.has(name.toUpperCase())));
}

/** Loaded with the first request. */
function exchangeOnDemand(ctx: Context, common: CommonFlags): BucketOptions['exchange'] {
  let loading: Promise<BucketOptions['exchange']> | null = null;
  return async (request) => {
    loading ??= import('./store-exchange.ts').then(({ createExchange }) => createExchange(ctx, common, request.url));
    return (await loading)(request);
  };
}

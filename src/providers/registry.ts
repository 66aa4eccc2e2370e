import type { EnvironmentConnection, EnvironmentConnections } from '../config/environment.ts';
import type { ProviderName } from '../model/account.ts';
import { nscaleEnvironment } from './nscale/environment.ts';
import type { ProviderDefinition } from './provider.ts';

export interface RegistryEntry {
  readonly environment: EnvironmentConnection;
  readonly load: () => Promise<ProviderDefinition>;
}

/** Every provider: one line each, loaded when it is asked for. */
export const registry: Readonly<Partial<Record<ProviderName, RegistryEntry>>> = {
  nscale: {
    environment: nscaleEnvironment,
    load: async () => (await import('./nscale/index.ts')).nscale,
  },
};

/** Which environment variables make up a connection to each provider. */
export const environments: EnvironmentConnections = Object.fromEntries(
  Object.entries(registry).map(([name, { environment }]) => [name, environment]),
);

/** The providers there are, for help and checks. */
export const providers: readonly ProviderName[] = ['nscale'];

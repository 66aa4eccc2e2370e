import type { EnvironmentConnection, EnvironmentConnections } from '../config/environment.ts';
import { providerNames, type ProviderName } from '../model/account.ts';
import { augmentEnvironment } from './augment/environment.ts';
import { nscaleEnvironment } from './nscale/environment.ts';
import { runaiEnvironment } from './runai/environment.ts';
import type { Provider, ProviderDefinition } from './provider.ts';

/** The verbs that not every provider has. */
export type OptionalVerb = {
  [Name in keyof Provider]-?: undefined extends Provider[Name] ? Name : never;
}[keyof Provider];

export interface RegistryEntry {
  readonly environment: EnvironmentConnection;
  /** The verbs it has no method for, so that a command can name the providers that do without loading them. */
  readonly lacks: readonly OptionalVerb[];
  readonly load: () => Promise<ProviderDefinition>;
}

/** What only a provider has whose credentials a person fetches, and several for one account. */
const manual = [
  'intake',
  'assumeAccount',
  'examine',
  'planToken',
  'planRevokeToken',
  'planRestoreToken',
] as const satisfies readonly OptionalVerb[];

/** Every provider: one line each, loaded when it is asked for. */
export const registry: Readonly<Partial<Record<ProviderName, RegistryEntry>>> = {
  nscale: {
    environment: nscaleEnvironment,
    lacks: ['listScopes', 'listAccessRules', 'planGrant', 'planRevoke', ...manual],
    load: async () => (await import('./nscale/index.ts')).nscale,
  },
  runai: {
    environment: runaiEnvironment,
    lacks: ['listOrganizations', 'listGroups', 'knownCredential', ...manual],
    load: async () => (await import('./runai/index.ts')).runai,
  },
  augment: {
    environment: augmentEnvironment,
    lacks: [
      'listOrganizations',
      'listGroups',
      'listRoles',
      'listScopes',
      'listAccessRules',
      'planGrant',
      'planRevoke',
      'knownCredential',
    ],
    load: async () => (await import('./augment/index.ts')).augment,
  },
};

/** Which environment variables make up a connection to each provider. */
export const environments: EnvironmentConnections = Object.fromEntries(
  Object.entries(registry).map(([name, { environment }]) => [name, environment]),
);

/** The providers there are, for help and checks. */
export const providers: readonly ProviderName[] = providerNames.filter((name) => registry[name] !== undefined);

/** The providers that have this verb, by the names that `--provider` takes. */
export function providersWith(verb: OptionalVerb): readonly ProviderName[] {
  return providers.filter((name) => registry[name]?.lacks.includes(verb) === false);
}

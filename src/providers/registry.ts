import type { EnvironmentConnections } from '../config/environment.ts';
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
  /** In headings and lists, e.g. `NVIDIA Run:ai`. */
  readonly fullName: string;
  /** The verbs it has no method for; a command can so name the providers that do, without loading them. */
  readonly lacks: readonly OptionalVerb[];
  readonly load: () => Promise<ProviderDefinition>;
}

/** Which environment variables make up a connection to each provider. */
export const environments: EnvironmentConnections = {
  nscale: nscaleEnvironment,
  runai: runaiEnvironment,
  augment: augmentEnvironment,
};

/** Every provider; its adapter is loaded when it is needed. */
export const registry: Readonly<Record<ProviderName, RegistryEntry>> = {
  nscale: {
    fullName: 'nscale',
    lacks: ['accessRules', 'manual'],
    load: async () => (await import('./nscale/index.ts')).nscale,
  },
  runai: {
    fullName: 'NVIDIA Run:ai',
    lacks: ['organizationName', 'listOrganizations', 'listGroups', 'meetCaller', 'knownCredential', 'manual'],
    load: async () => (await import('./runai/index.ts')).runai,
  },
  augment: {
    fullName: 'Augment',
    lacks: [
      'planCreate',
      'planRotate',
      'organizationName',
      'listOrganizations',
      'listGroups',
      'listRoles',
      'accessRules',
      'meetCaller',
      'knownCredential',
    ],
    load: async () => (await import('./augment/index.ts')).augment,
  },
};

/** The providers that have this verb, by the names that `--provider` takes. */
export function providersWith(verb: OptionalVerb): readonly ProviderName[] {
  return providerNames.filter((name) => !registry[name].lacks.includes(verb));
}

import { providerNames, type ProviderName } from '../../src/model/account.ts';

/**
 * Whether each provider issues credentials itself; with the others a person fetches them in a console.
 * test/providers/registry.test.ts compares it with the registry.
 */
const issues = { nscale: true, runai: true, augment: false } as const satisfies Readonly<Record<ProviderName, boolean>>;

/** What the tests of outcomes and fleets have a server for. */
export type IssuingProvider = {
  [Name in ProviderName]: (typeof issues)[Name] extends true ? Name : never;
}[ProviderName];

export const issuingProviders: readonly IssuingProvider[] = providerNames.filter(isIssuing);

function isIssuing(name: ProviderName): name is IssuingProvider {
  return issues[name];
}

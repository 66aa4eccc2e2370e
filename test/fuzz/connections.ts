import { namesOf } from '../../src/config/environment.ts';
import { providerNames, type ProviderName } from '../../src/model/account.ts';
import { environments } from '../../src/providers/registry.ts';

/** Every variable that is a part of a connection to a provider. */
export const connectionVariables: readonly string[] = providerNames.flatMap((name) => {
  const { endpoint, organization, secrets } = environments[name];
  const others = [organization, endpoint.variable].filter((each) => each !== null);
  return [...secrets.flatMap(namesOf), ...others.map((each) => each.name)];
});

/** Where the scenario's service for a provider is; `serviceAt` takes it apart again. */
export function endpointOf(name: ProviderName): string {
  return `$ORIGIN/${name}`;
}

/** The provider that a path begins with, and the path at its service; null for any other path. */
export function serviceAt(pathname: string): { readonly name: ProviderName; readonly path: string } | null {
  const name = providerNames.find((each) => pathname.startsWith(`/${each}/`));
  return name === undefined ? null : { name, path: pathname.slice(name.length + 1) };
}

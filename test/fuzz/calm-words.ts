import fc from 'fast-check';

import { providerNames, type ProviderName } from '../../src/model/account.ts';
import { environments } from '../../src/providers/registry.ts';
import { endpointOf } from './connections.ts';

/** An account that each service has. */
const accounts: Readonly<Record<ProviderName, string>> = {
  nscale: 'ci-deploy',
  runai: 'batch-trainer',
  augment: 'ci-reviewer',
};

/** Command lines that do something where nothing goes wrong. */
export function calmWords(): fc.Arbitrary<readonly string[]> {
  const provider = fc.constantFrom<ProviderName[]>('nscale', ...providerNames);
  const output = fc.constantFrom('--json', '-q .', '-q .credential.value', '--raw --json', '');
  const to = fc.constantFrom('--to file:token', '--to file:out/{name}', '--to dotenv:.env#TOKEN', '');
  const verb = fc.constantFrom(
    'sa rotate --id ACCOUNT --yes TO OUTPUT',
    'sa rotate --id ACCOUNT --yes TO OUTPUT',
    'sa rotate --id ACCOUNT --yes TO OUTPUT --no-reissue',
    'sa rotate --id ACCOUNT --yes TO OUTPUT --no-verify',
    'sa rotate --all --yes --to file:out/{id} --json',
    'sa rotate --match * --yes --to file:out/{name}-{id} --json',
    'sa rotate --match [cr]* --yes --to file:out/{name} --report report.md',
    'sa create --name new-account TO OUTPUT',
    'sa create --name new-account --group inference --tag a=b TO OUTPUT',
    'sa create --name new-account --stdin TO OUTPUT',
    'sa update --id ACCOUNT --description other --yes --json',
    'sa delete --id ACCOUNT --yes --json',
    'sa get --id ACCOUNT OUTPUT',
    'sa list',
    'sa list --json',
    'sa list --json --raw',
    'tokens create --id ACCOUNT --token third --stdin TO',
    'recover deliver --id 00000000 --yes --to file:again',
    'recover deliver --all --yes --json',
    'recover list --json',
    'whoami --json',
    'doctor',
  );
  return fc
    .tuple(verb, provider, output, to)
    .map(([words, name, printing, target]) =>
      `${words}${words.startsWith('recover') ? '' : ` ${connectionFlags(name)}`}`
        .replace('ACCOUNT', accounts[name])
        .replace('OUTPUT', printing)
        .replace('TO', target)
        .split(/ +/),
    );
}

/** The endpoint is a flag where no variable can name it. */
function connectionFlags(name: ProviderName): string {
  const isInEnvironment = environments[name].endpoint.variable !== null;
  return `--provider ${name}${isInEnvironment ? '' : ` --endpoint ${endpointOf(name)}`}`;
}

import fc from 'fast-check';

import { providerNames, type ProviderName } from '../../src/model/account.ts';
import { environments } from '../../src/providers/registry.ts';
import { sandboxProviders } from '../../src/sandbox/providers.ts';
import { connectionVariables, endpointOf } from './connections.ts';
import { hostileWord } from './hostile.ts';
import { callerSecrets, secrets } from './secrets.ts';
import { sometimes, type Pairs } from './sometimes.ts';

/** Credentials and endpoints; who has more than one has to say which. */
const connections: readonly Pairs[] = providerNames.map(connectionTo);

function connectionTo(name: ProviderName): Pairs {
  const { endpoint, secrets: alternatives } = environments[name];
  const { clientId } = sandboxProviders[name];
  const credential = alternatives.find((each) => (each.clientId === null) === (clientId === null));
  return Object.fromEntries([
    ...(endpoint.variable === null ? [] : [[endpoint.variable.name, endpointOf(name)]]),
    ...(typeof credential?.clientId === 'string' ? [[credential.clientId, clientId]] : []),
    ...(credential === undefined ? [] : [[credential.secret, callerSecrets[name]]]),
  ]);
}

/** What every environment has. */
const plain: Pairs = { PATH: '$PROGRAMS', SACTL_STATE_DIR: '$ROOT/state', OTHER_SECRET: secrets.other };

const switches: readonly Pairs[] = [
  { CI: 'true' },
  { CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_ENV: 'github.env', GITHUB_OUTPUT: 'github.out' },
  { GITHUB_ACTIONS: 'true', GITHUB_ENV: '$ROOT/work/folder', GITHUB_OUTPUT: 'pipe' },
  { TF_BUILD: 'True' },
  { BUILDKITE: 'true' },
  { SACTL_SANDBOX: '1' },
  { SACTL_SANDBOX: '1', SACTL_SANDBOX_FAULT: 'nscale.rotate=drop-after-commit@1' },
  { SACTL_SANDBOX: 'maybe' },
  { SACTL_PROFILE: 'prod' },
  { SACTL_PROVIDER: 'nscale' },
  { SACTL_ORG: 'x' },
  { SACTL_JQ: 'native' },
  { SACTL_JQ: 'x' },
  { NO_COLOR: '1' },
  { TERM: 'dumb' },
  { HTTPS_PROXY: `http://u:${secrets.other}@proxy.example:1` },
  { HTTPS_PROXY: `socks5://u:${secrets.other}@x` },
  { NO_PROXY: '*' },
  { SSL_CERT_FILE: 'ca.pem' },
  { SSL_CERT_FILE: 'pipe' },
  { NODE_EXTRA_CA_CERTS: 'hostile.txt' },
  { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  { XDG_STATE_HOME: '$ROOT/xdg-state' },
  { XDG_STATE_HOME: 'relative' },
  { XDG_CONFIG_HOME: '$ROOT/xdg-config' },
  { SACTL_CONFIG: '$ROOT/work/user.json' },
  { SACTL_CONFIG: '$ROOT/work/pipe.json' },
  { SACTL_CONFIG: 'user.json' },
  { SACTL_STATE_DIR: '$ROOT/work/link' },
  { SACTL_STATE_DIR: '$ROOT/work/folder' },
  { SACTL_STATE_DIR: '~/state' },
  { SACTL_STATE_DIR: 'folder' },
  { DISPLAY: ':0' },
];

const variables = [
  ...connectionVariables,
  'SACTL_PROVIDER',
  'SACTL_PROFILE',
  'SACTL_ORG',
  'SACTL_SANDBOX',
  'SACTL_SANDBOX_FAULT',
  'CI',
  'HTTPS_PROXY',
  'NO_PROXY',
  'USER',
  'GITHUB_REPOSITORY',
];

/** The environment. Secrets that are wrong are secrets all the same, but too short to be looked for. */
export function environment(): fc.Arbitrary<Pairs> {
  const hostile = fc.tuple(fc.constantFrom(...variables), hostileWord()).map(([name, value]) => ({ [name]: value }));
  return fc
    .tuple(
      fc.oneof(
        { weight: 9, arbitrary: fc.constant([...connections]) },
        { weight: 1, arbitrary: fc.subarray([...connections]) },
      ),
      fc.tuple(sometimes(fc.constantFrom(...switches), 1, 3), sometimes(fc.constantFrom(...switches), 1, 6)),
      sometimes(hostile, 1, 10),
    )
    .map(([connected, switched, other]) => Object.assign({}, plain, ...connected, ...switched, other));
}

/** One in which nothing is wrong, mostly. */
export function calmEnvironment(): fc.Arbitrary<Pairs> {
  const all: Pairs = Object.assign({}, plain, ...connections);
  return fc.constantFrom(all, all, all, { ...all, ...switches[1] });
}

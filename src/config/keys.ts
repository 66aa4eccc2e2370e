/** A file of settings. A project's comes with a clone, and is not trusted (docs/design.md 4). */
export type SettingsPlace = 'user' | 'project';

/** What a value has to be. */
export type KeyKind =
  | 'provider'
  | 'text'
  | 'columns'
  | 'format'
  | 'switch'
  | 'path'
  | 'credential'
  | 'address'
  | 'recipients'
  | 'duration'
  | 'never'
  | 'profiles'
  | 'state';

/** A setting, with all that help, documents and the JSON Schema say of it. */
export interface ConfigurationKey {
  readonly kind: KeyKind;
  /** A phrase, e.g. `the organization, by its id or its unique name`. */
  readonly help: string;
  /** As YAML has it; null for one that stands in no file. */
  readonly example: string | null;
  /** What counts where nothing says more. */
  readonly default?: string;
  readonly flag?: string;
  readonly variable?: string;
  /** Whether what it stands in cannot do without it. */
  readonly isRequired?: true;
}

/** A key at the top of a file. */
export interface TopKey extends ConfigurationKey {
  /** The files that may have it; none where only a flag or a variable can say it. */
  readonly places: readonly SettingsPlace[];
}

/** What stands at the top of a file, and what could stand there if it were no matter of flags and environment. */
export const topKeys = {
  provider: {
    places: ['user', 'project'],
    kind: 'provider',
    help: 'the provider to work with',
    example: 'nscale',
    flag: '--provider',
    variable: 'SACTL_PROVIDER',
  },
  org: {
    places: ['user', 'project'],
    kind: 'text',
    help: 'the organization to work in, by its id or its unique name',
    example: 'acme',
    flag: '--org',
    variable: 'SACTL_ORG',
  },
  columns: {
    places: ['user', 'project'],
    kind: 'columns',
    help: 'the columns of "serviceaccounts list"',
    example: '[name, status, expiresAt]',
    flag: '--columns',
  },
  format: {
    places: ['user', 'project'],
    kind: 'format',
    help: 'how results are printed; it never sends a new credential to stdout',
    example: 'json',
    default: 'table',
    flag: '--format',
  },
  profile: {
    places: ['user'],
    kind: 'text',
    help: 'the profile to work with',
    example: 'prod',
    flag: '--profile',
    variable: 'SACTL_PROFILE',
  },
  profiles: {
    places: ['user'],
    kind: 'profiles',
    help: 'connections by their names',
    example: '{ prod: { provider: nscale, credential: { env: NSCALE_PROD_TOKEN } } }',
  },
  state: {
    places: ['user'],
    kind: 'state',
    help: 'where the journal and the locks are, for work with any profile',
    example: '{ store: "s3://ops-sactl/prod?region=eu-west-1", recipients: [age1…] }',
  },
  printSecrets: {
    places: ['user', 'project'],
    kind: 'never',
    help: 'never: no credential is printed; what one file forbids, no other setting allows',
    example: 'never',
    variable: 'SACTL_PRINT_SECRETS',
  },
  $schema: {
    places: ['user', 'project'],
    kind: 'text',
    help: 'for editors: where the JSON Schema of this file is ("sactl schema config")',
    example: './config.schema.json',
  },
  sandbox: {
    places: [],
    kind: 'switch',
    help: 'work on accounts that are made up, without a network',
    example: null,
    default: 'false',
    flag: '--sandbox',
    variable: 'SACTL_SANDBOX',
  },
} as const satisfies Readonly<Record<string, TopKey>>;

/** What a profile has: one connection. */
export const profileKeys = {
  provider: { kind: 'provider', help: 'the provider that it is for', example: 'nscale', isRequired: true },
  endpoint: {
    kind: 'text',
    help: "the address of the provider's API: https, or http on loopback",
    example: 'https://acme.run.ai',
    flag: '--endpoint',
  },
  org: { kind: 'text', help: 'its organization, by its id or its unique name', example: 'acme', flag: '--org' },
  clientId: {
    kind: 'text',
    help: 'Run:ai: the client id of the service account or access key',
    example: 'sactl-admin',
  },
  ca: {
    kind: 'path',
    help: 'a PEM file of certificate authorities to trust besides the usual ones',
    example: '~/acme-ca.pem',
    flag: '--ca-cert',
  },
  credential: {
    kind: 'credential',
    help: 'where the credential is, never the credential itself',
    example: '{ env: NSCALE_PROD_TOKEN }',
    isRequired: true,
  },
  printSecrets: { kind: 'never', help: 'never: no credential of it is printed', example: 'never' },
  state: { kind: 'state', help: 'where the journal and the locks are', example: '{ store: "file:/mnt/sactl" }' },
} as const satisfies Readonly<Record<string, ConfigurationKey>>;

/** What a block `state` has, at the top of the user's file or in a profile. */
export const stateKeys = {
  store: {
    kind: 'address',
    help: 'the state store: file, file:<folder>, s3://…, postgres://… or kubernetes:<namespace>',
    example: '"s3://ops-sactl/prod?region=eu-west-1"',
    default: 'file',
    variable: 'SACTL_STATE',
  },
  credential: {
    kind: 'credential',
    help: 'where the credential of the store is',
    example: '{ file: ~/.config/sactl/state-password }',
  },
  recipients: {
    kind: 'recipients',
    help: 'the age public keys that what is kept is sealed for',
    example: '[age1…]',
    variable: 'SACTL_STATE_RECIPIENTS',
  },
  identity: {
    kind: 'credential',
    help: 'where the age key is that opens it',
    example: '{ command: [op, read, "op://ops/sactl/key"] }',
    variable: 'SACTL_STATE_IDENTITY',
  },
  lease: {
    kind: 'duration',
    help: 'how long a run that stopped renewing its hold keeps the account: at least 5s, at most 1h',
    example: '120s',
    default: '120s',
    variable: 'SACTL_STATE_LEASE',
  },
  capsule: {
    kind: 'switch',
    help: "off: no sealed copy of what is kept goes into a CI job's log",
    example: 'off',
    default: 'on',
    flag: '--no-capsule',
    variable: 'SACTL_STATE_CAPSULE',
  },
} as const satisfies Readonly<Record<string, ConfigurationKey>>;

/** How a credential is named: exactly one of these. */
export const credentialKeys = {
  env: 'the name of an environment variable',
  file: 'the path of a file',
  command: 'a list of program and arguments; what it prints is the credential',
} as const;

/** The keys that a file of this kind may have at its top. */
export function topKeysOf(place: SettingsPlace): readonly string[] {
  return Object.entries<TopKey>(topKeys).flatMap(([name, { places }]) => (places.includes(place) ? [name] : []));
}

/** Keys that would let a cloned repository choose where a credential comes from or is sent: all that it may not have. */
export function untrustedKeys(): ReadonlySet<string> {
  const allowed = topKeysOf('project');
  const all = [topKeys, profileKeys, credentialKeys].flatMap((keys) => Object.keys(keys));
  return new Set(all.filter((name) => !allowed.includes(name)));
}

/** A key by its place in a file. */
export interface PlacedKey {
  readonly key: ConfigurationKey;
  /** e.g. `profiles.<name>.org` */
  readonly path: string;
  readonly places: readonly SettingsPlace[];
}

/** Every key, in the order in which documents show them; blocks are there by what stands in them. */
export function placedKeys(): readonly PlacedKey[] {
  const top = Object.entries<TopKey>(topKeys).map(([path, key]) => ({ key, path, places: key.places }));
  return [
    ...top.filter(({ key }) => key.kind !== 'profiles' && key.kind !== 'state'),
    ...within('profiles.<name>', profileKeys).filter(({ key }) => key.kind !== 'state'),
    ...within('state', stateKeys),
  ];
}

function within(at: string, keys: Readonly<Record<string, ConfigurationKey>>): readonly PlacedKey[] {
  return Object.entries(keys).map(([name, key]) => ({ key, path: `${at}.${name}`, places: ['user'] }));
}

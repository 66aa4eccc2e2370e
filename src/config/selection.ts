import { misspelt } from '../model/similar.ts';
import { listOf, quoted } from '../model/text.ts';
import { sactl } from '../model/hint.ts';
import type { Context } from '../context.ts';
import { variable } from './directories.ts';
import { AuthError, UsageError, type CliError } from '../errors.ts';
import { providerNames, type ProviderName } from '../model/account.ts';
import type { Configuration, Reach } from './configuration.ts';
import {
  describeIncomplete,
  describeSecrets,
  findSecret,
  type EnvironmentConnection,
  type EnvironmentConnections,
  type EnvironmentSecret,
} from './environment.ts';
import type { Profile } from './profile.ts';
import { defaultSource, describeSource, type Source } from './setting.ts';

/** The one source that a connection comes from. */
export type Origin = { readonly kind: 'sandbox'; readonly provider: ProviderName } | ProfileOrigin | EnvironmentOrigin;

interface ProfileOrigin {
  readonly kind: 'profile';
  readonly profile: Profile;
}

export interface EnvironmentOrigin {
  readonly kind: 'environment';
  readonly provider: ProviderName;
  readonly connection: EnvironmentConnection;
  /** Null where only the provider's own file may hold the secret. */
  readonly secret: EnvironmentSecret | null;
}

export interface SelectionOptions {
  readonly env: Context['env'];
  readonly configuration: Configuration;
  readonly environments: EnvironmentConnections;
  /** Default: every provider can do it, and one at a time. */
  readonly reach?: Reach | undefined;
}

/** The origin that is meant, or those among which a person has to choose. */
export type Selection = { readonly origin: Origin } | Undecided;

export interface Undecided {
  readonly origins: readonly Origin[];
  /** Says so where nobody can choose. */
  readonly error: CliError;
}

/** As `findOrigin`, where nobody can choose. @throws UsageError; AuthError */
export function selectOrigin(options: SelectionOptions): Origin {
  const selection = findOrigin(options);
  if ('origin' in selection) return selection.origin;
  throw selection.error;
}

/**
 * The sandbox, else the selected profile, else the environment's credential. Where only one provider can do what is
 * wanted, it is that one, whatever files prefer.
 * @throws UsageError where settings contradict each other; AuthError where there is no credential
 */
export function findOrigin(options: SelectionOptions): Selection {
  return findFor({ ...options, configuration: withInferred(options) });
}

function findFor(options: SelectionOptions): Selection {
  const { provider, profile: named, sandbox } = options.configuration;
  // A profile that is named for this run is stronger than a provider that is set for all runs.
  const isNamed = named.source.kind === 'flag' && provider.source.kind !== 'flag';
  if (provider.value === 'all' && isNamed && !sandbox.value) {
    const unset = { value: null, source: defaultSource };
    return findFor({ ...options, configuration: { ...options.configuration, provider: unset } });
  }
  if (provider.value === 'all') {
    throw new UsageError(`${describeSource(provider.source)} says all, and this needs one provider`, {
      hint: `name one with --provider ${providerNames.join('|')}`,
    });
  }
  if (sandbox.value)
    return { origin: { kind: 'sandbox', provider: provider.value ?? preferredOf(options)[0] ?? providerNames[0] } };
  const profile = selectedProfile(options.configuration);
  if (profile !== null) return { origin: { kind: 'profile', profile } };
  return provider.value === null ? anyOrigin(options) : originOf(provider.value, options);
}

function ableOf({ reach }: SelectionOptions): readonly ProviderName[] {
  return reach?.able ?? providerNames;
}

function preferredOf({ reach }: SelectionOptions): readonly ProviderName[] {
  return reach?.preferred ?? providerNames;
}

/** With the only provider that can do it, unless flags or environment name another for this run. */
function withInferred(options: SelectionOptions): Configuration {
  const { configuration } = options;
  const { value, source } = configuration.provider;
  const [only, ...others] = ableOf(options);
  if (only === undefined || others.length > 0 || value === only || isExplicit(source)) return configuration;
  return { ...configuration, provider: { value: only, source: { kind: 'command', name: 'the command' } } };
}

/**
 * Every profile, and every provider with a credential in the environment that is not a profile's connection already; in the
 * sandbox every provider.
 */
export function selectAllOrigins(options: SelectionOptions): readonly Origin[] {
  if (options.configuration.sandbox.value) return providerNames.map((provider) => ({ kind: 'sandbox', provider }));
  const profiles = [...options.configuration.profiles.values()];
  const origins: Origin[] = [
    ...profiles.map((profile) => ({ kind: 'profile' as const, profile })),
    ...environmentOrigins(options).filter(
      (origin) => !profiles.some((profile) => isSame(origin, profile, options.env)),
    ),
  ];
  if (origins.length === 0) throw noCredential(options);
  return origins;
}

/**
 * Whether the environment's connection is that of a profile: the same variable, and no other endpoint, organization or client
 * id. Where the environment names none of those, the profile says where the credential belongs.
 */
function isSame({ provider, connection, secret }: EnvironmentOrigin, profile: Profile, env: Context['env']): boolean {
  const { credential } = profile;
  if (provider !== profile.provider || credential.kind !== 'env' || credential.name !== secret?.secret) return false;
  const pairs = [
    [connection.endpoint.variable?.name, profile.endpoint ?? connection.endpoint.default],
    [connection.organization?.name, profile.org],
    [secret.clientId, profile.clientId],
  ] as const;
  return pairs.every(([name, own]) => {
    const given = name === undefined || name === null ? null : variable(env, name);
    return given === null || withoutSlash(given) === withoutSlash(own ?? '');
  });
}

function withoutSlash(text: string): string {
  return text.trim().replace(/\/+$/, '');
}

/** The selected profile; null when none is, or when a stronger source names another provider. */
function selectedProfile(configuration: Configuration): Profile | null {
  const { profile: selected, provider } = configuration;
  const profile = namedProfile(configuration);
  if (profile === null) return null;
  if (provider.value === null || provider.value === profile.provider) return profile;
  const profileIsExplicit = isExplicit(selected.source);
  if (profileIsExplicit && !isExplicit(provider.source)) return profile;
  if (!profileIsExplicit && provider.source.kind !== 'user') return null;
  throw new UsageError(
    `profile ${profile.name} (${describeSource(selected.source)}) is for ${profile.provider}, ` +
      `and ${describeSource(provider.source)} says ${provider.value}`,
    { hint: 'name the profile or the provider, not both' },
  );
}

/** The profile that is named, whatever its provider; null when none is. @throws UsageError where there is no such profile */
export function namedProfile(configuration: Pick<Configuration, 'profile' | 'profiles'>): Profile | null {
  const { profile: selected, profiles } = configuration;
  if (selected.value === null) return null;
  const profile = profiles.get(selected.value);
  if (profile === undefined) throw unknownProfile(configuration, selected.source);
  return profile;
}

/** Whether it was set for this run, and not in a file for all runs. */
function isExplicit(source: Source): boolean {
  return source.kind === 'flag' || source.kind === 'env';
}

function unknownProfile(
  { profile, profiles }: Pick<Configuration, 'profile' | 'profiles'>,
  source: Source,
): UsageError {
  const names = [...profiles.keys()];
  const name = profile.value ?? '';
  const where = isExplicit(source) ? describeSource(source) : `${describeSource(source)}: "profile"`;
  const what = `${where} is ${quoted(name)}`;
  const near = misspelt(name, names);
  if (near !== null) return new UsageError(`${what}; did you mean ${near}?`);
  if (names.length > 0) return new UsageError(`${what}; there ${names.length === 1 ? 'is' : 'are'} ${listOf(names)}`);
  return new UsageError(`${what}; there are no profiles`, {
    hint: ['define one under "profiles" in the user file (', sactl`config path`, ')'],
  });
}

function originOf(provider: ProviderName, options: SelectionOptions): Selection {
  const origin = environmentOrigins(options).find((candidate) => candidate.provider === provider);
  if (origin !== undefined) return { origin };
  const connection = options.environments[provider];
  if (connection.file !== undefined) return { origin: { kind: 'environment', provider, connection, secret: null } };
  const origins = profileOrigins(options, [provider]);
  const error = new AuthError('unauthenticated', `no credential for ${provider}: ${missingFor(provider, options)}`, {
    provider,
    hint:
      origins.length === 0
        ? 'to try it without a credential, add --sandbox'
        : `or select a profile with --profile: ${origins.map(({ profile }) => profile.name).join(', ')}`,
  });
  return { origins, error };
}

/** The only credential in the environment of a provider that can do it; of one that cannot, where there is no other. */
function anyOrigin(options: SelectionOptions): Selection {
  const able = ableOf(options);
  const all = environmentOrigins(options);
  const fitting = all.filter(({ provider }) => able.includes(provider));
  const profiles = profileOrigins(options, able);
  const found = narrowed(fitting.length + profiles.length === 0 ? all : fitting, options);
  const [only, ...others] = found;
  if (only === undefined) return { origins: profiles, error: noCredential(options) };
  if (others.length === 0) return { origin: only };
  const names = listOf(found.map(({ provider }) => provider));
  const orAll = options.reach?.several === true ? ', or all' : '';
  const message = `which provider? There are credentials for ${names}: --provider <one>${orAll}`;
  return { origins: [...found, ...profiles], error: new UsageError(message) };
}

/** Those whose provider understands the flags, where there is one. */
function narrowed(origins: readonly EnvironmentOrigin[], options: SelectionOptions): readonly EnvironmentOrigin[] {
  const preferred = origins.filter(({ provider }) => preferredOf(options).includes(provider));
  return preferred.length === 0 ? origins : preferred;
}

function profileOrigins({ configuration }: SelectionOptions, able: readonly ProviderName[]): readonly ProfileOrigin[] {
  return [...configuration.profiles.values()]
    .filter(({ provider }) => able.includes(provider))
    .map((profile) => ({ kind: 'profile', profile }));
}

function environmentOrigins(options: SelectionOptions): EnvironmentOrigin[] {
  return providerNames.flatMap((provider) => {
    const connection = options.environments[provider];
    const secret = findSecret(connection, options.env);
    return secret === null ? [] : [{ kind: 'environment' as const, provider, connection, secret }];
  });
}

function noCredential(options: SelectionOptions): AuthError {
  const missing = providerNames.map((provider) => `${provider}: ${missingFor(provider, options)}`);
  return new AuthError('unauthenticated', `no credential found; for ${missing.join('; for ')}`, {
    hint: ['or select a profile with --profile, or try it with --sandbox; how to begin: ', sactl`help setup`],
  });
}

/** All at once, e.g. `set RUNAI_BASE_URL, and RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET, or RUNAI_TOKEN` */
function missingFor(provider: ProviderName, { env, environments }: SelectionOptions): string {
  const connection = environments[provider];
  const { variable: described, default: usual } = connection.endpoint;
  const isMissing = described !== null && usual === null && variable(env, described.name) === null;
  const incomplete = describeIncomplete(connection, env);
  if (incomplete !== null) return isMissing ? `${incomplete}, and neither is ${described.name}` : incomplete;
  return `set ${isMissing ? `${described.name}, and ` : ''}${describeSecrets(connection)}`;
}

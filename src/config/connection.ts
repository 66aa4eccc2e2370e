import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import type { ProviderName } from '../model/account.ts';
import type { Secret } from '../model/credential.ts';
import { safeText } from '../model/text.ts';
import { oneConnectionFlags, type Configuration, type ConfigurationFlags } from './configuration.ts';
import { credentialWarning, describeCredential, readCredential, type CredentialSource } from './credential-source.ts';
import { expandHome, tildePath, userPath, type PathStart } from '../files/home.ts';
import { variable } from './directories.ts';
import { namesOf, type EnvironmentConnections } from './environment.ts';
import type { Profile } from './profile.ts';
import { findOrigin, selectAllOrigins, type EnvironmentOrigin, type Origin, type Undecided } from './selection.ts';
import { defaultSource, type Setting } from './setting.ts';

/** Everything needed to talk to one provider: one unit from one source (docs/design.md 4). */
export interface Connection {
  readonly provider: ProviderName;
  readonly profile: string | null;
  /** As the user wrote it; not checked yet. Empty in the sandbox. */
  readonly endpoint: string;
  /** For people, e.g. `environment variable RUNAI_BASE_URL`, `profile prod in ~/.config/sactl/config.yaml`, `default`. */
  readonly endpointSource: string;
  readonly organization: Setting<string | null>;
  /** An absolute path of a PEM file. */
  readonly ca: { readonly path: string; readonly source: string } | null;
  /** Null in the sandbox, which reads none. */
  readonly credential: ConnectionCredential | null;
  /** A question for a person, asked unless `--allow-endpoint-override` was given; null when there is none to ask. */
  readonly needsConfirmation: string | null;
  /** Sentences for stderr. */
  readonly warnings: readonly string[];
}

interface ConnectionCredential {
  /** For people, e.g. `environment variable NSCALE_SERVICE_TOKEN`. */
  readonly source: string;
  /** Not null when the secret belongs to a client id, and has to be exchanged for a token. */
  readonly clientId: string | null;
  /** Where a profile's secret is; null without a profile. */
  readonly profileSource: CredentialSource | null;
  /** Reads the secret anew; throws an AuthError (`unauthenticated`) that names the source. */
  readonly read: () => Promise<Secret>;
}

export interface ResolveOptions {
  readonly configuration: Configuration;
  readonly flags: ConfigurationFlags;
  readonly environments: EnvironmentConnections;
  /** Asks which one is meant; left out where nobody can be asked. */
  readonly choose?: ((origins: Undecided['origins']) => Promise<Origin>) | undefined;
}

/**
 * The connection of the selected profile or, without one, of the environment; a person may choose among several.
 * @throws UsageError when the settings contradict each other or leave several choices
 * @throws AuthError (`unauthenticated`) when there is no credential
 */
export async function resolveConnection(ctx: Context, options: ResolveOptions): Promise<Connection> {
  const { choose, flags } = options;
  const selection = findOrigin({ ...options, env: ctx.env, reach: flags.reach });
  if ('origin' in selection) return connectionOf(ctx, { ...options, origin: selection.origin });
  if (choose === undefined || selection.origins.length === 0) throw selection.error;
  return connectionOf(ctx, { ...options, origin: await choose(selection.origins) });
}

/** The connections of `--provider all`. @throws UsageError for flags that mean one; AuthError when there is none */
export async function resolveAllConnections(ctx: Context, options: ResolveOptions): Promise<readonly Connection[]> {
  const problems = oneConnectionFlags(options.flags).map((flag) => `${flag} does not go with all providers`);
  if (problems.length > 0) throw new UsageError(problems);
  const origins = selectAllOrigins({ ...options, env: ctx.env });
  return Promise.all(origins.map((origin) => connectionOf(ctx, { ...options, origin })));
}

/** The connection of one origin. @throws UsageError when it has no endpoint */
export async function connectionOf(
  ctx: Context,
  { origin, ...options }: ResolveOptions & { readonly origin: Origin },
): Promise<Connection> {
  if (origin.kind === 'sandbox') return fromSandbox(ctx, options, origin.provider);
  if (origin.kind === 'profile') return fromProfile(ctx, options, origin.profile);
  return fromEnvironment(ctx, options, origin);
}

/** A sandbox's connection: no credential, no endpoint, and only `--org` names an organization. */
function fromSandbox(ctx: Context, options: ResolveOptions, provider: ProviderName): Connection {
  const { org } = options.configuration;
  return {
    provider,
    profile: null,
    endpoint: '',
    endpointSource: 'sandbox',
    organization: org.source.kind === 'flag' ? org : { value: null, source: defaultSource },
    ca: flagCa(ctx, options),
    credential: null,
    needsConfirmation: null,
    warnings: [],
  };
}

/** A connection whose endpoint, credential and CA are all the profile's, unless a flag says otherwise. */
async function fromProfile(ctx: Context, options: ResolveOptions, profile: Profile): Promise<Connection> {
  const file = options.configuration.files.user ?? 'the user file';
  const source = `profile ${profile.name} in ${tildePath(file, ctx.homeDirectory)}`;
  const { isDocument = false } = options.environments[profile.provider];
  const { question, ...endpoint } = profileEndpoint(options, profile, source);
  const warning = await credentialWarning(ctx, profile.credential);
  return {
    provider: profile.provider,
    profile: profile.name,
    ...endpoint,
    organization: profileOrganization(options, profile, file),
    ca: flagCa(ctx, options) ?? (profile.ca === null ? null : { path: profile.ca, source }),
    credential: {
      source: `${describeCredential(profile.credential, ctx.homeDirectory)} (${source})`,
      clientId: profile.clientId,
      profileSource: profile.credential,
      read: () => readCredential(ctx, profile.credential, { isDocument }),
    },
    needsConfirmation: question,
    warnings: warning === null ? [] : [warning],
  };
}

/** A connection whose endpoint and credential are the environment's, unless a flag says otherwise. */
function fromEnvironment(ctx: Context, options: ResolveOptions, origin: EnvironmentOrigin): Connection {
  return {
    provider: origin.provider,
    profile: null,
    ...environmentEndpoint(ctx, options, origin),
    organization: environmentOrganization(ctx, options, origin),
    ca: flagCa(ctx, options),
    credential: environmentCredential(ctx, origin),
    needsConfirmation: null,
    warnings: [],
  };
}

function environmentCredential(ctx: Context, { secret, connection }: EnvironmentOrigin): ConnectionCredential {
  const { isDocument = false, file = '' } = connection;
  const clientId = secret?.clientId ?? null;
  const source: CredentialSource =
    secret === null
      ? { kind: 'file', path: expandHome(`~/${file}`, ctx.homeDirectory) }
      : { kind: 'env', name: secret.secret };
  return {
    source:
      secret === null || clientId === null
        ? describeCredential(source, ctx.homeDirectory)
        : `environment variables ${namesOf(secret).join(' and ')}`,
    clientId: clientId === null ? null : variable(ctx.env, clientId),
    profileSource: null,
    read: () => readCredential(ctx, source, { isDocument }),
  };
}

function flagCa(ctx: Context, { flags }: ResolveOptions): Connection['ca'] {
  return flags.caCert === undefined ? null : readCaFlag(ctx, flags.caCert);
}

/** The file that `--ca-cert` names. */
export function readCaFlag(start: PathStart, given: string): NonNullable<Connection['ca']> {
  return { path: userPath(given.trim(), start), source: 'flag --ca-cert' };
}

/** `--org` > `SACTL_ORG` > the connection's own variable > project file > user file. */
function environmentOrganization(
  ctx: Context,
  { configuration: { org } }: ResolveOptions,
  { connection }: EnvironmentOrigin,
): Setting<string | null> {
  const name = connection.organization?.name ?? null;
  const value = name === null ? null : variable(ctx.env, name);
  if (org.source.kind === 'flag' || org.source.kind === 'env') return org;
  return name === null || value === null ? org : { value, source: { kind: 'env', name } };
}

/** `--org` > `SACTL_ORG` > project file > the profile's > user file. */
function profileOrganization(
  { configuration: { org } }: ResolveOptions,
  profile: Profile,
  file: string,
): Setting<string | null> {
  const isStronger = org.source.kind === 'flag' || org.source.kind === 'env' || org.source.kind === 'project';
  return profile.org === null || isStronger ? org : { value: profile.org, source: { kind: 'user', name: file } };
}

type EndpointChoice = Pick<Connection, 'endpoint' | 'endpointSource'>;

/**
 * `--endpoint` > the profile's > the provider's default. A flag that sends the profile's credential elsewhere comes with
 * the question that a person has to answer. `source` describes the profile.
 * @throws UsageError when there is none
 */
function profileEndpoint(
  options: ResolveOptions,
  { name, provider, endpoint }: Profile,
  source: string,
): EndpointChoice & { readonly question: string | null } {
  const own = endpoint ?? options.environments[provider].endpoint.default;
  const given = flagEndpoint(options);
  if (given === null) {
    if (own === null) throw new UsageError(`${source}: "endpoint" is missing, and ${provider} has no default`);
    return { endpoint: own, endpointSource: endpoint === null ? 'default' : source, question: null };
  }
  if (given.endpoint === own || options.flags.allowEndpointOverride === true) return { ...given, question: null };
  const instead = own === null ? '' : ` instead of ${own}`;
  return {
    ...given,
    question: `Send the credential of profile ${name} to ${safeText(given.endpoint, 200)}${instead}?`,
  };
}

/** `--endpoint` > the provider's variable > its default. @throws UsageError when there is none */
function environmentEndpoint(
  ctx: Context,
  options: ResolveOptions,
  { connection, provider }: EnvironmentOrigin,
): EndpointChoice {
  const given = flagEndpoint(options);
  if (given !== null) return given;
  const name = connection.endpoint.variable?.name ?? null;
  const endpoint = name === null ? null : variable(ctx.env, name);
  if (endpoint !== null) return { endpoint, endpointSource: `environment variable ${name}` };
  const standard = connection.endpoint.default;
  if (standard !== null) return { endpoint: standard, endpointSource: 'default' };
  throw new UsageError(`no endpoint for ${provider}: ${name} is not set`, {
    hint: `set ${name}, or add --endpoint <url>`,
  });
}

function flagEndpoint({ flags }: ResolveOptions): EndpointChoice | null {
  const endpoint = flags.endpoint?.trim();
  return endpoint === undefined ? null : { endpoint, endpointSource: 'flag --endpoint' };
}

import { resolve } from 'node:path';

import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { selectAllOrigins, selectOrigin, type EnvironmentOrigin, type Origin } from './selection.ts';
import type { ProviderName } from '../model/account.ts';
import { credentialWarning, describeCredential, readCredential } from './credential-source.ts';
import { expandHome, tildePath, variable } from './directories.ts';
import { namesOf, type EnvironmentConnections } from './environment.ts';
import type { CredentialSource, Profile } from './profile.ts';
import { defaultSource, type Setting } from './setting.ts';
import { safeText } from '../model/text.ts';
import type { Secret } from '../model/credential.ts';
import type { Configuration, ConfigurationFlags } from './configuration.ts';

/**
 * The connection of the selected profile or, without one, of the environment.
 * @throws UsageError when the settings contradict each other or leave several choices
 * @throws AuthError (`unauthenticated`) when there is no credential
 */
export async function resolveConnection(ctx: Context, options: ResolveOptions): Promise<Connection> {
  return connectionOf(ctx, { ...options, origin: selectOrigin({ ...options, env: ctx.env }) });
}

/**
 * `--provider all`: every profile, then every provider with a credential in the environment.
 * @throws UsageError for flags that mean one connection; AuthError when there is no connection at all
 */
export async function resolveAllConnections(ctx: Context, options: ResolveOptions): Promise<readonly Connection[]> {
  const given = { '--profile': options.flags.profile, '--endpoint': options.flags.endpoint };
  const problems = Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([flag]) => `${flag} does not go with all providers`);
  if (problems.length > 0) throw new UsageError(problems);
  const origins = selectAllOrigins({ ...options, env: ctx.env });
  return Promise.all(origins.map((origin) => connectionOf(ctx, { ...options, origin })));
}

/** The connection of one origin. @throws UsageError when it has no endpoint */
export async function connectionOf(
  ctx: Context,
  options: ResolveOptions & { readonly origin: Origin },
): Promise<Connection> {
  const { origin } = options;
  if (origin.kind === 'sandbox') return fromSandbox(ctx, { ...options, provider: origin.provider });
  if (origin.kind === 'profile') return fromProfile(ctx, { ...options, profile: origin.profile });
  return fromEnvironment(ctx, { ...options, origin });
}

/** A sandbox's connection: no credential, no endpoint, and of the organizations only `--org`. */
export function fromSandbox(ctx: Context, options: ResolveOptions & { readonly provider: ProviderName }): Connection {
  const { org } = options.configuration;
  return {
    provider: options.provider,
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
export async function fromProfile(
  ctx: Context,
  options: ResolveOptions & { readonly profile: Profile },
): Promise<Connection> {
  const { profile } = options;
  const file = options.configuration.files.user ?? 'the user file';
  const source = `profile ${profile.name} in ${tildePath(file, ctx.homeDirectory)}`;
  const endpoint = profileEndpoint(options, source);
  const warning = await credentialWarning(ctx, profile.credential);
  const isDocument = options.environments[profile.provider].isDocument ?? false;
  return {
    provider: profile.provider,
    profile: profile.name,
    endpoint: endpoint.text,
    endpointSource: endpoint.source,
    organization: profileOrganization(options, file),
    ca: flagCa(ctx, options) ?? (profile.ca === null ? null : { path: profile.ca, source }),
    credential: {
      source: `${describeCredential(profile.credential, ctx.homeDirectory)} (${source})`,
      clientId: profile.clientId,
      profileSource: profile.credential,
      read: () => readCredential(ctx, profile.credential, { isDocument }),
    },
    needsConfirmation: endpoint.question,
    warnings: warning === null ? [] : [warning],
  };
}

/** A connection whose endpoint and credential are the environment's, unless a flag says otherwise. */
export function fromEnvironment(
  ctx: Context,
  options: ResolveOptions & { readonly origin: EnvironmentOrigin },
): Connection {
  const { origin } = options;
  const endpoint = environmentEndpoint(ctx, options);
  return {
    provider: origin.provider,
    profile: null,
    endpoint: endpoint.text,
    endpointSource: endpoint.source,
    organization: environmentOrganization(ctx, options),
    ca: flagCa(ctx, options),
    credential: environmentCredential(ctx, origin),
    needsConfirmation: null,
    warnings: [],
  };
}

function environmentCredential(ctx: Context, { secret, connection }: EnvironmentOrigin): Connection['credential'] {
  const { isDocument = false, file = '' } = connection;
  if (secret === null) {
    const source = { kind: 'file', path: resolve(ctx.homeDirectory, file) } as const;
    return {
      source: describeCredential(source, ctx.homeDirectory),
      clientId: null,
      profileSource: null,
      read: () => readCredential(ctx, source, { isDocument }),
    };
  }
  const names = namesOf(secret);
  const { clientId, secret: name } = secret;
  return {
    source: `environment variable${names.length === 1 ? '' : 's'} ${names.join(' and ')}`,
    clientId: clientId === null ? null : variable(ctx.env, clientId),
    profileSource: null,
    read: () => readCredential(ctx, { kind: 'env', name }, { isDocument }),
  };
}

function flagCa(ctx: Context, { flags }: ResolveOptions): Connection['ca'] {
  return flags.caCert === undefined ? null : readCaFlag(ctx, flags.caCert);
}

/** The file that `--ca-cert` names. */
export function readCaFlag(
  { cwd, homeDirectory }: Pick<Context, 'cwd' | 'homeDirectory'>,
  given: string,
): NonNullable<Connection['ca']> {
  return { path: resolve(cwd, expandHome(given.trim(), homeDirectory)), source: 'flag --ca-cert' };
}

/** `--org` > `SACTL_ORG` > the connection's own variable > project file > user file. */
function environmentOrganization(
  ctx: Context,
  options: ResolveOptions & { readonly origin: EnvironmentOrigin },
): Setting<string | null> {
  const { org } = options.configuration;
  const name = options.origin.connection.organization?.name ?? null;
  const value = name === null ? null : variable(ctx.env, name);
  if (org.source.kind === 'flag' || org.source.kind === 'env') return org;
  return name === null || value === null ? org : { value, source: { kind: 'env', name } };
}

/** `--org` > `SACTL_ORG` > project file > the profile's > user file. */
function profileOrganization(
  options: ResolveOptions & { readonly profile: Profile },
  file: string,
): Setting<string | null> {
  const { org } = options.configuration;
  const { profile } = options;
  if (profile.org === null || org.source.kind === 'flag') return org;
  if (org.source.kind === 'env' || org.source.kind === 'project') return org;
  return { value: profile.org, source: { kind: 'user', name: file } };
}

/** An endpoint as the user wrote it, and where, for people. */
export interface Endpoint {
  readonly text: string;
  readonly source: string;
}

/**
 * `--endpoint` > the profile's > the provider's default. A flag that sends the profile's credential elsewhere comes with
 * the question that a person has to answer. `source` describes the profile.
 * @throws UsageError when there is none
 */
function profileEndpoint(
  options: ResolveOptions & { readonly profile: Profile },
  source: string,
): Endpoint & { readonly question: string | null } {
  const { profile, flags } = options;
  const standard = options.environments[profile.provider].endpoint.default;
  const own = profile.endpoint ?? standard;
  const given = flagEndpoint(options);
  if (given === null) {
    if (own === null) {
      throw new UsageError(`${source}: "endpoint" is missing, and ${profile.provider} has no default`);
    }
    return { text: own, source: profile.endpoint === null ? 'default' : source, question: null };
  }
  const asks = given.text !== own && flags.allowEndpointOverride !== true;
  const instead = own === null ? '' : ` instead of ${own}`;
  const question = `Send the credential of profile ${profile.name} to ${safeText(given.text, 200)}${instead}?`;
  return { ...given, question: asks ? question : null };
}

/**
 * `--endpoint` > the provider's variable > its default.
 * @throws UsageError when there is none
 */
function environmentEndpoint(ctx: Context, options: ResolveOptions & { readonly origin: EnvironmentOrigin }): Endpoint {
  const given = flagEndpoint(options);
  if (given !== null) return given;
  const { connection, provider } = options.origin;
  const { default: standard } = connection.endpoint;
  const name = connection.endpoint.variable?.name ?? null;
  const text = name === null ? null : variable(ctx.env, name);
  if (text !== null) return { text, source: `environment variable ${name}` };
  if (standard !== null) return { text: standard, source: 'default' };
  throw new UsageError(`no endpoint for ${provider}: ${name} is not set`, {
    hint: `set ${name}, or add --endpoint <url>`,
  });
}

function flagEndpoint(options: ResolveOptions): Endpoint | null {
  const { endpoint } = options.flags;
  return endpoint === undefined ? null : { text: endpoint.trim(), source: 'flag --endpoint' };
}

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
  /** null in the sandbox, which reads none. */
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
  /** Where the profile's secret is; null where it comes from the environment of no profile. */
  readonly profileSource: CredentialSource | null;
  /** Reads the secret anew; throws an AuthError (`unauthenticated`) that names the source. */
  readonly read: () => Promise<Secret>;
}

export interface ResolveOptions {
  readonly configuration: Configuration;
  readonly flags: ConfigurationFlags;
  readonly environments: EnvironmentConnections;
}

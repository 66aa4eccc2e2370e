import { resolve } from 'node:path';

import type { Context } from '../context.ts';
import type { ProviderName } from '../model/account.ts';
import type { Connection, ResolveOptions } from './connection-type.ts';
import { credentialWarning, describeCredential, readCredential } from './credential-source.ts';
import { expandHome, tildePath, variable } from './directories.ts';
import { environmentEndpoint, profileEndpoint } from './connection-endpoint.ts';
import { namesOf } from './environment.ts';
import type { Profile } from './profile.ts';
import type { EnvironmentOrigin } from './selection.ts';
import { defaultSource, type Setting } from './setting.ts';

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
  const isDocument = options.environments[profile.provider]?.isDocument ?? false;
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
  const name = options.origin.connection.organization;
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

import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import type { ResolveOptions } from './connection-type.ts';
import { variable } from './directories.ts';
import type { Profile } from './profile.ts';
import type { EnvironmentOrigin } from './selection.ts';
import { safeText } from '../model/text.ts';

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
export function profileEndpoint(
  options: ResolveOptions & { readonly profile: Profile },
  source: string,
): Endpoint & { readonly question: string | null } {
  const { profile, flags } = options;
  const standard = options.environments[profile.provider]?.endpoint.default ?? null;
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
export function environmentEndpoint(
  ctx: Context,
  options: ResolveOptions & { readonly origin: EnvironmentOrigin },
): Endpoint {
  const given = flagEndpoint(options);
  if (given !== null) return given;
  const { connection, provider } = options.origin;
  const { variable: name, default: standard } = connection.endpoint;
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

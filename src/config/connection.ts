import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { fromEnvironment, fromProfile, fromSandbox } from './connect.ts';
import type { Connection, ResolveOptions } from './connection-type.ts';
import { selectAllOrigins, selectOrigin, type Origin } from './selection.ts';

export type { Connection, ResolveOptions } from './connection-type.ts';

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

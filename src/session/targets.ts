import { join } from 'node:path';

import type { Context } from '../context.ts';
import type { TargetSpec } from '../delivery/targets/scheme.ts';
import type { Subject, Target, TargetEnvironment } from '../delivery/targets/target.ts';
import type { DeliveryFlags } from './account-flags.ts';
import type { Check } from './check.ts';
import type { CommonFlags } from './flags.ts';
import type { Renderer } from '../output/renderer.ts';
import { namesOf } from '../config/environment.ts';
import type { CredentialSource } from '../config/credential-source.ts';
import { shareFiles } from '../delivery/targets/shared-files.ts';
import { AuthError } from '../errors.ts';
import { environments } from '../providers/registry.ts';
import type { Connected, FoundConnection } from './connect.ts';
import { sandboxDirectory } from './sandbox-state.ts';

/** Where a new credential can go from a connection. */
export interface Outlet {
  readonly targetEnvironment: TargetEnvironment;
}

/** Parses the values of `--to`; `isNew` is for an account that has no id yet. */
export async function checkTargets(
  { targetEnvironment }: Outlet,
  { to = [] }: DeliveryFlags,
  { isNew }: { isNew: boolean },
): Promise<Check<readonly TargetSpec[]>> {
  if (to.length === 0) return { value: [], problems: [] };
  const { parseTargets, valueProblems } = await import('../delivery/targets/parse.ts');
  const { unknownId } = await import('../delivery/targets/expand.ts');
  const { problemOf } = await import('../delivery/targets/system-call.ts');
  const parsed = parseTargets(to, targetEnvironment);
  const { specs } = parsed;
  const problems = [...parsed.problems, ...valueProblems(parsed)];
  const early = isNew ? to.filter((given) => given.includes('{id}')) : [];
  return { value: specs, problems: [...problems, ...early.map((given) => problemOf(given, unknownId))] };
}

/** Why the credential cannot be printed, where it has no target; `--dry-run` prints none. */
export async function printingProblems(
  ctx: Context,
  common: CommonFlags,
  { renderer, to = [] }: DeliveryFlags & { readonly renderer: Renderer | null },
): Promise<readonly string[]> {
  if (to.length > 0 || common.dryRun || renderer === null) return [];
  const { placeProblems } = await import('../delivery/stdout.ts');
  return placeProblems(ctx, renderer);
}

/** The targets for one account. @throws UsageError when its name or id cannot be part of one */
export async function targetsFor(
  session: Pick<Connected, 'connection'> & { readonly targetEnvironment: TargetEnvironment },
  specs: readonly TargetSpec[],
  { provider, organization, name, id }: Omit<Subject, 'profile'>,
): Promise<readonly Target[]> {
  if (specs.length === 0) return [];
  const { createTargets } = await import('../delivery/targets/schemes.ts');
  const { profile } = session.connection;
  return createTargets(specs, { provider, profile, organization, id, name }, session.targetEnvironment);
}

/**
 * What the targets of a credential may touch.
 * @param source where the profile's own credential comes from
 * @param stateDirectory the program's own; the sandbox has a part of it
 */
export function targetEnvironmentOf(
  ctx: Context,
  options: { readonly isSandbox: boolean; readonly source: CredentialSource | null; readonly stateDirectory: string },
): TargetEnvironment {
  const { isSandbox, source, stateDirectory } = options;
  return {
    ctx,
    isSandbox,
    backupDirectory: join(isSandbox ? sandboxDirectory(stateDirectory) : stateDirectory, 'backups'),
    files: shareFiles(ctx),
    profileFile: source?.kind === 'file' ? source.path : null,
    profileStart: source?.kind === 'file' ? (source.start ?? null) : null,
    credentialVariables: [
      ...Object.values(environments).flatMap(({ secrets }) => secrets.flatMap(namesOf)),
      ...(source?.kind === 'env' ? [source.name] : []),
      ...stateSecrets,
    ],
  };
}

/** A password in the store's address, and the key that opens what is kept. */
const stateSecrets = ['SACTL_STATE', 'SACTL_STATE_IDENTITY'];

/** Where the credentials of a connection may go. */
export function outletOf(ctx: Context, { configuration, connection }: FoundConnection): Outlet {
  const targetEnvironment = targetEnvironmentOf(ctx, {
    isSandbox: configuration.sandbox.value,
    stateDirectory: configuration.stateDirectory.value,
    source: connection instanceof AuthError ? null : (connection.credential?.profileSource ?? null),
  });
  return { targetEnvironment };
}

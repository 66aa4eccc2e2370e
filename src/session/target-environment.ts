import { join } from 'node:path';

import { namesOf } from '../config/environment.ts';
import type { CredentialSource } from '../config/profile.ts';
import type { Context } from '../context.ts';
import { shareFiles } from '../delivery/targets/shared-files.ts';
import type { TargetEnvironment } from '../delivery/targets/target.ts';
import { AuthError } from '../errors.ts';
import { environments } from '../providers/registry.ts';
import type { Found } from './connect.ts';
import { sandboxDirectory } from './sandbox-state.ts';

/** Which connection the targets are for. */
export interface TargetPlace {
  readonly isSandbox: boolean;
  readonly source: CredentialSource | null;
  /** The program's own; the sandbox has a part of it. */
  readonly stateDirectory: string;
}

/** What the targets of a credential may touch; `source` is where the profile's own credential comes from. */
export function targetEnvironmentOf(
  ctx: Context,
  { isSandbox, source, stateDirectory }: TargetPlace,
): TargetEnvironment {
  return {
    ctx,
    isSandbox,
    backupDirectory: join(isSandbox ? sandboxDirectory(stateDirectory) : stateDirectory, 'backups'),
    files: shareFiles(ctx),
    profileFile: source?.kind === 'file' ? source.path : null,
    credentialVariables: [
      ...Object.values(environments).flatMap(({ secrets }) => secrets.flatMap(namesOf)),
      ...(source?.kind === 'env' ? [source.name] : []),
    ],
  };
}

/** What the targets of credentials that this connection issues may touch. */
export function targetEnvironmentFor(
  ctx: Context,
  { configuration, connection }: Pick<Found, 'configuration' | 'connection'>,
): TargetEnvironment {
  return targetEnvironmentOf(ctx, {
    isSandbox: configuration.sandbox.value,
    stateDirectory: configuration.stateDirectory.value,
    source: connection instanceof AuthError ? null : (connection.credential?.profileSource ?? null),
  });
}

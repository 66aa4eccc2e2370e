import { join } from 'node:path';

import { namesOf } from '../config/environment.ts';
import type { CredentialSource } from '../config/profile.ts';
import type { Context } from '../context.ts';
import type { TargetEnvironment } from '../delivery/targets/target.ts';
import { environments } from '../providers/registry.ts';
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
    profileFile: source?.kind === 'file' ? source.path : null,
    credentialVariables: [
      ...Object.values(environments).flatMap(({ secrets }) => secrets.flatMap(namesOf)),
      ...(source?.kind === 'env' ? [source.name] : []),
    ],
  };
}

import { namesOf } from '../config/environment.ts';
import type { CredentialSource } from '../config/profile.ts';
import type { Context } from '../context.ts';
import type { TargetEnvironment } from '../delivery/targets/target.ts';
import { environments } from '../providers/registry.ts';

/** What the targets of a credential may touch; `source` is where the profile's own credential comes from. */
export function targetEnvironmentOf(
  ctx: Context,
  { isSandbox, source }: { isSandbox: boolean; source: CredentialSource | null },
): TargetEnvironment {
  return {
    ctx,
    isSandbox,
    profileFile: source?.kind === 'file' ? source.path : null,
    credentialVariables: [
      ...Object.values(environments).flatMap(({ secrets }) => secrets.flatMap(namesOf)),
      ...(source?.kind === 'env' ? [source.name] : []),
    ],
  };
}

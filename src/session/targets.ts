import type { Context } from '../context.ts';
import type { TargetSpec } from '../delivery/targets/scheme.ts';
import type { Subject, Target } from '../delivery/targets/target.ts';
import type { DeliveryFlags } from './account-flags.ts';
import type { Check } from './check.ts';
import type { CommonFlags } from './flags.ts';
import type { Local, Session } from './session.ts';

/** Parses the values of `--to`; `isNew` is for an account that has no id yet. */
export async function checkTargets(
  { targetEnvironment }: Pick<Local, 'targetEnvironment'>,
  { to = [] }: DeliveryFlags,
  { isNew }: { isNew: boolean },
): Promise<Check<readonly TargetSpec[]>> {
  if (to.length === 0) return { value: [], problems: [] };
  const { parseTargets } = await import('../delivery/targets/parse.ts');
  const { unknownId } = await import('../delivery/targets/expand.ts');
  const { problemOf } = await import('../delivery/targets/system-call.ts');
  const { specs, problems } = parseTargets(to, targetEnvironment);
  const early = isNew ? to.filter((given) => given.includes('{id}')) : [];
  return {
    value: specs,
    problems: [...problems, ...early.map((given) => problemOf(given, unknownId))],
  };
}

/** Why the credential cannot be printed, where it has no target; `--dry-run` prints none. */
export async function printingProblems(
  ctx: Context,
  common: CommonFlags,
  { renderer, flags: { to = [] } }: Pick<Local, 'renderer'> & { flags: DeliveryFlags },
): Promise<readonly string[]> {
  if (to.length > 0 || common.dryRun || renderer === null) return [];
  const { placeProblems } = await import('../delivery/stdout.ts');
  return placeProblems(ctx, renderer);
}

/** The targets for one account. @throws UsageError when its name or id cannot be part of one */
export async function targetsFor(
  { targetEnvironment, connection }: Session,
  specs: readonly TargetSpec[],
  { provider, organization, name, id }: Omit<Subject, 'profile'>,
): Promise<readonly Target[]> {
  if (specs.length === 0) return [];
  const { createTargets } = await import('../delivery/targets/schemes.ts');
  const { profile } = connection;
  return createTargets(specs, { provider, profile, organization, id, name }, targetEnvironment);
}

import { Option } from '@commander-js/extra-typings';

import type { TargetSpec } from '../delivery/targets/scheme.ts';
import type { Subject, Target } from '../delivery/targets/target.ts';
import type { Context } from '../context.ts';
import type { Check } from './check.ts';
import { repeated, type CommonFlags } from './flags.ts';
import type { Local, Session } from './session.ts';

/** What the user says of a new credential's way; what was not given is absent. */
export interface DeliveryFlags {
  readonly to?: readonly string[] | undefined;
  readonly verify?: boolean | undefined;
  readonly reissue?: boolean | undefined;
  /** False with `--no-journal`. */
  readonly journal?: boolean | undefined;
  readonly allowSelf?: true | undefined;
}

/** The flags that create and rotate share, in the order of the help. */
export const deliveryOptions = {
  to: () =>
    new Option(
      '--to <target>',
      'where the credential goes instead of stdout; may be repeated (see "sactl help targets")',
    ).argParser(repeated),
  verify: () => new Option('--verify', 'try the new credential (default)'),
  noVerify: () => new Option('--no-verify', 'do not try the new credential'),
  reissue: () => new Option('--reissue', 'issue one more credential when the first answer is lost (default)'),
  noReissue: () => new Option('--no-reissue', 'never issue a second credential'),
  token: () => new Option('--token <name>', 'name of the new token in the web console (Augment)'),
  allowTenantChange: () => new Option('--allow-tenant-change', 'accept a session for another tenant (Augment)'),
  noJournal: () => new Option('--no-journal', 'do not keep the credential in the journal while it is delivered'),
} as const;

/** Takes the values of `--to` apart; `isNew` is an account that has no id yet. */
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

/** What keeps a credential that goes nowhere else from being printed; `--dry-run` prints none. */
export async function printingProblems(
  ctx: Context,
  common: CommonFlags,
  { renderer, flags: { to = [] } }: Pick<Local, 'renderer'> & { flags: DeliveryFlags },
): Promise<readonly string[]> {
  if (to.length > 0 || common.dryRun || renderer === null) return [];
  const { placeProblems } = await import('../delivery/stdout.ts');
  return placeProblems(ctx, renderer);
}

/** The targets for one account. @throws UsageError when a value of the account cannot be part of one */
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

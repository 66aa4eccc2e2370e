import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { isTerminal } from '../model/run-environment.ts';
import type { Plan } from '../providers/plan.ts';
import type { CommonFlags } from './flags.ts';
import { on, type FlagsOf } from './flag.ts';

/** The flag of every change that may be one of the caller's own account. */
export const selfFlag = {
  allowSelf: on('--allow-self', 'change the account that sactl itself signs in with, without being asked'),
} as const;

export type SelfFlag = FlagsOf<typeof selfFlag>;

type Change = Pick<Plan<unknown>, 'isSelf' | 'effects'>;

/** The effects of a change, and what follows where the account is, or may be, the caller's own (docs/design.md 6). */
export function withSelf({ isSelf = false, effects }: Change): readonly string[] {
  if (isSelf === false) return effects;
  const then = isSelf === true ? '' : 'then ';
  return [...effects, `${subjectOf(isSelf)}: ${then}only somebody else can undo this`];
}

/** @throws UsageError where nobody can be asked, and no flag says that the caller's own account may be changed */
export function requireConsent(
  { ctx, common }: { readonly ctx: Context; readonly common: CommonFlags },
  { isSelf = false }: Pick<Change, 'isSelf'>,
  { allowSelf }: SelfFlag,
): void {
  if (isSelf === false || allowSelf === true || (isTerminal(ctx) && common.input)) return;
  throw new UsageError(`${subjectOf(isSelf)}: --allow-self is missing`);
}

function subjectOf(isSelf: true | null): string {
  return `this ${isSelf === true ? 'is' : 'may be'} the account that sactl signs in with`;
}

import { isTerminal, type Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { safeText } from '../model/text.ts';
import type { CommonFlags } from './flags.ts';
import type { Session } from './session.ts';

/** Problems that keep a change from being confirmed: off a terminal only `--yes` confirms (DESIGN.md 1). */
export function confirmationProblems(ctx: Context, common: CommonFlags): readonly string[] {
  if (common.yes || common.dryRun || canAsk(ctx, common)) return [];
  const why = common.input ? 'there is no terminal to ask on' : '--no-input forbids asking';
  return [`this needs a confirmation, and ${why}: add --yes`];
}

/** Whether a person can be asked, and has not forbidden it with `--no-input`; `--dry-run` never asks. */
export function canAsk(ctx: Context, { input, dryRun }: CommonFlags): boolean {
  return input && dryRun !== true && isTerminal(ctx);
}

/**
 * Says what will happen and asks whether it should, unless `--yes` or nobody can be asked.
 * @throws UsageError when the answer is no
 */
export async function confirmChange({ ctx, common }: Session, change: Change): Promise<void> {
  await confirm(ctx, common, change);
}

interface Change {
  /** As it reads in a question. */
  readonly action: string;
  readonly effects: readonly string[];
}

/** `confirmChange` where there is no session. */
export async function confirm(ctx: Context, common: CommonFlags, { action, effects }: Change): Promise<void> {
  if (common.yes || !canAsk(ctx, common)) return;
  await ctx.stderr.write(effects.map((effect) => `  - ${safeText(effect)}\n`).join(''));
  const message = `${safeText(action)}?`;
  const confirmed = await ctx.prompt.confirm({ message, default: false });
  if (!confirmed) throw new UsageError('not confirmed; nothing was changed');
}

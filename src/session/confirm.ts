import type { Context } from '../context.ts';
import { isTerminal } from '../model/run-environment.ts';
import { UsageError } from '../errors.ts';
import { safeText } from '../model/text.ts';
import type { CommonFlags } from './flags.ts';
import type { Connection } from '../config/connection.ts';
import type { Organization } from '../providers/provider.ts';

/** The problem of a change that cannot be confirmed: without a terminal only `--yes` confirms (docs/design.md 1). */
export function confirmationProblems(ctx: Context, common: CommonFlags): readonly string[] {
  if (common.yes || common.dryRun || canAsk(ctx, common)) return [];
  const why = common.input ? 'there is no terminal to ask on' : '--no-input forbids asking';
  return [`this needs a confirmation, and ${why}: add --yes`];
}

/** Whether there is a terminal to ask on, and `--no-input` does not forbid it; `--dry-run` never asks. */
export function canAsk(ctx: Context, { input, dryRun }: CommonFlags): boolean {
  return input && dryRun !== true && isTerminal(ctx);
}

/** The problem of a flag that is missing or blank: where it is missing, a person may be asked to choose instead. */
export function missingProblem(
  ctx: Context,
  common: CommonFlags,
  given: string | undefined,
  problem: string,
): readonly string[] {
  const isMissing = given === undefined ? !canAsk(ctx, common) : given.trim() === '';
  return isMissing ? [problem] : [];
}

/**
 * Shows the effects and asks for confirmation, unless `--yes` gives it or there is no terminal.
 * @param action as it reads in a question, without the question mark
 * @throws UsageError when the answer is no
 */
export async function confirmChange(
  { ctx, common }: { readonly ctx: Context; readonly common: CommonFlags },
  { action, effects }: { readonly action: string; readonly effects: readonly string[] },
): Promise<void> {
  if (common.yes || !canAsk(ctx, common)) return;
  await ctx.stderr.write(effects.map((effect) => `  - ${safeText(effect)}\n`).join(''));
  const confirmed = await ctx.prompt.confirm({ message: `${safeText(action)}?`, default: false });
  if (!confirmed) throw new UsageError('not confirmed; nothing was changed');
}

/** @throws UsageError unless a person or a flag allows sending a profile's credential to another endpoint */
export async function confirmEndpoint(ctx: Context, common: CommonFlags, connection: Connection): Promise<void> {
  const { needsConfirmation: message } = connection;
  if (message === null || common.allowEndpointOverride) return;
  if (!canAsk(ctx, common)) {
    throw new UsageError('--endpoint beside a profile needs --allow-endpoint-override here', {
      hint: `--allow-endpoint-override says yes to: ${message}`,
    });
  }
  const confirmed = await ctx.prompt.confirm({ message, default: false });
  if (!confirmed) throw new UsageError('not confirmed; nothing was sent');
}

/** @throws UsageError where there is no terminal to ask on */
export async function chooseOrganization(
  ctx: Context,
  common: CommonFlags,
  candidates: readonly Organization[],
): Promise<string> {
  if (canAsk(ctx, common)) {
    return ctx.prompt.select({
      message: 'Which organization?',
      choices: candidates.map(({ id, name }) => ({ value: id, label: `${name} (${id})`, names: [name, id] })),
    });
  }
  const list = candidates.map(({ id, name }) => `${id} (${name})`).join(', ');
  throw new UsageError(`--org is missing: this credential sees several organizations: ${list}`);
}

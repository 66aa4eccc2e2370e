import type { Context } from '../context.ts';
import { ActionRequiredError, UsageError, type RequiredAction } from '../errors.ts';
import { safeText } from '../model/text.ts';
import type { Plan } from '../providers/plan.ts';
import type { ProviderDefinition } from '../providers/provider.ts';
import { canAsk, confirmChange, confirmationProblems } from './confirm.ts';
import type { DoneFlag } from './account-flags.ts';
import type { CommonFlags } from './flags.ts';
import type { Session } from './session.ts';
import { findProgram } from '../programs/find-program.ts';
import { leaveProgram } from '../programs/program.ts';

/** The part of a plan that a person carries out. */
type Step = Pick<Plan<unknown>, 'effects' | 'action'>;

/**
 * `confirmationProblems` of a deletion. Where a person has to take the step and `--done` does not say that it was taken,
 * there is nothing to confirm yet.
 */
export function recordProblems(
  ctx: Context,
  common: CommonFlags,
  { definition, done }: DoneFlag & { readonly definition: ProviderDefinition },
): readonly string[] {
  return definition.manual !== undefined && done !== true ? [] : confirmationProblems(ctx, common);
}

/** @throws UsageError for `--done` where no person has to do anything: sactl would make the change itself */
export function refuseDone(
  { manual, title }: Pick<ProviderDefinition, 'manual' | 'title'>,
  { done, action }: DoneFlag & Step,
): void {
  if (done !== true || action !== undefined) return;
  throw new UsageError(
    manual !== undefined
      ? `--done is for steps in the console of ${title}, and this change needs none there`
      : `--done is for providers without an API; ${title} does it itself`,
  );
}

/** The effects of a plan, the person's step first. */
export function effectsOf({ effects, action }: Step): readonly string[] {
  if (action === undefined) return effects;
  return [`a person has to ${action.goal}, at ${action.url}`, ...effects];
}

/**
 * Makes sure that the step was taken, so that it can be recorded: `--done` says so, else a person is asked. `--yes` is no
 * answer, because it says nothing about the console.
 * @throws ActionRequiredError when it was not taken, or there is no terminal to ask on; UsageError when recording it is
 * not confirmed
 */
export async function confirmDone(
  session: Session,
  { action, effects, done }: DoneFlag & { readonly action: RequiredAction; readonly effects: Step['effects'] },
): Promise<void> {
  const { ctx, common, definition } = session;
  if (done === true) {
    await confirmChange(session, { action: `Record that it was done: ${action.goal}`, effects });
    return;
  }
  if (canAsk(ctx, common)) {
    const lines = [`To be done: ${safeText(action.goal)}`, `  at ${safeText(action.url)}`];
    const all = [...lines, ...effects.map((effect) => `  - ${safeText(effect)}`)];
    await ctx.stderr.write(all.map((line) => `${line}\n`).join(''));
    await offerPage(session, action.url);
    if (await ctx.prompt.confirm({ message: 'Is it done?', default: false })) return;
  }
  throw new ActionRequiredError([action], { provider: definition.name });
}

/** Offers to open a page in the browser, where there is one. The sandbox has no pages. */
export async function offerPage({ ctx, isSandbox, targetEnvironment }: Session, url: string): Promise<void> {
  const [name, ...args] = isSandbox ? [] : opener(ctx);
  const path = name === undefined ? null : await findProgram(name, ctx).catch(() => null);
  if (path === null || !(await ctx.prompt.confirm({ message: 'Open it in the browser?', default: true }))) return;
  const withheld = new Set(targetEnvironment.credentialVariables);
  const env = Object.fromEntries(Object.entries(ctx.env).filter(([variable]) => !withheld.has(variable)));
  // It may run as long as the browser does. A failure needs no message: the URL is on the screen.
  leaveProgram({ path, args: [...args, url], cwd: ctx.cwd, env });
}

/** The program that opens a page, with its arguments; nothing where there is no screen. */
function opener({ platform, env }: Pick<Context, 'platform' | 'env'>): readonly string[] {
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  const hasScreen = [env['DISPLAY'], env['WAYLAND_DISPLAY']].some((name) => (name ?? '') !== '');
  return hasScreen ? ['xdg-open'] : [];
}

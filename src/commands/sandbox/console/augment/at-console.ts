import type { Context } from '../../../../context.ts';
import { UsageError } from '../../../../errors.ts';
import type { AugmentState } from '../../../../sandbox/augment/state.ts';

/** @param flags values by the flags' names, '' for those not given @throws UsageError naming every one that is missing */
export function refuseMissing(flags: Readonly<Record<string, string>>): void {
  const missing = Object.keys(flags).filter((name) => flags[name]?.trim() === '');
  if (missing.length > 0) throw new UsageError(missing.map((name) => `--${name} is missing`));
}

/** Does at the web console what `work` does. @throws FailedError when the state cannot be used, and what `work` throws */
export async function atConsole<Result>(ctx: Context, work: (state: AugmentState) => Result): Promise<Result> {
  const { stateDirectory } = await import('../../../../config/directories.ts');
  const { augmentConsole } = await import('../../../../sandbox/sandbox.ts');
  const { now, sleep } = ctx;
  return augmentConsole({ stateDirectory: stateDirectory(ctx).value, now, sleep }, work);
}

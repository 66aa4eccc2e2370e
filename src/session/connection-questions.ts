import type { Connection } from '../config/connection.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import type { Organization } from '../providers/provider.ts';
import { canAsk } from './confirm.ts';
import type { CommonFlags } from './flags.ts';

/** @throws UsageError unless a person, or a flag, agrees to send a profile's credential to another endpoint */
export async function confirmEndpoint(
  ctx: Context,
  common: CommonFlags,
  { needsConfirmation }: Connection,
): Promise<void> {
  if (needsConfirmation === null || common.allowEndpointOverride) return;
  if (canAsk(ctx, common)) {
    if (await ctx.prompt.confirm({ message: needsConfirmation, default: false })) return;
    throw new UsageError('not confirmed; nothing was sent');
  }
  throw new UsageError('--endpoint beside a profile needs --allow-endpoint-override here', {
    hint: `--allow-endpoint-override says yes to: ${needsConfirmation}`,
  });
}

/** @throws UsageError where nobody can be asked */
export async function chooseOrganization(
  ctx: Context,
  common: CommonFlags,
  candidates: readonly Organization[],
): Promise<string> {
  if (canAsk(ctx, common)) {
    return ctx.prompt.select({
      message: 'Which organization?',
      choices: candidates.map(({ id, name }) => ({ value: id, label: `${name} (${id})` })),
    });
  }
  const list = candidates.map(({ id, name }) => `${id} (${name})`).join(', ');
  throw new UsageError(`--org is missing: this credential sees several organizations: ${list}`);
}

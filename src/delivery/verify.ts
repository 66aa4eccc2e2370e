import type { Context } from '../context.ts';
import type { Issued } from '../providers/issuance.ts';
import type { Verification } from '../providers/provider.ts';
import { inWords, noticeableWaitMs } from '../model/duration.ts';
import type { Remote } from './issuance.ts';

const pausesMs = [1000, 2000, 4000, 8000, 15_000];

/**
 * Verifies a credential that was just issued. A refusal is tried again for half a minute, because what a provider knows
 * takes time to spread; anything that says nothing of the credential is not (docs/design.md 6, step 5). That a disabled
 * account is refused says nothing of its credential either.
 */
export async function verify(
  ctx: Pick<Context, 'sleep' | 'signal'>,
  { verifyCredential }: Pick<Remote, 'verifyCredential'>,
  { account, credential }: Pick<Issued, 'account' | 'credential'>,
  report: (text: string) => Promise<void>,
): Promise<Verification> {
  if (account.enabled === false) return { works: null, why: 'the account is disabled' };
  let verification = await verifyCredential(credential);
  for (const [index, pause] of pausesMs.entries()) {
    if (verification.works !== false) return verification;
    if (pause > noticeableWaitMs && (pausesMs[index - 1] ?? 0) <= noticeableWaitMs) {
      const left = pausesMs.slice(index).reduce((sum, each) => sum + each);
      await report(`the new credential is refused still; it is tried for another ${inWords(left)}`);
    }
    // An interrupt ends the tries, and the last one counts.
    const isOver = await ctx.sleep(pause, ctx.signal).then(
      () => false,
      () => true,
    );
    if (isOver) return verification;
    verification = await verifyCredential(credential);
  }
  return verification;
}

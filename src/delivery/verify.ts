import type { Context } from '../context.ts';
import type { Issued } from '../providers/issuing.ts';
import type { Trial } from '../providers/provider.ts';
import type { Remote } from './issue.ts';

const pausesMs = [1000, 2000, 4000, 8000, 15_000];

/**
 * Tries a credential that was just issued. A refusal is tried again for half a minute, because what a provider knows
 * takes time to spread; anything that says nothing of the credential is not (DESIGN.md 6, step 5). That a disabled account
 * is refused says nothing of its credential either.
 */
export async function verify(
  ctx: Pick<Context, 'sleep' | 'signal'>,
  { tryCredential }: Pick<Remote, 'tryCredential'>,
  { account, credential }: Pick<Issued, 'account' | 'credential'>,
): Promise<Trial> {
  if (account.enabled === false) return { works: null, why: 'the account is disabled' };
  let trial = await tryCredential(credential);
  for (const pause of pausesMs) {
    if (trial.works !== false) return trial;
    // An interrupt ends the tries, and the last one counts.
    const isOver = await ctx.sleep(pause, ctx.signal).then(
      () => false,
      () => true,
    );
    if (isOver) return trial;
    trial = await tryCredential(credential);
  }
  return trial;
}

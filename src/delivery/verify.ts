import type { Context } from '../context.ts';
import type { Account } from '../model/account.ts';
import type { Issued } from '../providers/issuance.ts';
import type { Verification } from '../providers/provider.ts';
import { inWords, noticeableWaitMs } from '../model/duration.ts';
import type { AccountLock } from '../state/account-lock.ts';
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
      await report(`the new credential is still refused; trying for another ${inWords(left)}`);
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

/** Whether a credential is still the newest of its account; null with `why` where that cannot be told. */
export interface Standing {
  readonly isNewest: boolean | null;
  readonly why: string | null;
  /** The run that has taken the account over, where that is known. */
  readonly takenBy?: string | null;
}

/** What tells whether a credential is still the newest. */
export interface StandingSources {
  /** Reads the account as the provider shows it now. */
  readonly readAccount: (() => Promise<Account>) | null;
  readonly verifyCredential: () => Promise<Verification>;
}

const newest: Standing = { isNewest: true, why: null };

/** What the account's expiry says of a credential; null where it says nothing, as of a list that lags. */
export function standingByExpiry(issued: Issued, seen: Account | null): Standing | null {
  const ours = Date.parse(issued.account.expiresAt ?? '');
  const theirs = Date.parse(seen?.expiresAt ?? '');
  if (theirs === ours) return newest;
  return theirs > ours ? { isNewest: false, why: 'a newer one was issued' } : null;
}

/**
 * Where the account has an expiry, as nscale's have, a later one is another credential's. The same one is in whole seconds,
 * so that two of one second share it: the credential is tried, as elsewhere (docs/design.md 6, step 5).
 */
async function standingOf(issued: Issued, { readAccount, verifyCredential }: StandingSources): Promise<Standing> {
  const seen = issued.account.expiresAt === null ? null : await readAccount?.().catch(() => null);
  const known = standingByExpiry(issued, seen ?? null);
  if (known?.isNewest === false) return known;
  const { works, why } = await verifyCredential().catch(() => ({ works: null, why: null }));
  return works === false ? { isNewest: false, why: why ?? 'it was refused' } : (known ?? { isNewest: works, why });
}

/** The standing while the account is held: a run that has lost it writes nothing more, because another one may. */
export function whileHeld(
  lock: Pick<AccountLock, 'renew' | 'takenBy'>,
  standing: () => Promise<Standing>,
): () => Promise<Standing> {
  return async () => {
    const isHeld = await lock.renew();
    if (isHeld !== false) return standing();
    return { isNewest: false, why: 'another run has taken the account over', takenBy: lock.takenBy?.() ?? null };
  };
}

/** How long a request, or a look, is taken for the newest without another look. */
const freshMs = 2000;

/** Looks whether a credential is still the newest, where the last that is known of it is too old. */
export function watchStanding(
  { now }: Pick<Context, 'now'>,
  issued: Issued,
  { knownAt: first, ...sources }: StandingSources & { readonly knownAt: number },
): () => Promise<Standing> {
  let knownAt = first;
  let last = newest;
  return async () => {
    // What was superseded stays so.
    if (last.isNewest === false || (last.isNewest === true && now() - knownAt <= freshMs)) return last;
    last = await standingOf(issued, sources);
    knownAt = now();
    return last;
  };
}

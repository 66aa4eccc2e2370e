import type { Context } from '../../context.ts';
import type { StateError } from './store.ts';

/** What became of one try to write, where its condition holds. */
export type Attempted =
  | { readonly kind: 'written'; readonly revision: string }
  /** The condition does not hold. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly error: StateError; readonly isRepeatable: boolean };

export interface ConditionalWrite {
  readonly attempt: () => Promise<Attempted>;
  /** The revision of what stands there, where that is exactly what is being written. */
  readonly look: () => Promise<string | null>;
  readonly ctx: Pick<Context, 'now' | 'sleep'>;
}

const pausesMs = [100, 300, 900];

/** Nothing is tried again later than this after the first try: others wait for an account that is held. */
const patienceMs = 5000;

/** Gives the milliseconds before each next try, and null when there is to be none. */
export function createPauses({ now }: Pick<Context, 'now'>): () => number | null {
  const end = now() + patienceMs;
  const left = [...pausesMs];
  return () => (now() < end ? (left.shift() ?? null) : null);
}

/**
 * Writes, and finds out what can be known where an answer is lost: to write again does no harm, because the condition holds
 * once, and what stands there in the end is told from what anybody else writes.
 * @returns the new revision; null where the condition does not hold
 * @throws StateError; `isUncertain` where it may have been written
 */
export async function writeConditionally({ attempt, look, ctx }: ConditionalWrite): Promise<string | null> {
  const nextPause = createPauses(ctx);
  let doubt: StateError | null = null;
  for (;;) {
    const attempted = await attempt();
    if (attempted.kind === 'written') return attempted.revision;
    if (attempted.kind === 'refused' && doubt === null) return null;
    if (attempted.kind === 'failed' && attempted.error.isUncertain) doubt = attempted.error;
    if (doubt !== null) {
      const revision = await look().catch(() => null);
      if (revision !== null) return revision;
      // It was overwritten since, or never there.
      if (attempted.kind === 'refused') throw doubt;
    }
    const pause = nextPause();
    if (attempted.kind === 'failed' && (!attempted.isRepeatable || pause === null)) throw doubt ?? attempted.error;
    await ctx.sleep(pause ?? 0);
  }
}

/** Whether two values are the same. */
export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

import { openAccountLocks } from '../../src/state/account-lock.ts';
import type { LocalState } from '../../src/providers/manual.ts';
import { testContext } from './context.ts';
import { freshStateDirectory } from './state.ts';

/** A machine on which nothing is kept yet. */
export function freshLocalState(): LocalState {
  const { ctx } = testContext();
  const stateDirectory = freshStateDirectory();
  return {
    platform: ctx.platform,
    userId: ctx.userId,
    homeDirectory: null,
    stateDirectory,
    locks: openAccountLocks({ ...ctx, stateDirectory }),
    document: () => Promise.resolve(null),
  };
}

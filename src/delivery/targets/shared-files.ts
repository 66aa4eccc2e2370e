import pLimit, { type LimitFunction } from 'p-limit';

import { coalesceBy } from '../../files/coalesce.ts';
import type { SharedFiles, TargetContext } from './target.ts';

/** What the file targets of a new command share. */
export function shareFiles({ platform }: Pick<TargetContext, 'platform'>): SharedFiles {
  return {
    flushFolder: coalesceBy(async (folder) => {
      // Commands that deliver nothing make this, too, and need nothing of it.
      const { syncDirectory } = await import('../../files/private-directory.ts');
      await syncDirectory(folder, { platform });
    }),
    inTurn: takeTurns(),
    trials: new Map(),
    ways: new Map(),
    starts: new Map(),
  };
}

function takeTurns(): SharedFiles['inTurn'] {
  const turns = new Map<string, LimitFunction>();
  return (path, work) => {
    const turn = turns.get(path) ?? pLimit(1);
    turns.set(path, turn);
    return turn(work);
  };
}

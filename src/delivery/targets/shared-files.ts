import pLimit, { type LimitFunction } from 'p-limit';

import { coalesceBy } from '../../files/coalesce.ts';
import { syncDirectory } from '../../files/private-directory.ts';
import type { SharedFiles, TargetContext } from './target.ts';

/** What the file targets of a new command share. */
export function shareFiles({ platform }: Pick<TargetContext, 'platform'>): SharedFiles {
  return {
    flushFolder: coalesceBy((folder) => syncDirectory(folder, { platform })),
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

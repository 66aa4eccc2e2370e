import pLimit, { type LimitFunction } from 'p-limit';

import { systemCode } from '../../files/system-error.ts';
import { togetherBy } from '../../files/coalesce.ts';
import type { SharedFiles, TargetContext } from './target.ts';

/** What the file targets of a new command share. */
export function shareFiles({ platform }: Pick<TargetContext, 'platform'>): SharedFiles {
  return {
    flushFolder: platform === 'win32' ? () => Promise.resolve() : togetherBy(flushFolder),
    inTurn: takeTurns(),
    trials: new Map(),
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

/** Codes of folders that may not be read, and of file systems that cannot flush one. */
const unflushable: ReadonlySet<string | null> = new Set([
  'EACCES',
  'EINVAL',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EPERM',
]);

/** Makes a rename last, where the system can: the file is in place already. */
async function flushFolder(folder: string): Promise<void> {
  // Commands that deliver nothing make this, too, and need nothing of it.
  const { open } = await import('node:fs/promises');
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!unflushable.has(systemCode(error))) throw error;
  }
}

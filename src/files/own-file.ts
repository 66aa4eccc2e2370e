import { constants, type Stats } from 'node:fs';

import type { Owner } from './private-directory.ts';

/** What keeps a file from being believed, as found without following links; null for the user's own regular file. */
export function ownFileProblem(
  found: Pick<Stats, 'isSymbolicLink' | 'isFile' | 'uid'>,
  { userId }: Pick<Owner, 'userId'>,
): string | null {
  if (found.isSymbolicLink()) return 'it is a symbolic link';
  if (!found.isFile()) return 'it is not a regular file';
  return userId !== null && found.uid !== userId ? 'it belongs to another user' : null;
}

/** The flag of `open` that refuses symlinks, where the system has it. */
export function noFollow(): number {
  return constants.O_NOFOLLOW ?? 0;
}

import { sep } from 'node:path';

import { formsOf } from './secrets.ts';
import { programTargets } from './targets.ts';
import type { Seen } from './seen.ts';

/** A file that was not asked for, or was left behind. */
export function foreignFile({ written, places, root, before, after }: Seen): string | null {
  const { stateDirectory, isAskedFor, isDraft } = places;
  for (const path of written) {
    const isState =
      path === stateDirectory || path.startsWith(stateDirectory + sep) || stateDirectory.startsWith(path + sep);
    if (isState || isAskedFor(path)) continue;
    if (!isDraft(path)) return path;
    const name = path.slice(root.length + 1);
    if (after.has(name) && !before.has(name)) return `${path} is left behind`;
  }
  return after.get('elsewhere/precious')?.toString() === 'precious' ? null : 'elsewhere/precious';
}

const takenByProgram = new RegExp(`^(?:--to=)?(?:${Object.keys(programTargets).join('|')})`);

/** The last credential that was issued, where it is nowhere. */
export function lostCredential(seen: Seen): string | null {
  const { code, issued, hasLied, isIssuing, stdout, after, argv } = seen;
  const last = issued.at(-1);
  if (code !== 0 || hasLied || !isIssuing || last === undefined) return null;
  // What a program took, it alone knows.
  if (argv.some((word) => takenByProgram.test(word))) return null;
  // A filter may write it in base64.
  const isPrinted = formsOf(last).some((form) => stdout.includes(form));
  const isSomewhere = isPrinted || [...after.values()].some((file) => file.includes(last));
  return isSomewhere ? null : last;
}

import { resolve } from 'node:path';

import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { quoted } from '../model/text.ts';

/** What paths of the user start from. */
export type PathStart = Pick<Context, 'cwd' | 'homeDirectory'>;

/** Why there is no home directory (docs/design.md 4). */
export const noHome = 'there is no home directory: HOME (on Windows USERPROFILE) is empty or not an absolute path';

/**
 * A path of the user with `~/` at its start replaced by the home directory: the only place where that is done, for
 * flags, variables and files alike. `rest` may change what follows the `~/`, or all of a path without one.
 * @throws UsageError where there is no home directory
 */
export function expandHome(
  path: string,
  homeDirectory: string | null,
  rest: (text: string) => string = (text) => text,
): string {
  if (!startsAtHome.test(path)) return rest(path);
  if (homeDirectory === null) throw new UsageError(`${quoted(path, 200)} cannot be used: ${noHome}`);
  return homeDirectory + path.slice(1, 2) + rest(path.slice(2));
}

const startsAtHome = /^~[/\\]/;

/** Whether `expandHome` can say where the path is. */
export function hasPlace(path: string, homeDirectory: string | null): boolean {
  return homeDirectory !== null || !startsAtHome.test(path);
}

/** The absolute path of a file that the user names. @throws UsageError as `expandHome` does */
export function userPath(path: string, { cwd, homeDirectory }: PathStart, rest?: (text: string) => string): string {
  return resolve(cwd, expandHome(path, homeDirectory, rest));
}

/** A path for people, with the home directory as `~`. */
export function tildePath(path: string, homeDirectory: string | null): string {
  if (homeDirectory === null || !path.startsWith(homeDirectory)) return path;
  const rest = path.slice(homeDirectory.length);
  return /^[/\\]/.test(rest) ? `~${rest}` : path;
}

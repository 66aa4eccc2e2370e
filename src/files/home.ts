// `promises` loads node:fs/promises when it is used, which a shell at a Tab does not wait for.
import { promises } from 'node:fs';
import { dirname, isAbsolute, normalize, relative, resolve, sep } from 'node:path';

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
export function userPath(path: string, start: PathStart, rest?: (text: string) => string): string {
  return userPlace(path, start, rest).path;
}

/** Where a path of the user leads as it is written. */
export interface UserPlace {
  /** Absolute. */
  readonly path: string;
  /**
   * Where a relative path starts: the working directory or, for `../x`, the folder that the `..` lead to. No link may lead
   * it out of there (`straying`). Null for a path that says by itself where it is.
   */
  readonly start: string | null;
}

/** The place of a file that the user names. @throws UsageError as `expandHome` does */
export function userPlace(path: string, { cwd, homeDirectory }: PathStart, rest?: (text: string) => string): UserPlace {
  const text = expandHome(path, homeDirectory, rest);
  if (isAbsolute(text)) return { path: resolve(cwd, text), start: null };
  const up = normalize(text)
    .split(sep)
    .filter((step) => step === '..');
  return { path: resolve(cwd, text), start: resolve(cwd, ...up) };
}

/** The folders where relative paths start, and where those really were when they were looked at first. */
export type Starts = Map<string, string>;

/**
 * What leads a relative path out of the folder where it starts: a cloned repository may have a link in place of any folder,
 * and gets one whenever it likes. Null where nothing does.
 * @param folder the real path of the folder that the place is in
 * @param starts one for a whole command, so that the starting folder cannot be put elsewhere while it runs
 * @throws the system's errors
 */
export async function straying({ path, start }: UserPlace, folder: string, starts: Starts): Promise<string | null> {
  if (start === null) return null;
  const top = await promises.realpath(start);
  const known = starts.get(start) ?? top;
  starts.set(start, known);
  const advice = 'if that is meant, name it by its absolute path';
  if (top !== known) return `${start}, where the path starts, leads to ${top} and not to ${known} any more; ${advice}`;
  if (isBelow(folder, top)) return null;
  return `a link leads from ${dirname(path)} to ${folder}, out of ${start}; ${advice}`;
}

/** Whether a folder is `top` or below it; both are absolute. */
export function isBelow(folder: string, top: string): boolean {
  const way = relative(top, folder);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** A path for people, with the home directory as `~`. */
export function tildePath(path: string, homeDirectory: string | null): string {
  if (homeDirectory === null || !path.startsWith(homeDirectory)) return path;
  const rest = path.slice(homeDirectory.length);
  return /^[/\\]/.test(rest) ? `~${rest}` : path;
}

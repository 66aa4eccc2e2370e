import { access, constants, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, sep } from 'node:path';

import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { quoted, safeText } from '../model/text.ts';

export type ProgramPlace = Pick<Context, 'env' | 'cwd' | 'platform' | 'homeDirectory'>;

/**
 * The absolute path of a program by its name in `PATH`, or of one that is given with its absolute path. What a cloned
 * repository could have put in the way is passed over: the working directory and what is in it, relative folders and
 * `node_modules`. The home is no clone: from there, its folders are searched.
 * @throws UsageError that says what was looked for, and where
 */
export async function findProgram(name: string, place: ProgramPlace): Promise<string> {
  if (name.includes('/') || name.includes(sep)) return absoluteProgram(name, place);
  const file = place.platform === 'win32' ? `${name.replace(/\.exe$/i, '')}.exe` : name;
  const { folders, passedOver } = await searchedFolders(place);
  const found = await firstProgram(folders, file);
  if (found !== null) return found;
  const where = folders.length === 0 ? 'PATH' : `PATH (${safeText(folders.join(', '), 300)})`;
  const missing = `there is no program ${quoted(file)} in ${where}`;
  for (const { folder, why } of passedOver) {
    if (!(await isProgram(join(folder, file)))) continue;
    throw new UsageError(`${missing}; ${quoted(join(folder, file), 200)} is passed over: ${why}`, {
      hint: 'a clone could have put it there; put it elsewhere, or go to another working directory',
    });
  }
  throw new UsageError(missing, {
    hint: 'install it, or add its folder to PATH; the working directory, relative folders and node_modules are not searched',
  });
}

async function absoluteProgram(path: string, { platform }: ProgramPlace): Promise<string> {
  if (!isAbsolute(path)) throw new UsageError(`the program ${quoted(path)} needs its absolute path`);
  if (platform === 'win32' && !/\.exe$/i.test(path)) {
    throw new UsageError(`the program ${quoted(path, 200)} is not an .exe file`);
  }
  if (await isProgram(path)) return path;
  throw new UsageError(`${quoted(path, 200)} is not a program: an executable file is expected`);
}

interface PassedOver {
  readonly folder: string;
  /** e.g. `it is in the working directory` */
  readonly why: string;
}

/** The folders of `PATH` that are searched, and those that are not. */
async function searchedFolders(
  place: ProgramPlace,
): Promise<{ readonly folders: readonly string[]; readonly passedOver: readonly PassedOver[] }> {
  const { cwd, homeDirectory } = place;
  const here = await realFolder(cwd);
  const isHome = homeDirectory !== null && here === (await realFolder(homeDirectory));
  const folders: string[] = [];
  const passedOver: PassedOver[] = [];
  for (const folder of pathFolders(place)) {
    const real = await realFolder(folder);
    // A working directory of `/` holds everything and says nothing, and the home is the user's own.
    const isBelow = here !== sep && !isHome && real.startsWith(`${here}${sep}`);
    if (real === here || isBelow) passedOver.push({ folder, why: 'it is in the working directory' });
    else if (isModules(folder) || isModules(real)) passedOver.push({ folder, why: 'it is in node_modules' });
    else folders.push(folder);
  }
  return { folders, passedOver };
}

/** The absolute folders of `PATH`, which Windows mostly writes as `Path`. */
export function pathFolders({ env, platform }: Pick<ProgramPlace, 'env' | 'platform'>): readonly string[] {
  const name = platform === 'win32' ? Object.keys(env).find((key) => key.toUpperCase() === 'PATH') : 'PATH';
  return (env[name ?? 'PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
}

/** The path of the first program of this file name; null when none of the folders has one. */
export async function firstProgram(folders: readonly string[], file: string): Promise<string | null> {
  for (const folder of folders) {
    const path = join(folder, file);
    if (await isProgram(path)) return path;
  }
  return null;
}

/** The folder itself when it cannot be reached: then no program is found there either. */
function realFolder(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder);
}

function isModules(folder: string): boolean {
  return folder.split(/[/\\]/).includes('node_modules');
}

/** Whether it is a file that may be executed. */
export async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

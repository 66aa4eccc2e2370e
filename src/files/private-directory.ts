import { chmod, lstat, mkdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, parse, sep } from 'node:path';
import { closeSync, constants, lstatSync, openSync, readlinkSync, realpathSync, statSync, type Stats } from 'node:fs';

import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { flushFile } from './replace-file.ts';
import { systemCode, systemReason } from './system-error.ts';
import { quoted } from '../model/text.ts';

/** The user that a folder has to belong to, and the system. */
export type Owner = Pick<Context, 'userId' | 'platform'>;

/** Makes the folder, or checks the one that is there: the user's own, and closed to all others. @throws UsageError */
export async function makePrivateDirectory(path: string, owner: Owner): Promise<void> {
  try {
    await makeLasting(path, owner);
  } catch (cause) {
    if (systemCode(cause) !== 'EEXIST') throw unusable(path, systemReason(cause), cause);
  }
  await checkPrivateDirectory(path, owner);
}

/** Makes a folder, and those above it, closed to other users, durably; what is there stays. @throws the system's error */
export async function makeLasting(path: string, owner: Owner): Promise<void> {
  const first = await makeDirectory(path, 0o700);
  if (first === undefined) return;
  // A folder just made lasts when each one above it, up to the one that was there, is synchronised.
  const top = dirname(first);
  for (let folder = dirname(path); folder.length >= top.length; folder = dirname(folder)) {
    await syncDirectory(folder, owner);
    if (folder === dirname(folder)) return;
  }
}

/**
 * Checks a folder before it is believed, and takes other users' rights away.
 * @returns whether it is there
 * @throws UsageError when it is a symlink, no folder, or another user's
 */
export async function checkPrivateDirectory(path: string, owner: Owner): Promise<boolean> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) throw unusable(path, 'it is a symbolic link');
    if (!found.isDirectory()) throw unusable(path, 'it is not a folder');
    if (owner.userId !== null && found.uid !== owner.userId) throw unusable(path, 'it belongs to another user');
    if (owner.platform !== 'win32' && (found.mode & 0o077) !== 0) await chmod(path, 0o700);
    return true;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (systemCode(error) === 'ENOENT') return false;
    throw unusable(path, systemReason(error), error);
  }
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

/** Makes what was created, renamed or removed in a folder durable, where the system can. @throws the system's error */
export async function syncDirectory(path: string, { platform }: Pick<Owner, 'platform'>): Promise<void> {
  if (platform === 'win32') return;
  try {
    const folder = openSync(path, 'r');
    try {
      await flushFile(folder);
    } finally {
      closeSync(folder);
    }
  } catch (error) {
    if (!unflushable.has(systemCode(error))) throw error;
  }
}

function unusable(path: string, reason: string, cause?: unknown): UsageError {
  const hint = 'set SACTL_STATE_DIR to another folder';
  return new UsageError(`cannot use the folder ${quoted(path, 200)}: ${reason}`, { hint, cause });
}

/**
 * Makes a folder and those above it, one by one: Node's own way of doing so never ends on file systems that refuse in an
 * unexpected manner, such as /proc. What is there stays as it is.
 * @returns the topmost folder that was made; undefined when all were there
 * @throws the system's error, e.g. `EACCES`
 */
export async function makeDirectory(path: string, mode: number): Promise<string | undefined> {
  try {
    await mkdir(path, { mode });
    return path;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined;
    if (systemCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
  }
  const first = await makeDirectory(dirname(path), mode);
  await mkdir(path, { mode }).catch((error: unknown) => {
    if (systemCode(error) !== 'EEXIST') throw error;
  });
  return first ?? path;
}

/** What keeps a file from being believed, as found without following links; null for the user's own regular file. */
export function ownFileProblem(
  found: Pick<Stats, 'isSymbolicLink' | 'isFile' | 'uid'>,
  { userId }: Pick<Owner, 'userId'>,
): string | null {
  if (found.isSymbolicLink()) return 'it is a symbolic link';
  if (!found.isFile()) return 'it is not a regular file';
  return userId !== null && found.uid !== userId ? 'it belongs to another user' : null;
}

interface Part {
  readonly path: string;
  readonly found: Stats;
}

/** Where a file is, or would be. */
export interface Way {
  /** The real path of its folder. */
  readonly folder: string;
  /** What another user has put in the way, as a sentence; null for nothing. */
  readonly problem: string | null;
}

/** The system follows no more of them either. */
const mostLinks = 40;

/** The ways to folders, by the folders as they are named. */
export type KnownWays = Map<string, FolderWay>;

interface FolderWay extends Way {
  /** The folder itself; null where it does not matter who may write in it. */
  readonly found: Stats | null;
}

/**
 * Follows an absolute path to the folder that the file is in, link by link, and looks at each part of the way: something of
 * another user in a folder that everyone may write in is in the way, and so is a link of theirs to what is not theirs.
 * What root has put there never is. Windows numbers no users: there nothing is. It looks without a pause, in which others
 * could change what it has seen.
 * @param known folders that need not be looked at again, to which this one is added; not for writing there
 * @throws the system's errors: `ENOENT` and `ENOTDIR` where there is no such folder
 */
export function wayTo(path: string, owner: Pick<Owner, 'userId'>, known: KnownWays = new Map()): Way {
  const given = dirname(path);
  const way = known.get(given) ?? wayToFolder(given, owner);
  known.set(given, way);
  const { folder, found, problem } = way;
  if (found === null || problem !== null) return { folder, problem };
  const file = fileAt(join(folder, basename(path)));
  return { folder, problem: file && strangersProblem(file, found, owner) };
}

function wayToFolder(given: string, owner: Pick<Owner, 'userId'>): FolderWay {
  // With the slash, what is no folder is none here either.
  if (owner.userId === null) return { folder: realpathSync.native(`${given}${sep}`), found: null, problem: null };
  const root = partAt(parse(given).root);
  const steps = given.slice(root.path.length).split(sep);
  let folder = root;
  let links = 0;
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    const part = partAt(join(folder.path, step));
    // `..` of a link leads out of it again.
    const isInside = part.path.length > folder.path.length;
    const found = isInside ? (strangersProblem(part, folder.found, owner) ?? linkProblem(part, owner)) : null;
    const problem = links > mostLinks ? `${given} goes by too many links` : found;
    if (problem !== null) return { folder: given, found: null, problem };
    const target = part.found.isSymbolicLink() ? readlinkSync(part.path) : null;
    if (target === null) folder = part;
    else {
      links += 1;
      steps.unshift(...target.split(sep));
      if (isAbsolute(target)) folder = root;
    }
  }
  return { folder: folder.path, found: folder.found, problem: null };
}

/** The same for what is in a folder. */
export function strangersProblem(
  { path, found }: Part,
  folder: Pick<Stats, 'mode'>,
  { userId }: Pick<Owner, 'userId'>,
): string | null {
  if (userId === null || (folder.mode & 0o002) === 0) return null;
  const where = `everyone may write in ${dirname(path)}; use a folder that only you can write in`;
  if (!isOwn(found, userId)) return `${path} belongs to user ${found.uid}, and ${where}`;
  // It may be a file from elsewhere, whose mode the new one would get.
  return found.isFile() && found.nlink > 1 ? `${path} is a file with several names, and ${where}` : null;
}

function isOwn({ uid }: Pick<Stats, 'uid'>, userId: number): boolean {
  return uid === userId || uid === 0;
}

function linkProblem({ path, found }: Part, { userId }: Pick<Owner, 'userId'>): string | null {
  if (userId === null || !found.isSymbolicLink() || isOwn(found, userId)) return null;
  const end = statSync(path);
  if (end.uid === found.uid) return null;
  return `${path} is a link of user ${found.uid} to what belongs to user ${end.uid}; name that instead`;
}

function partAt(path: string): Part {
  return { path, found: lstatSync(path) };
}

function fileAt(path: string): Part | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : { path, found };
}

/** The flag of `open` that refuses symlinks, where the system has it. */
export function noFollow(): number {
  return constants.O_NOFOLLOW ?? 0;
}

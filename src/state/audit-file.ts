import { closeSync, constants, fstatSync, lstatSync, statSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { UsageError } from '../errors.ts';
import { makeLasting, noFollow, ownFileProblem, type Owner } from '../files/private-directory.ts';
import { openFile } from '../files/replace-file.ts';
import { systemCode } from '../files/system-error.ts';
import { quoted } from '../model/text.ts';

/** Where a log is, and whose it has to be. */
export interface LogPlace extends Owner {
  /** The log is its file `audit.jsonl`; the sandbox has its own. */
  readonly stateDirectory: string;
}

/** The file of the log, e.g. `~/.local/state/sactl/audit.jsonl`. */
export function logPath({ stateDirectory }: Pick<LogPlace, 'stateDirectory'>): string {
  return join(stateDirectory, 'audit.jsonl');
}

/** The descriptor of the log for reading; null without one. @throws UsageError when it is not to be trusted; the system's errors */
export async function openToRead(place: LogPlace): Promise<number | null> {
  const isThere = checkFolder(place) && checkFile(place);
  return isThere ? openOwn(place, constants.O_RDONLY) : null;
}

/** The log for appending; makes it, and its folder, where there is none. @throws as `openToRead` */
export async function openToAppend(place: LogPlace): Promise<number> {
  if (!checkFolder(place)) await makeLasting(place.stateDirectory, place);
  checkFile(place);
  return openOwn(place, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT);
}

/** Makes sure that the log could be appended to, and makes nothing. @throws as `openToRead` */
export async function tryToAppend(place: LogPlace): Promise<void> {
  const hasFolder = checkFolder(place);
  if (hasFolder && checkFile(place)) {
    closeSync(await openOwn(place, constants.O_RDWR | constants.O_APPEND));
    return;
  }
  const folder = hasFolder ? place.stateDirectory : folderAbove(place.stateDirectory);
  await access(folder, constants.W_OK | constants.X_OK);
}

/**
 * Whether the folder is there. It may be one that a user named and shares, or a mount of the system's, so its rights stay
 * as they are; but it may not be another user's. Each file in it is checked by itself.
 */
function checkFolder(place: LogPlace): boolean {
  const found = orNull(() => statSync(place.stateDirectory));
  if (found === null) return false;
  if (!found.isDirectory()) throw unusable(place, 'its folder is not a folder');
  const { userId } = place;
  if (userId !== null && found.uid !== userId && found.uid !== 0) {
    throw unusable(place, 'its folder belongs to another user');
  }
  return true;
}

/** Whether the file is there. To be asked before it is opened, because opening a named pipe may never end. */
function checkFile(place: LogPlace): boolean {
  const found = orNull(() => lstatSync(logPath(place)));
  const problem = found === null ? null : ownFileProblem(found, place);
  if (problem !== null) throw unusable(place, problem);
  return found !== null;
}

async function openOwn(place: LogPlace, flags: number): Promise<number> {
  const file = await openFile(logPath(place), flags | noFollow(), 0o600);
  try {
    const problem = ownFileProblem(fstatSync(file), place);
    if (problem !== null) throw unusable(place, problem);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** The nearest folder above that is there. */
function folderAbove(path: string): string {
  const parent = dirname(path);
  if (parent === path || orNull(() => statSync(parent)) !== null) return parent;
  return folderAbove(parent);
}

/** Null for what is not there. */
function orNull<Found>(look: () => Found): Found | null {
  try {
    return look();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function unusable(place: LogPlace, problem: string): UsageError {
  return new UsageError(`cannot use the audit log ${quoted(logPath(place), 300)}: ${problem}`, {
    hint: 'set SACTL_STATE_DIR to another folder',
  });
}

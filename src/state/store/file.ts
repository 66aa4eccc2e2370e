import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { UsageError } from '../../errors.ts';
import { onceDone } from '../../files/coalesce.ts';
import { makeLasting, makePrivateDirectory } from '../../files/private-directory.ts';
import { systemCode, systemReason } from '../../files/system-error.ts';
import { sactl } from '../../model/hint.ts';
import { quoted } from '../../model/text.ts';
import {
  fileSystemTime,
  foldersWithValue,
  newestGeneration,
  putGeneration,
  revisionOf,
  writtenAt,
  type Change,
  type Generation,
  type GenerationContext,
} from './generations.ts';
import { StateError, type StateStore } from './store.ts';

export interface FileStoreOptions extends GenerationContext {
  /** Absolute. */
  readonly directory: string;
  /** Whether only `init` makes it: a folder that several machines share is on none of them where it is not mounted. */
  readonly isShared?: boolean;
}

/** A store in a folder, which several machines may share (docs/decisions/state-store.md). It uses no locks. */
export function openFileStore(options: FileStoreOptions): StateStore {
  const { directory } = options;
  const ready = onceDone(() => (options.isShared ? makeShared(options) : makePrivateDirectory(directory, options)));
  const telling = failures(options);

  function folderOf(key: string): string {
    return join(directory, ...key.split('/'));
  }

  function verb<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    return telling(what, async () => {
      await requireShared(options);
      return work();
    });
  }

  function change(key: string, wanted: Wanted): Promise<Generation | null> {
    return verb('write the state in', async () => {
      await ready();
      return changeNewest(options, folderOf(key), wanted);
    });
  }

  return {
    address: `file:${directory}`,
    get: async (key) => {
      const newest = await verb('read the state in', () => newestGeneration(folderOf(key)));
      if (newest === null || newest.bytes === null) return null;
      return {
        bytes: newest.bytes,
        revision: revisionOf(newest) ?? '',
        age: () => verb('tell the time in', () => ageOf(options, folderOf(key), newest)),
      };
    },
    create: async (key, bytes) => revisionOf(await change(key, { bytes, revision: null })),
    replace: async (key, bytes, revision) => revisionOf(await change(key, { bytes, revision })),
    remove: async (key, revision) => (await change(key, { bytes: null, revision })) !== null,
    list: async (prefix) => {
      const start = prefix.slice(0, -1);
      const folders = await verb('read the state in', () => foldersWithValue(options, folderOf(start)));
      return folders
        .filter((path) => path !== '')
        .map((path) => `${prefix}${path}`)
        .toSorted();
    },
    init: async () => {
      await telling('make', ready);
      return `the folder ${directory} is there`;
    },
    close: () => Promise.resolve(),
  };
}

const sharedHint = 'check that it is mounted and writable, or name another store';

/** Does work of which each failure is told with the folder, and with what helps. */
function failures({
  directory,
  isShared = false,
}: FileStoreOptions): <Result>(what: string, work: () => Promise<Result>) => Promise<Result> {
  const hint = isShared ? sharedHint : 'set SACTL_STATE_DIR to another folder';
  return async (what, work) => {
    try {
      return await work();
    } catch (cause) {
      if (isShared && cause instanceof UsageError) throw new StateError(cause.message, { cause, hint });
      if (cause instanceof StateError || systemCode(cause) === null) throw cause;
      throw new StateError(`cannot ${what} ${quoted(directory, 300)}: ${systemReason(cause)}`, { cause, hint });
    }
  };
}

/** Whose a shared folder is, and which group may use it, is for those who share it; what is kept there is sealed. */
async function makeShared({ directory, ...options }: FileStoreOptions): Promise<void> {
  await makeLasting(directory, options);
  const found = await stat(directory);
  const cannot = `cannot use the folder ${quoted(directory, 300)}`;
  if (!found.isDirectory()) throw new StateError(`${cannot}: it is not a folder`, { hint: sharedHint });
  if (options.platform !== 'win32' && (found.mode & 0o002) !== 0) {
    throw new StateError(`${cannot}: everyone may write there`, {
      hint: 'name a folder for the state alone, which only those who share it may write to',
    });
  }
}

/** @throws StateError where a shared folder is not there */
async function requireShared({ directory, isShared = false }: FileStoreOptions): Promise<void> {
  if (!isShared || (await isPresent(directory))) return;
  throw new StateError(`the folder ${quoted(directory, 300)} is not there`, {
    hint: ['mount it; or, for a new one: ', sactl`state init`],
  });
}

async function isPresent(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

interface Wanted extends Pick<Change, 'bytes'> {
  /** Of the value that is superseded; null where there is to be none. */
  readonly revision: string | null;
}

/** How often a folder may be swept between two steps. */
const mostTries = 10;

async function changeNewest(
  ctx: GenerationContext,
  folder: string,
  { bytes, revision }: Wanted,
): Promise<Generation | null> {
  for (let tries = 1; ; tries += 1) {
    const based = await newestGeneration(folder);
    if (revisionOf(based) !== revision) return null;
    try {
      return await putGeneration(ctx, folder, { based, bytes });
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || tries === mostTries) throw error;
    }
  }
}

/** Null where another value has taken its place: nobody may act on the age of this one. */
async function ageOf(ctx: GenerationContext, folder: string, { number }: Generation): Promise<number | null> {
  try {
    const written = await writtenAt(folder, number);
    return Math.max(0, (await fileSystemTime(ctx, folder)) - written);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

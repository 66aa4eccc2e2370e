import { fstatSync, lstatSync, realpathSync, type Stats } from 'node:fs';
import { readlink, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { strangersProblem } from '../../files/private-directory.ts';
import { LeftoverError, replaceFile, type WriteStep } from '../../files/replace-file.ts';
import { attempt, refusal } from './system-call.ts';
import { TargetError, type TargetContext, type TargetEnvironment } from './target.ts';

/**
 * What is known of the regular file at `path`; null when nothing is there.
 * @throws TargetError for a symbolic link, naming where it leads, and for anything else that is not a regular file
 */
export async function regularFileAt(path: string): Promise<Stats | null> {
  const found = await attempt(
    `${path} cannot be reached`,
    async () => lstatSync(path, { throwIfNoEntry: false }) ?? null,
  );
  if (found === null || found.isFile()) return found;
  if (found.isSymbolicLink()) {
    throw refusal(`${path} is a symbolic link to ${await destinationOf(path)}; name that instead`);
  }
  if (found.isDirectory()) throw refusal(`${path} is a folder; a file's name must follow`);
  throw refusal(`${path} is ${kindOf(found)}, not a regular file`);
}

export interface Replaced {
  /** By way of its folder's real path. */
  readonly path: string;
  /** What `regularFileAt` gave before the content was made. */
  readonly current: Stats | null;
  readonly content: string | Uint8Array;
  readonly environment: Pick<TargetEnvironment, 'ctx' | 'files'>;
  readonly signal: AbortSignal;
}

/**
 * Replaces a file, which keeps its owner, group and mode, or makes one of mode 0600.
 * @throws TargetError, also when the file is no longer what `current` says; the signal's reason when it was aborted
 */
export async function replaceRegular({ path, current, content, environment, signal }: Replaced): Promise<void> {
  const { ctx, files } = environment;
  signal.throwIfAborted();
  if (current !== null) await refuseStrangers({ path, found: current }, ctx);
  try {
    await replaceFile(path, content, {
      like: current,
      uuid: ctx.uuid,
      step: stepsOf(path, current),
      inspect: (temporary, file) => expectIn(dirname(path), temporary, { ctx, file }),
      check: async () => {
        signal.throwIfAborted();
        if (isSameFile(current, await regularFileAt(path))) return;
        throw new TargetError('another program changed it meanwhile', { isRetryable: true });
      },
      retry: ctx,
      flushFolder: files.flushFolder,
    });
  } catch (error) {
    throw error instanceof LeftoverError ? refusal(error.message) : error;
  }
}

/** The new file would be its owner's: one that came since the path was looked at is looked at once more. @throws TargetError */
async function refuseStrangers(file: Parameters<typeof strangersProblem>[0], ctx: TargetContext): Promise<void> {
  const folder = dirname(file.path);
  const problem = strangersProblem(file, await attempt(`${folder} cannot be reached`, () => stat(folder)), ctx);
  if (problem !== null) throw refusal(problem);
}

/**
 * Makes sure that a new file is in `folder`, a real path: between the last look at that and the making of the file a link
 * may have taken the place of any folder on the way. Windows tells no file from another as surely.
 * @throws TargetError
 */
function expectIn(
  folder: string,
  path: string,
  { ctx, file }: Pick<Replaced['environment'], 'ctx'> & { readonly file: number },
): void {
  if (ctx.platform === 'win32') return;
  const made = fstatSync(file);
  const found = lstatSync(path, { throwIfNoEntry: false });
  const isThere = found?.ino === made.ino && found.dev === made.dev;
  if (isThere && realpathSync.native(folder) === folder) return;
  throw refusal(`${folder} was put elsewhere meanwhile`);
}

/** The words for errors of writing a file at `path`, in place of `like`. */
export function stepsOf(path: string, like: Stats | null): WriteStep {
  const folder = dirname(path);
  const problems = {
    write: `cannot write in ${folder}`,
    own: `the file belongs to user ${like?.uid} and group ${like?.gid}, and a new one cannot`,
    replace: `${path} cannot be replaced`,
    flush: `${folder} cannot be flushed to disk`,
  };
  return (step, work) => attempt(problems[step], work);
}

/** Whether both are the same file, unchanged, or both nothing. */
function isSameFile(before: Stats | null, now: Stats | null): boolean {
  if (before === null || now === null) return before === now;
  const keys = ['dev', 'ino', 'size', 'mtimeMs', 'mode', 'uid', 'gid'] as const;
  return keys.every((key) => before[key] === now[key]);
}

async function destinationOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return `${await readlink(path).catch(() => 'nowhere')}, where nothing is`;
  }
}

function kindOf(found: Stats): string {
  if (found.isFIFO()) return 'a named pipe';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}

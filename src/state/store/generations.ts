import { createHash } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';

import type { Context } from '../../context.ts';
import { readBounded } from '../../files/bounded-file.ts';
import { makeLasting, syncDirectory } from '../../files/private-directory.ts';
import { removeFile, systemCode } from '../../files/system-error.ts';
import { quoted } from '../../model/text.ts';
import { largestValue, StateError } from './store.ts';

/**
 * The generations of one value are folders `@1`, `@2`, … in its own folder (docs/decisions/state-store.md). Each holds one
 * file: `value`, `gone` where the value was removed, or `old` where a newer one has taken its place. A generation is
 * prepared under another name and renamed: a folder that is not empty is never replaced, so that one writer succeeds.
 */
export interface Generation {
  readonly number: number;
  /** Null where the value was removed. */
  readonly bytes: Uint8Array | null;
}

export type GenerationContext = Pick<Context, 'platform' | 'userId' | 'sleep' | 'uuid'>;

/** Tells a generation with a value from all others; null without a value. */
export function revisionOf(generation: Generation | null): string | null {
  if (generation === null || generation.bytes === null) return null;
  return `${generation.number}-${createHash('sha256').update(generation.bytes).digest('hex')}`;
}

/** How often the newest generation may be superseded while it is looked at. */
const mostLooks = 1000;

/** Null where there never was a value. @throws the system's errors; StateError for a damaged folder */
export async function newestGeneration(folder: string): Promise<Generation | null> {
  for (let look = 1; look <= mostLooks; look += 1) {
    const number = numbersIn(await namesIn(folder)).at(-1);
    if (number === undefined) return null;
    const content = await readContent(pathOf(folder, number));
    if (content !== null) return { number, ...content };
  }
  throw new StateError(`the state in ${quoted(folder, 300)} is damaged: its newest generation is empty`);
}

/** Null where a newer one has taken its place. */
async function readContent(path: string): Promise<Pick<Generation, 'bytes'> | null> {
  try {
    return { bytes: await readBounded(join(path, 'value'), largestValue) };
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  return (await namesIn(path)).includes('gone') ? { bytes: null } : null;
}

export interface Change {
  /** The generation that is superseded; null where there is none. */
  readonly based: Generation | null;
  readonly bytes: Uint8Array | null;
}

/**
 * Makes the generation after `based`.
 * @returns it, or null where another writer was faster
 * @throws the system's errors; `ENOENT` where the folder was swept in the meantime
 * @throws StateError where this process slept so long that it cannot be known
 */
export async function putGeneration(
  ctx: GenerationContext,
  folder: string,
  { based, bytes }: Change,
): Promise<Generation | null> {
  const number = (based?.number ?? 0) + 1;
  if (based === null) await makeLasting(folder, ctx);
  const path = pathOf(folder, number);
  if (!(await publish(ctx, await prepare(ctx, folder, bytes), path))) return null;
  await syncDirectory(folder, ctx);
  const names = await namesIn(folder);
  const numbers = numbersIn(names);
  // Names are free again a day after they were used; a process that slept that long finds what it is based on swept.
  const isFirst = based === null && numbers.every((other) => other <= number);
  if (!isFirst && !numbers.includes(number - 1)) {
    const message = `the state in ${quoted(folder, 300)} was changed by others while this process was suspended`;
    throw new StateError(message, { isUncertain: true, retryable: true });
  }
  const { mtimeMs: now } = await lstat(path);
  await tidy(folder, { names, below: number, now }).catch(() => undefined);
  return { number, bytes };
}

interface Draft {
  readonly path: string;
  readonly inode: number;
}

/** A complete generation, on the disk, under a name that is none of a generation. */
async function prepare(ctx: GenerationContext, folder: string, bytes: Uint8Array | null): Promise<Draft> {
  const path = join(folder, `${draftPrefix}${ctx.uuid()}`);
  await mkdir(path, { mode: 0o700 });
  const file = await open(join(path, bytes === null ? 'gone' : 'value'), 'wx', 0o600);
  try {
    if (bytes !== null) await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncDirectory(path, ctx);
  return { path, inode: (await lstat(path)).ino };
}

/** Whether the draft has become the generation at `path`; a draft that has not is removed. @throws the system's errors */
async function publish(ctx: GenerationContext, draft: Draft, path: string): Promise<boolean> {
  try {
    await renameFolder(ctx, draft.path, path);
    return true;
  } catch (error) {
    const found = await lstat(path).catch(() => null);
    // A network may lose the answer to what was done.
    if (found?.ino === draft.inode) return true;
    await rm(draft.path, { recursive: true, force: true }).catch(() => undefined);
    if (found === null) throw error;
    return false;
  }
}

const pauseMs = 100;
const pausesOnWindows = 20;

/** On Windows a folder that is looked at, by a virus scanner for one, cannot be renamed for a moment. */
async function renameFolder(ctx: GenerationContext, from: string, to: string): Promise<void> {
  for (let pauses = ctx.platform === 'win32' ? pausesOnWindows : 0; ; pauses -= 1) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const isBusy = ['EPERM', 'EACCES', 'EBUSY'].includes(systemCode(error) ?? '');
      if (pauses === 0 || !isBusy || (await namesIn(to)).length > 0) throw error;
    }
    await ctx.sleep(pauseMs);
  }
}

const draftPrefix = '.sactl-';

/** A generation keeps its name for a day, so that a writer that slept cannot use it again. */
const nameMs = 86_400_000;

/** No generation takes as long to be prepared. */
const draftMs = 600_000;

interface Tidying {
  readonly names: readonly string[];
  /** Generations below this number are not the newest. */
  readonly below: number;
  /** On the clock of the file system, in milliseconds since the epoch. */
  readonly now: number;
}

/** Erases what has been superseded, and sweeps what is old. @throws the system's errors */
async function tidy(folder: string, { names, below, now }: Tidying): Promise<void> {
  const old = numbersIn(names).filter((number) => number < below);
  // The last one, and that before it, where the process that should have erased it was killed.
  for (const number of old.slice(-2)) await eraseGeneration(pathOf(folder, number));
  for (const number of old) {
    const path = pathOf(folder, number);
    if (now - (await lstat(path)).mtimeMs < nameMs) break;
    await removeFolder(path);
  }
  for (const name of names.filter((other) => other.startsWith(draftPrefix))) {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => null);
    if (found !== null && now - found.mtimeMs > draftMs) await rm(path, { recursive: true, force: true });
  }
}

/** Removes the value and keeps the name. */
async function eraseGeneration(path: string): Promise<void> {
  await writeFile(join(path, 'old'), '', { flag: 'a', mode: 0o600 });
  await removeFile(join(path, 'value'));
}

async function removeFolder(path: string): Promise<void> {
  for (const name of await namesIn(path)) await removeFile(join(path, name));
  await rmdir(path);
}

/**
 * The folders below `folder`, as paths relative to it, that have a value. Values that were removed are swept a day later.
 * @throws the system's errors
 */
export async function foldersWithValue(ctx: GenerationContext, folder: string): Promise<readonly string[]> {
  const names = await namesIn(folder);
  const below = names.filter((name) => /^[^.@]/.test(name));
  const nested = await Promise.all(
    below.map(async (name) => (await foldersWithValue(ctx, join(folder, name))).map((path) => posix.join(name, path))),
  );
  const number = numbersIn(names).at(-1);
  if (number === undefined) return nested.flat();
  const newest = await newestGeneration(folder);
  if (newest !== null && newest.bytes !== null) return ['', ...nested.flat()];
  await sweepRemoved(ctx, folder, { names, number }).catch(() => undefined);
  return nested.flat();
}

async function sweepRemoved(
  ctx: GenerationContext,
  folder: string,
  { names, number }: { readonly names: readonly string[]; readonly number: number },
): Promise<void> {
  const now = await fileSystemTime(ctx, folder);
  await tidy(folder, { names, below: number, now });
  if (now - (await lstat(pathOf(folder, number))).mtimeMs < nameMs) return;
  await removeFolder(pathOf(folder, number));
  await rmdir(folder);
}

/** What the clock of the file system says, in milliseconds since the epoch. @throws the system's errors */
export async function fileSystemTime(ctx: GenerationContext, folder: string): Promise<number> {
  const path = join(folder, `${draftPrefix}${ctx.uuid()}`);
  await writeFile(path, '', { flag: 'wx', mode: 0o600 });
  try {
    return (await lstat(path)).mtimeMs;
  } finally {
    await removeFile(path).catch(() => undefined);
  }
}

/** When a generation was written, on the same clock. @throws the system's errors */
export async function writtenAt(folder: string, number: number): Promise<number> {
  return (await lstat(join(pathOf(folder, number), 'value'))).mtimeMs;
}

function pathOf(folder: string, number: number): string {
  return join(folder, `@${number}`);
}

/** The numbers of the generations in a folder, the newest last. */
function numbersIn(names: readonly string[]): readonly number[] {
  const numbers = names.map((name) => Number(/^@([1-9]\d{0,14})$/.exec(name)?.[1] ?? 0));
  return numbers.filter((number) => number > 0).toSorted((a, b) => a - b);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

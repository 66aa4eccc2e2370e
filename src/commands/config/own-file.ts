import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { changedText, valueAt, type KeyPath } from '../../config/edit.ts';
import { parseFile } from '../../config/parse.ts';
import { interpretUserFile, locateUserFile } from '../../config/user-file.ts';
import type { Context } from '../../context.ts';
import { FailedError, UsageError } from '../../errors.ts';
import { readBoundedText } from '../../files/bounded-file.ts';
import { makeDirectory } from '../../files/private-directory.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { systemReason } from '../../files/system-error.ts';
import { quoted } from '../../model/text.ts';
import { withSchema } from './schema-file.ts';
import { unusable } from './unusable.ts';

/** The user's configuration file as it is. */
export interface OwnFile {
  readonly path: string;
  /** Empty where there is none. */
  readonly text: string;
}

/** @throws UsageError where it cannot be read, or nothing says where it is */
export async function findOwnFile(ctx: Context): Promise<OwnFile> {
  const { path, exists } = locateUserFile(ctx);
  if (!exists) return { path, text: '' };
  try {
    return { path, text: await readBoundedText(path, 1024 * 1024) };
  } catch (cause) {
    throw new UsageError(`${path} cannot be read: ${systemReason(cause)}`, { cause });
  }
}

/** Its text after a change of one key; an undefined value takes it away. @throws UsageError */
export async function withChange({ path, text }: OwnFile, keys: KeyPath, value: unknown): Promise<string> {
  const parsed = await parseFile(path, text);
  if ('problem' in parsed) throw new UsageError(parsed.problem);
  if (value === undefined && valueAt(parsed.value, keys) === undefined) return text;
  try {
    return await changedText(path, text, { keys, value });
  } catch (cause) {
    throw new UsageError(`${path}: ${quoted(keys.join('.'))} cannot be set: a key above it has a value of its own`, {
      cause,
    });
  }
}

/** What is wrong with the file after the change, and was not before: a file that is wrong elsewhere can be mended step by step. */
export async function newProblems(ctx: Context, { path, text }: OwnFile, changed: string): Promise<readonly string[]> {
  const [before, after] = await Promise.all(
    [text, changed].map(async (one) => interpretUserFile(ctx, path, await parseFile(path, one)).problems),
  );
  return (after ?? []).filter((problem) => before?.includes(problem) !== true);
}

/** What a change makes unusable: settings that were used before it, or that it sets. Empty where the file cannot be read. */
export async function newlyUnusable(
  ctx: Context,
  { path, text }: OwnFile,
  { changed, key }: { readonly changed: string; readonly key: string | undefined },
): Promise<readonly string[]> {
  const [before, after] = await Promise.all(
    [text, changed].map(async (one) => unusable(settingsOf(interpretUserFile(ctx, path, await parseFile(path, one))))),
  );
  return (['profile', 'columns'] as const).flatMap((setting) =>
    key === setting || before?.[setting].length === 0 ? (after?.[setting] ?? []) : [],
  );
}

function settingsOf({ path, values, profiles }: ReturnType<typeof interpretUserFile>): Parameters<typeof unusable>[0] {
  const source = { kind: 'user' as const, name: path ?? '' };
  return {
    profiles,
    profile: { value: values.profile ?? null, source },
    columns: { value: values.columns ?? null, source },
  };
}

/**
 * Writes through a link, as the files of a home often are; a new file is the user's alone, and names its schema.
 * @throws FailedError (`output`)
 */
export async function writeOwnFile(ctx: Context, file: OwnFile, changed: string): Promise<void> {
  const { path } = file;
  try {
    const text = await withSchema(ctx, file, changed);
    await makeDirectory(dirname(path), 0o700);
    const real = await realpath(path).catch(() => path);
    const like = await stat(real).catch(() => null);
    await replaceFile(real, text, { like, mode: 0o600, uuid: ctx.uuid, retry: ctx });
  } catch (cause) {
    throw new FailedError('output', `${path} cannot be written: ${systemReason(cause)}`, { cause });
  }
}

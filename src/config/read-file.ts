import { lstatSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';

import type { Ignored } from './setting.ts';

/** A configuration file's path and its text, not parsed yet. */
export interface FileText {
  readonly path: string;
  readonly text: string;
}

/** What is known of the names in a directory; those that do not exist are left out. */
export interface Candidates {
  readonly usable: readonly string[];
  /** They exist and must not be read. */
  readonly refused: readonly Ignored[];
  /** The system does not say whether they exist, as in a home directory of somebody else. */
  readonly unreachable: readonly Ignored[];
}

export interface CandidateOptions {
  readonly names: readonly string[];
  /** Refuses files, and links, of other users; null accepts every owner. */
  readonly owner: number | null;
}

/**
 * Looks which of `names` are regular files; nothing is opened, so that a pipe or a device cannot hold up the program.
 * Synchronous because every command asks for dozens of files that are not there, and a rejected promise for each takes
 * longer than all the rest of loading.
 */
export function findCandidates(directory: string, options: CandidateOptions): Candidates {
  const usable: string[] = [];
  const refused: Ignored[] = [];
  const unreachable: Ignored[] = [];
  for (const name of options.names) {
    const path = join(directory, name);
    try {
      const link = lstatSync(path, { throwIfNoEntry: false });
      if (link === undefined) continue;
      const why = refusal(link, { path, owner: options.owner });
      if (why === null) usable.push(name);
      else refused.push({ what: path, why });
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOTDIR') continue;
      unreachable.push({ what: path, why: `it cannot be reached (${code})` });
    }
  }
  return { usable, refused, unreachable };
}

/** Thousands of profiles; a project's file comes from whoever wrote the repository. */
const largestFile = 1024 * 1024;

/** Why what exists must not be read, or null. `link` is the path itself, not what it may point to. */
function refusal(link: Stats, options: { path: string; owner: number | null }): string | null {
  const { path, owner } = options;
  const file = link.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : link;
  if (file === undefined) return 'its link leads nowhere';
  if (owner !== null && (link.uid !== owner || file.uid !== owner)) {
    return 'it belongs to another user';
  }
  if (!file.isFile()) return 'it is not a regular file';
  return file.size > largestFile ? 'it is larger than 1 MiB' : null;
}

/**
 * The first of `names` in `directory` and nothing above it. This is the only file that knows lilconfig. Its loaders hand
 * the text on unparsed, and those that would run a file are replaced, because it merges its own with ours.
 * @throws the file system's error when the file cannot be read
 */
export async function readFirst(directory: string, names: readonly string[]): Promise<FileText | null> {
  const { lilconfig } = await import('lilconfig');
  const result = await lilconfig('sactl', {
    searchPlaces: [...names],
    stopDir: directory,
    ignoreEmptySearchPlaces: false,
    cache: false,
    loaders: {
      noExt: textOf,
      '.json': textOf,
      '.yaml': textOf,
      '.yml': textOf,
      '.js': refuse,
      '.cjs': refuse,
      '.mjs': refuse,
    },
  }).search(directory);
  if (result === null || result.filepath === '') return null;
  const text: unknown = result.config;
  return { path: result.filepath, text: typeof text === 'string' ? text : '' };
}

function textOf(_path: string, text: string): string {
  return text;
}

function refuse(path: string): never {
  throw new Error(`refused to run ${path}`);
}

/** e.g. `ENOENT`. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

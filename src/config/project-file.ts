import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import type { Context } from '../context.ts';
import { loadFile, type LoadedFile } from './parse.ts';
import { findCandidates } from './read-file.ts';
import { mappingOf, openMapping, readProvider, readSettings } from './section.ts';
import { noValues, type Ignored, type SettingValues } from './setting.ts';

const fileNames = [
  '.sactlrc',
  '.sactlrc.json',
  '.sactlrc.yaml',
  '.sactlrc.yml',
  'sactl.config.json',
  'sactl.config.yaml',
  'sactl.config.yml',
];

const allowedKeys = ['provider', 'org', 'columns', 'format'];

/** Keys that would let a cloned repository choose where a credential comes from or goes to. */
const untrustedKeys = new Set([
  'profile',
  'profiles',
  'endpoint',
  'credential',
  'ca',
  'command',
  'clientId',
  'env',
  'file',
  'sandbox',
]);

/** What the project's file says, and what is wrong with it. */
export interface ProjectFile {
  readonly path: string | null;
  readonly values: SettingValues;
  readonly problems: readonly string[];
  /** True when a problem is a key that only the user file may hold. */
  readonly overreaches: boolean;
  readonly ignored: readonly Ignored[];
}

export type ProjectPlace = Pick<Context, 'cwd' | 'homeDirectory' | 'userId'>;

/**
 * Reads the nearest project file. It is not trusted: it may set `provider`, `org`, `columns` and `format` only
 * (DESIGN.md 4). `userFile` is never read as a project file.
 */
export async function readProjectFile(place: ProjectPlace, userFile: string | null): Promise<ProjectFile> {
  const ignored: Ignored[] = [];
  for (const directory of projectDirectories(place)) {
    const candidates = findCandidates(directory, { names: fileNames, owner: place.userId });
    ignored.push(...candidates.refused, ...candidates.unreachable);
    const names = candidates.usable.filter((name) => join(directory, name) !== userFile);
    const [first, ...others] = names.map((name) => join(directory, name));
    if (first === undefined) continue;
    ignored.push(...others.map((path) => ({ what: path, why: `${first} comes first` })));
    return { ignored, ...interpret(await loadFile(directory, names)) };
  }
  return { path: null, values: noValues, problems: [], overreaches: false, ignored };
}

/**
 * The working directory and those above it, up to the git root or the home directory, whichever is nearer. Under
 * neither, only the working directory: nothing says that `/tmp` or `/` has to do with the work.
 */
export function projectDirectories(place: ProjectPlace): readonly string[] {
  const start = resolve(place.cwd);
  const homes = new Set([place.homeDirectory, realPath(place.homeDirectory)]);
  const directories: string[] = [];
  for (let directory = start; ; directory = dirname(directory)) {
    directories.push(directory);
    if (homes.has(directory) || existsSync(join(directory, '.git'))) return directories;
    if (dirname(directory) === directory) return [start];
  }
}

/** Without links; a path that cannot be followed stays as it is. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function interpret(file: LoadedFile): Omit<ProjectFile, 'ignored'> {
  const { path, content } = file;
  if ('problem' in content) {
    return { path, values: noValues, problems: [content.problem], overreaches: false };
  }
  const problems: string[] = [];
  const options = { file: path, at: null, known: allowedKeys, untrusted: untrustedKeys, problems };
  const section = openMapping(content.value, options);
  const values = section === null ? noValues : readSettings(section, readProvider);
  const keys = [...(mappingOf(content.value)?.keys() ?? [])];
  return { path, values, problems, overreaches: keys.some((key) => untrustedKeys.has(key)) };
}

import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import type { Context } from '../context.ts';
import { topKeysOf, untrustedKeys } from './keys.ts';
import { findCandidates } from './candidates.ts';
import { loadFile } from './parse.ts';
import { mappingOf, openMapping, readProvider, readSettings, type Validated } from './section.ts';
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

/** The settings of the project's file, and what is wrong with it. */
export interface ProjectFile {
  readonly path: string | null;
  readonly values: SettingValues;
  readonly problems: readonly string[];
  /** True when a problem is a key that only the user file may hold. */
  readonly overreaches: boolean;
  readonly ignored: readonly Ignored[];
}

/**
 * Reads the nearest project file. It is not trusted: it may set what `topKeysOf('project')` has, and nothing else
 * (docs/design.md 4), and is no link to another file. `userFile` is never read as a project file.
 */
export async function readProjectFile(
  ctx: Pick<Context, 'cwd' | 'homeDirectory' | 'userId'>,
  userFile: string | null,
): Promise<ProjectFile> {
  const ignored: Ignored[] = [];
  for (const directory of projectDirectories(ctx)) {
    const { usable, refused, unreachable } = findCandidates(directory, fileNames, { owner: ctx.userId });
    ignored.push(...refused, ...unreachable);
    const [first, ...others] = usable.filter((path) => path !== userFile);
    if (first === undefined) continue;
    ignored.push(...others.map((path) => ({ what: path, why: `${first} comes first` })));
    return { ignored, ...interpret(first, await loadFile(first, { follows: false })) };
  }
  return { path: null, values: noValues, problems: [], overreaches: false, ignored };
}

/**
 * The working directory, where it really is, and those above it, up to the git root or the home directory, whichever is nearer. Under
 * neither, only the working directory: `/tmp` or `/` need not belong to the project.
 */
export function projectDirectories({ cwd, homeDirectory }: Pick<Context, 'cwd' | 'homeDirectory'>): readonly string[] {
  const start = realPath(resolve(cwd));
  const homes = new Set(homeDirectory === null ? [] : [homeDirectory, realPath(homeDirectory)]);
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

function interpret(path: string, content: Validated<unknown>): Omit<ProjectFile, 'ignored'> {
  if ('problem' in content) return { path, values: noValues, problems: [content.problem], overreaches: false };
  const problems: string[] = [];
  const untrusted = untrustedKeys();
  const options = { file: path, at: null, known: topKeysOf('project'), untrusted, problems };
  const section = openMapping(content.value, options);
  const values = section === null ? noValues : readSettings(section, readProvider);
  const keys = [...(mappingOf(content.value)?.keys() ?? [])];
  return { path, values, problems, overreaches: keys.some((key) => untrusted.has(key)) };
}

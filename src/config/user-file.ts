import { basename, dirname, extname, join, resolve } from 'node:path';

import type { Context } from '../context.ts';
import { loadFile, type LoadedFile } from './parse.ts';
import { readProfiles, type Profile } from './profile.ts';
import { findCandidates } from './read-file.ts';
import { openMapping, readProvider, readSettings } from './section.ts';
import { noValues, type Ignored, type SettingValues } from './setting.ts';
import { configDirectory, variable, type Place } from './directories.ts';

const knownKeys = ['provider', 'org', 'profile', 'columns', 'format', 'profiles'];

/** What the user's own file says, and what is wrong with it. */
export interface UserFile {
  /** null when there is none. */
  readonly path: string | null;
  readonly values: SettingValues;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly problems: readonly string[];
  readonly ignored: readonly Ignored[];
}

/** Reads the file `SACTL_CONFIG` names, else `config.json`, `.yaml` or `.yml` in the configuration folder. */
export async function readUserFile(ctx: Context): Promise<UserFile> {
  const { named, directory, names } = userFilePlace(ctx);
  if (named !== null) return readNamedFile(ctx, named);
  const { usable, refused, unreachable } = findCandidates(directory, { names, owner: null });
  if (refused.length > 0) return failed(refused.map(({ what, why }) => `${what}: ${why}`));
  const [first, ...others] = usable.map((name) => join(directory, name));
  // A home directory that is closed to this user, as after sudo, must not end every command.
  if (first === undefined) return { ...failed([]), ignored: unreachable };
  const beaten = others.map((path) => ({ what: path, why: `${first} comes first` }));
  const file = interpret(ctx, await loadFile(directory, usable));
  return { ...file, ignored: [...beaten, ...unreachable] };
}

/**
 * The file that `readUserFile` reads or, where there is none, would read. `exists` is true also for what stands in its
 * place and cannot be read.
 */
export function locateUserFile(ctx: Context): { readonly path: string; readonly exists: boolean } {
  const { named, directory, names } = userFilePlace(ctx);
  const { usable, refused, unreachable } = findCandidates(directory, { names, owner: null });
  const [first] = [
    ...usable.map((name) => join(directory, name)),
    ...[...refused, ...unreachable].map(({ what }) => what),
  ];
  const path = first ?? named ?? join(directory, 'config.yaml');
  return { path, exists: first !== undefined };
}

async function readNamedFile(ctx: Context, path: string): Promise<UserFile> {
  if (!['.json', '.yaml', '.yml'].includes(extname(path))) {
    return failed([`SACTL_CONFIG must name a .json, .yaml or .yml file: ${path}`]);
  }
  const { directory, names } = userFilePlace(ctx);
  const { usable, refused, unreachable } = findCandidates(directory, { names, owner: null });
  const [refusal] = [...refused, ...unreachable];
  if (refusal !== undefined) return failed([`SACTL_CONFIG: ${path}: ${refusal.why}`]);
  if (usable.length === 0) return failed([`SACTL_CONFIG: ${path}: there is no such file`]);
  return { ...interpret(ctx, await loadFile(directory, names)), ignored: [] };
}

function failed(problems: readonly string[]): UserFile {
  return { path: null, values: noValues, profiles: new Map(), problems, ignored: [] };
}

function interpret(ctx: Context, file: LoadedFile): Omit<UserFile, 'ignored'> {
  const { path, content } = file;
  if ('problem' in content) return { ...failed([content.problem]), path };
  const problems: string[] = [];
  const section = openMapping(content.value, { file: path, at: null, known: knownKeys, problems });
  if (section === null) return { ...failed(problems), path };
  const values = readSettings(section, readProvider);
  const raw = section.entries.get('profiles');
  const { homeDirectory } = ctx;
  const profiles =
    raw === undefined ? new Map<string, Profile>() : readProfiles(raw, { path, homeDirectory, problems });
  return { path, values, profiles, problems };
}

/** Where the user's own file is looked for. */
export interface UserFilePlace {
  /** Absolute path that `SACTL_CONFIG` names, or null. */
  readonly named: string | null;
  readonly directory: string;
  /** The first that is there is read. */
  readonly names: readonly string[];
}

const fileNames = ['config.json', 'config.yaml', 'config.yml'];

/** The file `SACTL_CONFIG` names, else `config.json`, `.yaml` or `.yml` in the configuration folder. */
export function userFilePlace(place: Place): UserFilePlace {
  const variableValue = variable(place.env, 'SACTL_CONFIG');
  if (variableValue === null) {
    return { named: null, directory: configDirectory(place), names: fileNames };
  }
  const named = resolve(place.cwd, variableValue);
  return { named, directory: dirname(named), names: [basename(named)] };
}

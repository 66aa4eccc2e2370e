import { extname, join } from 'node:path';

import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { noHome } from '../files/home.ts';
import { userFileLocation } from './directories.ts';
import { topKeysOf } from './keys.ts';
import { readProfiles, type Profile } from './profile.ts';
import { findCandidates, type Candidates } from './candidates.ts';
import { loadFile } from './parse.ts';
import { openMapping, readProvider, readSettings, type Validated } from './section.ts';
import { noValues, type Ignored, type SettingValues } from './setting.ts';
import { readState, type StateValues } from './state.ts';

/** The settings and profiles of the user's own file, and what is wrong with it. */
export interface UserFile {
  /** null when there is none. */
  readonly path: string | null;
  readonly values: SettingValues;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly state: StateValues | null;
  readonly problems: readonly string[];
  readonly ignored: readonly Ignored[];
}

/** Reads the file `SACTL_CONFIG` names, else `config.json`, `.yaml` or `.yml` in the configuration folder. */
export async function readUserFile(ctx: Context): Promise<UserFile> {
  const location = locationOf(ctx);
  if (location instanceof UsageError) return failed(location.problems);
  const { named } = location;
  const { usable, refused, unreachable } = candidatesAt(location);
  const [first, ...others] = usable;
  if (named !== null) {
    if (!['.json', '.yaml', '.yml'].includes(extname(named))) {
      return failed([`SACTL_CONFIG must name a .json, .yaml or .yml file: ${named}`]);
    }
    if (first === undefined) {
      const why = [...refused, ...unreachable][0]?.why ?? 'there is no such file';
      return failed([`SACTL_CONFIG: ${named}: ${why}`]);
    }
  }
  if (refused.length > 0) return failed(refused.map(({ what, why }) => `${what}: ${why}`));
  // A home directory that is closed to this user, as after sudo, must not fail every command.
  if (first === undefined) return { ...failed([]), ignored: unreachable };
  const beaten = others.map((path) => ({ what: path, why: `${first} comes first` }));
  return { ...interpretUserFile(ctx, first, await loadFile(first)), ignored: [...beaten, ...unreachable] };
}

function locationOf(ctx: Context): ReturnType<typeof userFileLocation> | UsageError {
  try {
    return userFileLocation(ctx);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}

/**
 * The file that `readUserFile` reads or would read. `exists` is true also for what stands there and cannot be read.
 * @throws UsageError where nothing says where it is
 */
export function locateUserFile(ctx: Context): { readonly path: string; readonly exists: boolean } {
  const location = userFileLocation(ctx);
  const { named, directory } = location;
  if (directory === null) throw new UsageError(`no folder for your configuration file: ${noHome}`);
  const { usable, refused, unreachable } = candidatesAt(location);
  const [first] = [...usable, ...[...refused, ...unreachable].map(({ what }) => what)];
  return { path: first ?? named ?? join(directory, 'config.yaml'), exists: first !== undefined };
}

function failed(problems: readonly string[]): UserFile {
  return { path: null, values: noValues, profiles: new Map(), state: null, problems, ignored: [] };
}

export function interpretUserFile(ctx: Context, path: string, content: Validated<unknown>): Omit<UserFile, 'ignored'> {
  if ('problem' in content) return { ...failed([content.problem]), path };
  const problems: string[] = [];
  const section = openMapping(content.value, { file: path, at: null, known: topKeysOf('user'), problems });
  if (section === null) return { ...failed(problems), path };
  const values = readSettings(section, readProvider);
  const raw = section.entries.get('profiles');
  const file = { path, homeDirectory: ctx.homeDirectory, problems };
  const profiles = readProfiles(raw === undefined ? {} : raw, file);
  const state = section.entries.has('state') ? readState(section.entries.get('state'), 'state', file) : null;
  return { path, values, profiles, state, problems };
}

function candidatesAt({ directory, names }: ReturnType<typeof userFileLocation>): Candidates {
  return directory === null ? { usable: [], refused: [], unreachable: [] } : findCandidates(directory, names, null);
}

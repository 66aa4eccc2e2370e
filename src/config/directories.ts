import { posix, win32 } from 'node:path';

import type { Context } from '../context.ts';
import { defaultSource, type Ignored, type Setting } from './setting.ts';

/** What folders depend on. */
export type DirectoryContext = Pick<Context, 'env' | 'cwd' | 'homeDirectory' | 'platform'>;

/** The trimmed value of a variable; null when it is unset or empty. */
export function variable(env: Context['env'], name: string): string | null {
  const value = (env[name] ?? '').trim();
  return value === '' ? null : value;
}

/** The folder of the user's configuration file: `$XDG_CONFIG_HOME/sactl`, else `~/.config/sactl`. */
export function configDirectory(ctx: DirectoryContext): string {
  const paths = pathsOf(ctx);
  const base = absolute(ctx, 'XDG_CONFIG_HOME') ?? paths.join(ctx.homeDirectory, '.config');
  return paths.join(base, 'sactl');
}

/**
 * The folder for the journal, the audit log and the inventory: `SACTL_STATE_DIR` (against the working directory), else
 * `$XDG_STATE_HOME/sactl`, else `~/.local/state/sactl` or, on Windows, `%LOCALAPPDATA%\sactl`.
 */
export function stateDirectory(ctx: DirectoryContext): Setting<string> {
  const paths = pathsOf(ctx);
  const own = variable(ctx.env, 'SACTL_STATE_DIR');
  if (own !== null) return fromVariable(paths.resolve(ctx.cwd, own), 'SACTL_STATE_DIR');
  const isWindows = ctx.platform === 'win32';
  for (const name of isWindows ? ['XDG_STATE_HOME', 'LOCALAPPDATA'] : ['XDG_STATE_HOME']) {
    const base = absolute(ctx, name);
    if (base !== null) return fromVariable(paths.join(base, 'sactl'), name);
  }
  const folders = isWindows ? ['AppData', 'Local'] : ['.local', 'state'];
  return { value: paths.join(ctx.homeDirectory, ...folders, 'sactl'), source: defaultSource };
}

/** XDG variables that are set to relative paths, which the XDG specification says to ignore. */
export function ignoredDirectories(ctx: DirectoryContext): Ignored[] {
  return ['XDG_CONFIG_HOME', 'XDG_STATE_HOME']
    .filter((name) => variable(ctx.env, name) !== null && absolute(ctx, name) === null)
    .map((name) => ({ what: `environment variable ${name}`, why: 'it is not an absolute path' }));
}

/** A path with `~/` at its start replaced by the home directory. */
export function expandHome(path: string, homeDirectory: string): string {
  return /^~[/\\]/.test(path) ? homeDirectory + path.slice(1) : path;
}

/** A path for people, with the home directory as `~`. */
export function tildePath(path: string, homeDirectory: string): string {
  const rest = path.slice(homeDirectory.length);
  return path.startsWith(homeDirectory) && /^[/\\]/.test(rest) ? `~${rest}` : path;
}

function pathsOf(ctx: DirectoryContext): typeof posix {
  return ctx.platform === 'win32' ? win32 : posix;
}

function absolute(ctx: DirectoryContext, name: string): string | null {
  const value = variable(ctx.env, name);
  return value !== null && pathsOf(ctx).isAbsolute(value) ? value : null;
}

function fromVariable(value: string, name: string): Setting<string> {
  return { value, source: { kind: 'env', name } };
}

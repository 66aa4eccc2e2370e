import { posix, win32 } from 'node:path';

import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { expandHome, hasPlace, noHome } from '../files/home.ts';
import { quoted } from '../model/text.ts';
import { defaultSource, type Ignored, type Setting } from './setting.ts';

/** What folders depend on. */
export type DirectoryContext = Pick<Context, 'env' | 'homeDirectory' | 'platform'>;

/** The trimmed value of a variable; null when it is unset or empty. */
export function variable(env: Context['env'], name: string): string | null {
  const value = (env[name] ?? '').trim();
  return value === '' ? null : value;
}

/** The folder of the user's configuration file: `$XDG_CONFIG_HOME/sactl`, else `~/.config/sactl`; null without a home. */
export function configDirectory(ctx: DirectoryContext): string | null {
  const paths = pathsOf(ctx);
  const base = baseDirectory(ctx, 'XDG_CONFIG_HOME');
  if (base !== null) return paths.join(base, 'sactl');
  return ctx.homeDirectory === null ? null : paths.join(ctx.homeDirectory, '.config', 'sactl');
}

const fileNames = ['config.json', 'config.yaml', 'config.yml'];

/**
 * Where the user's own file is looked for: the first of `names` in `directory`, which is null where there is no home
 * directory. `named` is the path in `SACTL_CONFIG`. @throws UsageError as `ownPath` does
 */
export function userFileLocation(ctx: DirectoryContext): {
  readonly named: string | null;
  readonly directory: string | null;
  readonly names: readonly string[];
} {
  const paths = pathsOf(ctx);
  const named = ownPath(ctx, 'SACTL_CONFIG');
  if (named === null) return { named: null, directory: configDirectory(ctx), names: fileNames };
  return { named, directory: paths.dirname(named), names: [paths.basename(named)] };
}

/**
 * The folder for the journal, the audit log and the inventory: `SACTL_STATE_DIR`, else `$XDG_STATE_HOME/sactl`, else
 * `~/.local/state/sactl` or, on Windows, `%LOCALAPPDATA%\sactl`. It is never taken against the working directory.
 * @throws UsageError when `SACTL_STATE_DIR` is not absolute, or nothing says where it is
 */
export function stateDirectory(ctx: DirectoryContext): Setting<string> {
  const paths = pathsOf(ctx);
  const own = ownPath(ctx, 'SACTL_STATE_DIR');
  if (own !== null) return fromVariable(own, 'SACTL_STATE_DIR');
  const isWindows = ctx.platform === 'win32';
  for (const name of isWindows ? ['XDG_STATE_HOME', 'LOCALAPPDATA'] : ['XDG_STATE_HOME']) {
    const base = baseDirectory(ctx, name);
    if (base !== null) return fromVariable(paths.join(base, 'sactl'), name);
  }
  if (ctx.homeDirectory === null) {
    throw new UsageError(`no folder for journal, locks and audit log: ${noHome}`, {
      hint: 'set HOME, XDG_STATE_HOME or SACTL_STATE_DIR to an absolute path',
    });
  }
  const folders = isWindows ? ['AppData', 'Local'] : ['.local', 'state'];
  return { value: paths.join(ctx.homeDirectory, ...folders, 'sactl'), source: defaultSource };
}

/**
 * The path in a variable of sactl's own that says where something is kept; null when it is unset.
 * @throws UsageError when it is not absolute: a cloned repository must not hold what a user trusts (docs/design.md 4)
 */
function ownPath(ctx: DirectoryContext, name: 'SACTL_CONFIG' | 'SACTL_STATE_DIR'): string | null {
  const value = variable(ctx.env, name);
  if (value === null) return null;
  const path = expandHome(value, ctx.homeDirectory);
  const paths = pathsOf(ctx);
  if (paths.isAbsolute(path)) return paths.normalize(path);
  throw new UsageError(`${name} must be an absolute path, or begin with ~/: ${quoted(value, 200)}`);
}

/** Base folders that are set to no absolute path; the XDG specification says to ignore them. */
export function ignoredDirectories(ctx: DirectoryContext): Ignored[] {
  const names = ['XDG_CONFIG_HOME', 'XDG_STATE_HOME', ...(ctx.platform === 'win32' ? ['LOCALAPPDATA'] : [])];
  const ignored = names.filter((name) => variable(ctx.env, name) !== null && baseDirectory(ctx, name) === null);
  const home = ctx.platform === 'win32' ? 'USERPROFILE' : 'HOME';
  return [...ignored, ...(ctx.homeDirectory === null ? [home] : [])].map((name) => ({
    what: `environment variable ${name}`,
    why: name === home ? 'it is empty or not an absolute path' : 'it is not an absolute path',
  }));
}

function pathsOf(ctx: DirectoryContext): typeof posix {
  return ctx.platform === 'win32' ? win32 : posix;
}

function baseDirectory(ctx: DirectoryContext, name: string): string | null {
  const value = variable(ctx.env, name);
  if (value === null || !hasPlace(value, ctx.homeDirectory)) return null;
  const path = expandHome(value, ctx.homeDirectory);
  return pathsOf(ctx).isAbsolute(path) ? path : null;
}

function fromVariable(value: string, name: string): Setting<string> {
  return { value, source: { kind: 'env', name } };
}

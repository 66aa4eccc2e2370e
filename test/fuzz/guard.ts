import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';

/** What the program did to the machine, kept inside one folder: nothing generated may reach anything else. */
export interface Guard {
  /** Forgets what was seen; from now on only what is below `root` may be changed. */
  readonly confine: (root: string) => void;
  /** Absolute paths that were written to, renamed to or removed below the root. */
  readonly written: () => ReadonlySet<string>;
  /** What was tried elsewhere, and refused. */
  readonly escapes: () => readonly string[];
}

type Call = (...args: unknown[]) => unknown;

/** Which of its arguments an operation changes; `rename` changes both. */
const changed: Readonly<Record<string, readonly number[]>> = {
  appendFile: [0],
  chmod: [0],
  chown: [0],
  copyFile: [1],
  cp: [1],
  lchown: [0],
  link: [1],
  lutimes: [0],
  mkdir: [0],
  mkdtemp: [0],
  rename: [0, 1],
  rm: [0],
  rmdir: [0],
  symlink: [1],
  truncate: [0],
  unlink: [0],
  utimes: [0],
  writeFile: [0],
};

/**
 * Puts itself before the file system and the start of programs of this whole process. `programs` is the only folder that
 * programs are started from.
 */
export function installGuard(programs: string): Guard {
  let root = '';
  const written = new Set<string>();
  const escapes: string[] = [];

  function check(operation: string, path: unknown): void {
    if (root === '' || (typeof path !== 'string' && !Buffer.isBuffer(path))) return;
    const place = resolve(String(path));
    if (place === root || place.startsWith(root + sep)) written.add(place);
    else if (place.startsWith(dirname(root) + sep)) refuseSilently(operation);
    else refuse(`${operation} ${place}`, 'EACCES');
  }

  function refuse(what: string, code: string): never {
    escapes.push(what);
    throw Object.assign(new Error(`${code}: the guard refused ${what}`), { code });
  }

  for (const [name, positions] of Object.entries(changed)) {
    guardEach(name, (args) => positions.forEach((at) => check(name, args[at])));
  }
  guardEach('open', ([path, flags]) => {
    if (writes(flags)) check('open', path);
  });
  for (const name of ['spawn', 'execFile'] as const) {
    wrap(childProcess, name, ([program]) => {
      const path = String(program);
      if (root !== '' && !path.startsWith(programs + sep)) refuse(`${name} ${path}`, 'ENOENT');
    });
  }
  syncBuiltinESMExports();
  return {
    confine: (folder) => {
      root = folder;
      written.clear();
      escapes.length = 0;
    },
    written: () => written,
    escapes: () => escapes.filter((what) => !what.startsWith(`spawn ${join(root, 'work')}`)),
  };
}

/** What a command leaves undone when it ends goes on here, where no process ends with it. */
function refuseSilently(operation: string): never {
  throw Object.assign(new Error(`ENOENT: ${operation}`), { code: 'ENOENT' });
}

/** One operation in all three of its kinds. */
function guardEach(name: string, before: (args: readonly unknown[]) => void): void {
  wrap(fs.promises, name, before, { isAsync: true });
  wrap(fs, name, before);
  wrap(fs, `${name}Sync`, before);
}

function wrap(
  holder: object,
  name: string,
  before: (args: readonly unknown[]) => void,
  { isAsync = false }: { isAsync?: boolean } = {},
): void {
  const original = Reflect.get(holder, name) as Call | undefined;
  if (original === undefined) return;
  const guarded = isAsync
    ? async (...args: unknown[]): Promise<unknown> => {
        before(args);
        return Reflect.apply(original, holder, args);
      }
    : (...args: unknown[]): unknown => {
        before(args);
        return Reflect.apply(original, holder, args);
      };
  // What promisify looks for on `fs.read` and the like.
  for (const key of Object.getOwnPropertySymbols(original)) {
    Reflect.set(guarded, key, Reflect.get(original, key));
  }
  Reflect.set(holder, name, guarded);
}

function writes(flags: unknown): boolean {
  const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = fs.constants;
  if (typeof flags === 'number') {
    return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND)) !== 0;
  }
  return typeof flags === 'string' && flags !== 'r' && flags !== 'rs';
}

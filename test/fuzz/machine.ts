import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { memory } from '../harness/memory.ts';
import { installGuard, type Guard } from './guard.ts';
import { writePrograms } from './programs.ts';
import { openWire, type Wire } from './wire.ts';

/** What all scenarios of one process share. */
export interface Machine {
  readonly guard: Guard;
  readonly wire: Wire;
  /** The folder of the programs that may be started. */
  readonly programs: string;
  /** Makes the folders of one scenario, and gives their root. */
  readonly prepare: (files: Readonly<Record<string, string>>) => string;
  readonly clear: (root: string) => void;
  readonly close: () => void;
}

/** Sets the machine up. */
export async function openMachine(): Promise<Machine> {
  const base = mkdtempSync(join(memory, 'sactl-fuzz-'));
  const programs = join(base, 'bin');
  writePrograms(programs);
  const pipe = makePipe(join(base, 'pipe'));
  const guard = installGuard(programs);
  const wire = await openWire();
  let count = 0;
  return {
    guard,
    wire,
    programs,
    prepare: (files) => {
      guard.confine('');
      count += 1;
      const root = join(base, String(count));
      makeFolders(root, pipe);
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text, { mode: 0o600 });
      }
      return root;
    },
    clear: (root) => {
      guard.confine('');
      rmSync(root, { recursive: true, force: true });
    },
    close: () => {
      guard.confine('');
      wire.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** A named pipe without a writer: to open it takes forever. Null where there are none. */
function makePipe(path: string): string | null {
  try {
    execFileSync('mkfifo', [path]);
    return path;
  } catch {
    return null;
  }
}

function makeFolders(root: string, pipe: string | null): void {
  for (const name of ['work/out', 'work/folder', 'home', 'elsewhere']) {
    mkdirSync(join(root, name), { recursive: true });
  }
  writeFileSync(join(root, 'elsewhere/precious'), 'precious');
  symlinkSync('../elsewhere/precious', join(root, 'work/link'));
  symlinkSync('nowhere', join(root, 'work/dangling'));
  if (pipe === null) return;
  for (const name of ['pipe', 'pipe.json', 'token.sactl-lock']) {
    linkSync(pipe, join(root, 'work', name));
  }
}

/** All regular files below a folder that are not empty, by their path in it. */
export function filesBelow(root: string): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (statSync(path).size > 0) found.set(relative(root, path), readFileSync(path));
  }
  return found;
}

import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { TargetKindName } from '../../../src/delivery/targets/kinds.ts';
import type { World } from '../world.ts';

/** The kinds that put a credential into a file. */
export type FileKind = Extract<
  TargetKindName,
  'file' | 'dotenv' | 'session' | 'profile' | 'github-env' | 'github-output'
>;

/** A file behind a target, and what may become of it. */
export interface FileWorld {
  readonly given: string;
  readonly path: (world: World) => string;
  /** What is there before the command runs, and what names it. */
  readonly arrange: (world: World) => Readonly<Record<string, string>>;
  readonly close: (world: World) => void;
  readonly remove: (world: World) => void;
  /** Puts something there that stays in the way. */
  readonly block: (world: World) => void;
  /** Makes the next delivery fail in a way that passes, and ends that; absent where there is no such way. */
  readonly hamper?: { readonly begin: (world: World) => void; readonly end: (world: World) => void };
}

function at({ folder }: World, ...names: readonly string[]): string {
  return join(folder, ...names);
}

/** Files with the names that the next temporary ones would have. */
function temporaries(world: World): readonly string[] {
  return Array.from({ length: 50 }, (_, index) => {
    const uuid = `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`;
    return at(world, 'folder', `.sactl-${uuid}.tmp`);
  });
}

/** A file in a folder of its own, which is what goes away. */
function inFolder(given: string, name: string): FileWorld {
  return {
    given,
    path: (world) => at(world, 'folder', name),
    arrange: (world) => {
      mkdirSync(at(world, 'folder'));
      return {};
    },
    close: (world) => chmodSync(at(world, 'folder'), 0o555),
    remove: (world) => renameSync(at(world, 'folder'), at(world, 'gone')),
    block: (world) => symlinkSync('elsewhere', at(world, 'folder', name)),
    hamper: {
      begin: (world) => temporaries(world).forEach((path) => writeFileSync(path, '')),
      end: (world) => temporaries(world).forEach((path) => rmSync(path)),
    },
  };
}

export const fileWorlds: Readonly<Partial<Record<FileKind, FileWorld>>> = {
  file: inFolder('file:folder/token', 'token'),
  dotenv: inFolder('dotenv:folder/.env#TOKEN', '.env'),
  'github-env': {
    given: 'github-env:TOKEN',
    path: (world) => at(world, 'variables'),
    arrange: (world) => {
      writeFileSync(at(world, 'variables'), '');
      return { GITHUB_ENV: at(world, 'variables') };
    },
    close: (world) => chmodSync(at(world, 'variables'), 0o444),
    remove: (world) => renameSync(at(world, 'variables'), at(world, 'gone')),
    block: (world) => {
      renameSync(at(world, 'variables'), at(world, 'gone'));
      symlinkSync('gone', at(world, 'variables'));
    },
  },
};

import { chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Folder } from './folder.ts';

/** Root may write anywhere, so that tests of permissions have to become somebody else. */
export const isRoot = process.getuid?.() === 0;

const ordinary = 65_534;

/** Whose process it is within `asOrdinaryUser`. */
export const ordinaryUser = isRoot ? ordinary : (process.getuid?.() ?? null);

/** Runs `work` as a user without privileges, who owns the folder and what is in it. */
export async function asOrdinaryUser(folder: Pick<Folder, 'path'>, work: () => Promise<void>): Promise<void> {
  if (!isRoot) return work();
  const names = await readdir(folder.path, { recursive: true });
  for (const name of ['', ...names]) await chown(join(folder.path, name), ordinary, ordinary);
  process.setegid?.(ordinary);
  process.seteuid?.(ordinary);
  try {
    await work();
  } finally {
    becomeRoot();
  }
}

/** Runs `work` as root again, within `asOrdinaryUser`. */
export async function asRoot(work: () => Promise<void>): Promise<void> {
  becomeRoot();
  try {
    await work();
  } finally {
    process.setegid?.(ordinary);
    process.seteuid?.(ordinary);
  }
}

function becomeRoot(): void {
  process.seteuid?.(0);
  process.setegid?.(0);
}

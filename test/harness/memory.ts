import { accessSync, constants, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** As much as tests have at a time is far less. */
const enoughBytes = 256 * 2 ** 20;

/**
 * Where tests make their folders: in memory where there is a place for that, because the program waits until the disk has
 * what it writes.
 */
export const memory = isOfUse('/dev/shm') ? '/dev/shm' : tmpdir();

/** Whether there is room, and programs can be started from there; containers often have neither. */
function isOfUse(folder: string): boolean {
  const path = join(folder, `sactl-${process.pid}`);
  try {
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(path, '', { mode: 0o755 });
    accessSync(path, constants.X_OK);
    return bavail * bsize > enoughBytes;
  } catch {
    return false;
  } finally {
    rmSync(path, { force: true });
  }
}

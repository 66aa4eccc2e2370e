import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { expect, vi } from 'vitest';

/** One that is dead but not yet waited for by its parent does not count. */
export function isRunning(pid: string): boolean {
  try {
    process.kill(Number(pid), 0);
  } catch {
    return false;
  }
  return !existsSync('/proc/self/stat') || !/\) Z /.test(statOf(pid));
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ') Z ';
  }
}

/** The two numbers in a file, once they are there. */
export async function startedPids(file: string): Promise<readonly string[]> {
  return vi.waitFor(
    async () => {
      const pids = (await readFile(file, 'utf8')).trim().split(' ');
      expect(pids).toHaveLength(2);
      return pids;
    },
    { timeout: 10_000, interval: 5 },
  );
}

export async function expectEnded(pids: readonly string[]): Promise<void> {
  await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 10_000, interval: 5 });
}

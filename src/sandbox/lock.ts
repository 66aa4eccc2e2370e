import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';

import { readBoundedText } from '../files/bounded-file.ts';

export interface LockOptions {
  /** Absolute path of the lock file; its folder exists. */
  readonly path: string;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

const pauseMs = 20;
const patience = 250;

/**
 * Runs `work` while no other process does. A lock that does not change hands for five seconds was left behind by a
 * process that died, and is taken over: whoever holds it needs milliseconds.
 */
export async function withLock<Result>(options: LockOptions, work: () => Promise<Result>): Promise<Result> {
  const owner = randomUUID();
  await acquire(options, owner);
  try {
    return await work();
  } finally {
    if ((await holder(options.path)) === owner) await rm(options.path, { force: true });
  }
}

async function acquire({ path, sleep }: LockOptions, owner: string): Promise<void> {
  let seen: string | null = null;
  for (let waits = 0; ; waits += 1) {
    try {
      await writeFile(path, owner, { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const current = await holder(path);
    if (current !== seen) waits = 0;
    seen = current;
    if (waits >= patience) await rm(path, { force: true });
    else await sleep(pauseMs);
  }
}

/** In bytes; what is longer is no lock of ours. */
const longestHolder = 4096;

async function holder(path: string): Promise<string | null> {
  return readBoundedText(path, longestHolder).catch(() => null);
}

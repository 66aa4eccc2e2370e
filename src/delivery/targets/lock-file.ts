import { rm, writeFile } from 'node:fs/promises';

import { readBoundedText } from '../../files/bounded-file.ts';
import { systemCode } from '../../files/system-error.ts';
import { safeText } from '../../model/text.ts';
import { attempt } from './system-call.ts';
import { TargetError, type TargetContext } from './target.ts';

export interface FileLock {
  /** The file that is locked. */
  readonly path: string;
  readonly ctx: Pick<TargetContext, 'self' | 'sleep' | 'uuid'>;
  /** Ends the wait for it. */
  readonly signal?: AbortSignal;
}

const pauseMs = 50;
const patience = 200;

/**
 * Runs `work` while no other run of sactl has this file: a lock file beside it says who does. It takes over from a
 * process of this machine that has died, and otherwise waits for as long as locks keep changing hands, or 10 seconds.
 * @throws TargetError when the lock is not given up
 */
export async function withFileLock<Result>(lock: FileLock, work: () => Promise<Result>): Promise<Result> {
  const path = `${lock.path}.sactl-lock`;
  const { pid, host } = lock.ctx.self;
  const mine = `${pid} ${host} ${lock.ctx.uuid()}`;
  await attempt(`${path} cannot be created`, () => acquire(path, mine, lock));
  try {
    return await work();
  } finally {
    await release(path, mine);
  }
}

/** A lock that stays is taken over when this process has ended: no reason to fail what has been done. */
async function release(path: string, mine: string): Promise<void> {
  if ((await holderOf(path)) === mine) await rm(path, { force: true }).catch(() => undefined);
}

async function acquire(path: string, mine: string, { ctx, signal }: FileLock): Promise<void> {
  let seen: string | null = null;
  let pauses = 0;
  while (!(await isCreated(path, mine))) {
    const holder = await holderOf(path);
    if (holder !== seen) pauses = 0;
    seen = holder;
    if (holder !== null && isDead(holder, ctx)) {
      // Two runs may do this at once; that `replaceFile` looks again before it renames is what then keeps both right.
      await rm(path, { force: true });
    } else if (pauses === patience) {
      throw new TargetError(`${path} is held by ${nameOf(holder)}; remove it if that has ended`, {
        isRetryable: true,
      });
    }
    pauses += 1;
    await ctx.sleep(pauseMs, signal);
  }
}

async function isCreated(path: string, mine: string): Promise<boolean> {
  try {
    await writeFile(path, mine, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** In bytes; what is longer is no lock of ours. */
const longestHolder = 4096;

async function holderOf(path: string): Promise<string | null> {
  return readBoundedText(path, longestHolder).catch(() => null);
}

function isDead(holder: string, { self }: FileLock['ctx']): boolean {
  const [pid, host] = holder.split(' ');
  return host === self.host && !self.isRunning(Number(pid));
}

function nameOf(holder: string | null): string {
  const [pid = '', host] = (holder ?? '').split(' ');
  if (host === undefined) return 'a process that does not say who it is';
  return safeText(`process ${pid} on ${host}`, 100);
}

import { lstat, writeFile } from 'node:fs/promises';

import type { Context } from '../context.ts';
import { removeFile } from './system-error.ts';

/** How long a file that its holder no longer renews is still the holder's, in milliseconds. */
export const fileLeaseMs = 120_000;

/** Ends the renewals. */
export type EndRenewals = () => void;

/** Renews what is held every third of a lease. A renewal that fails is tried again with the next. */
export function renewing(
  { timeout, leaseMs = fileLeaseMs }: Pick<Context, 'timeout'> & { readonly leaseMs?: number },
  renew: () => Promise<void>,
): EndRenewals {
  let isOver = false;
  let timer = start();

  function start(): ReturnType<Context['timeout']> {
    const started = timeout(leaseMs / 3);
    started.signal.addEventListener('abort', () => void again(), { once: true });
    return started;
  }

  async function again(): Promise<void> {
    await renew().catch(() => undefined);
    if (!isOver) timer = start();
  }

  return () => {
    isOver = true;
    timer.clear();
  };
}

/**
 * Whether a file was not renewed for a whole lease. Its time is compared with that of a file made at `draft`, in the same
 * folder, so that the clocks of two machines are never compared. @throws the system's errors
 */
export async function hasLapsed({ modifiedAt }: { readonly modifiedAt: number }, draft: string): Promise<boolean> {
  try {
    await writeFile(draft, '\n', { flag: 'wx', mode: 0o600 });
    const { mtimeMs } = await lstat(draft);
    return mtimeMs - modifiedAt > fileLeaseMs;
  } finally {
    await removeFile(draft).catch(() => undefined);
  }
}

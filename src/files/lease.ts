import { lstat, writeFile } from 'node:fs/promises';

import type { Context } from '../context.ts';
import { removeFile } from './system-error.ts';

/** How long a file that its holder no longer renews is still the holder's, in milliseconds. */
export const fileLeaseMs = 120_000;

/** Ends the renewals. */
export type EndRenewals = () => void;

/** Begins to renew one more thing. */
export type Renewing = (renew: () => Promise<void>) => EndRenewals;

/**
 * Renews what is held every third of a lease, all of it by one clock. A renewal that fails is tried again with the next.
 */
export function createRenewals({
  timeout,
  leaseMs = fileLeaseMs,
}: Pick<Context, 'timeout'> & { readonly leaseMs?: number }): Renewing {
  const held = new Set<() => Promise<void>>();
  let timer: ReturnType<Context['timeout']> | null = null;

  function start(): void {
    timer = timeout(leaseMs / 3);
    timer.signal.addEventListener('abort', () => void again(), { once: true });
  }

  async function again(): Promise<void> {
    timer = null;
    await Promise.all(Array.from(held, (renew) => renew().catch(() => undefined)));
    if (timer === null && held.size > 0) start();
  }

  return (renew) => {
    held.add(renew);
    if (timer === null) start();
    return () => {
      held.delete(renew);
      if (held.size > 0) return;
      timer?.clear();
      timer = null;
    };
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

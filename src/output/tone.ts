import type { AccountStatus } from '../model/account.ts';
import { soonMs } from '../model/duration.ts';

/** What a colour says. */
export type Tone = 'heading' | 'good' | 'warning' | 'bad' | 'muted';

/**
 * Green for what works, yellow for an expiry less than 14 days away, red for what has expired or failed. `now` is in
 * milliseconds since the epoch.
 */
export function accountTone(
  account: { readonly status: AccountStatus; readonly expiresAt: string | null },
  now: number,
): Tone | null {
  if (account.status === 'expired' || account.status === 'error') return 'bad';
  if (account.status === 'disabled' || account.status === 'deleting') return 'muted';
  return expiryTone(account.expiresAt, now) ?? (account.status === 'active' ? 'good' : null);
}

/** Red when the ISO 8601 time has passed, yellow when it is less than 14 days away, else null. */
export function expiryTone(expiresAt: string | null, now: number): Tone | null {
  const left = expiresAt === null ? NaN : Date.parse(expiresAt) - now;
  if (left <= 0) return 'bad';
  return left < soonMs ? 'warning' : null;
}

import type { Context } from '../context.ts';
import type { CommonFlags } from '../session/flags.ts';

/** Whether this run is about several connections at once. */
export function isFleet({ env }: Context, { provider, profiles = [] }: CommonFlags): boolean {
  if (profiles.length > 1) return true;
  if (provider !== undefined) return provider === 'all';
  return profiles.length === 0 && (env['SACTL_PROVIDER'] ?? '').trim() === 'all';
}

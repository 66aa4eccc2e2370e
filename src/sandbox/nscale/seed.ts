import { firstDay } from '../seeds.ts';
import seed from './seed.json' with { type: 'json' };
import { isNscaleState, timestamp, type NscaleState } from './state.ts';

/**
 * The state of the first day, which is `now`, in milliseconds since the epoch. Worth looking at: accounts that expire
 * within days, have expired, share a name or are being deleted. Roles have the rights of nscale's own chart
 * (docs/contracts/nscale.md 4).
 */
export function seedNscale(now: number): NscaleState {
  const { users, ...keyed } = seed;
  const state = {
    organizations: Object.values(keyed.organizations),
    users,
    roles: Object.values(keyed.roles),
    groups: Object.values(keyed.groups),
    accounts: Object.values(keyed.accounts),
  };
  return firstDay(state, now, timestamp, isNscaleState);
}

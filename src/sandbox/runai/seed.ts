import { isoTime } from '../records.ts';
import { firstDay } from '../seeds.ts';
import seed from './seed.json' with { type: 'json' };
import { isRunaiState, type RunaiState } from './state.ts';

/**
 * The state of the first day, which is `now`, in milliseconds since the epoch. Worth looking at: an account that is
 * disabled, some that never signed in, one without times; rules of an account that is gone, of type `app`, and in a role
 * that is not effective. Of the predefined roles only the first manages accounts (docs/contracts/runai.md 8 and 11).
 */
export function seedRunai(now: number): RunaiState {
  const state = {
    ...seed,
    clusters: Object.values(seed.clusters),
    departments: Object.values(seed.departments),
    projects: Object.values(seed.projects),
    roles: Object.values(seed.roles),
    accounts: Object.values(seed.accounts),
  };
  return firstDay(state, now, isoTime, isRunaiState);
}

import type { ProviderName } from '../../model/account.ts';
import { augmentFaults } from '../augment/faults.ts';
import { nscaleFaults } from '../nscale/faults.ts';
import { runaiFaults } from '../runai/faults.ts';
import type { FaultSubject } from './fault.ts';

/** What faults know of each provider; every one takes them. */
export const faultSubjects: Readonly<Record<ProviderName, FaultSubject>> = {
  nscale: nscaleFaults,
  runai: runaiFaults,
  augment: augmentFaults,
};

import { nscaleFaults } from '../nscale/faults.ts';
import { runaiFaults } from '../runai/faults.ts';
import type { FaultProvider, FaultSubject } from './fault.ts';

/** The providers that take faults, by the name they have in the language. */
export const faultSubjects: Readonly<Record<FaultProvider, FaultSubject>> = {
  nscale: nscaleFaults,
  runai: runaiFaults,
};

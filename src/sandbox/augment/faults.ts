import { matchRoute, type FaultStatus, type FaultSubject } from '../faults/fault.ts';
import { Refusal, refuse } from './answers.ts';

const messages: Readonly<Record<FaultStatus, string>> = {
  401: 'Missing or invalid API token',
  429: 'Rate limit exceeded',
  500: 'Something went wrong',
  503: 'Try again later',
};

/** Augment, as faults see it: it can only be read. */
export const augmentFaults: FaultSubject = {
  operations: ['read'],
  bodiless: [],
  operationOf: (request) => matchRoute([], request),
  refuse: (_request, status) => refuse(new Refusal(status, messages[status])),
};

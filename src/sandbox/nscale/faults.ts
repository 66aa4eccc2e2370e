import { matchRoute, type FaultStatus, type FaultSubject, type Route } from '../faults/fault.ts';
import { Refusal, refuse } from './answers.ts';

const accounts = String.raw`^/api/v1/organizations/[^/]+/serviceaccounts`;
const collection = new RegExp(`${accounts}$`);
const account = new RegExp(`${accounts}/[^/]+$`);

/** contracts/nscale.md 2 */
const routes: readonly Route[] = [
  { method: 'GET', path: collection, operation: 'list' },
  { method: 'POST', path: collection, operation: 'create' },
  { method: 'PUT', path: account, operation: 'update' },
  { method: 'POST', path: new RegExp(`${accounts}/[^/]+/rotate$`), operation: 'rotate' },
  { method: 'DELETE', path: account, operation: 'delete' },
];

/** nscale's words (contracts/nscale.md 5); for 429 it has none of its own. */
const descriptions: Readonly<Record<FaultStatus, string>> = {
  401: 'token validation failed',
  429: 'too many requests',
  500: 'an internal error has occurred, please contact support',
  503: 'identity service warming up',
};

/** nscale, as faults see it. */
export const nscaleFaults: FaultSubject = {
  operations: ['list', 'create', 'update', 'rotate', 'delete', 'read'],
  bodiless: ['delete'],
  operationOf: (request) => matchRoute(routes, request),
  refuse: ({ url }, status) => refuse(new Refusal(status, descriptions[status]), new URL(url).origin),
};

import { matchRoute, type FaultStatus, type FaultSubject, type Route } from '../faults/fault.ts';
import { Refusal, oauthError, refuse } from './answers.ts';

const accounts = String.raw`^/api/v1/(?:service-accounts|apps)`;
const collection = new RegExp(`${accounts}$`);
const account = new RegExp(`${accounts}/[^/]+$`);

/** contracts/runai.md 2, 3 and 12 */
const routes: readonly Route[] = [
  { method: 'POST', path: /^\/api\/v[12]\/token$/, operation: 'token' },
  { method: 'GET', path: collection, operation: 'list' },
  { method: 'POST', path: collection, operation: 'create' },
  { method: 'PATCH', path: account, operation: 'update' },
  { method: 'POST', path: new RegExp(`${accounts}/[^/]+/secret$`), operation: 'rotate' },
  { method: 'DELETE', path: account, operation: 'delete' },
];

/** In the manner of the specification's examples (contracts/runai.md 4). */
const messages: Readonly<Record<FaultStatus, string>> = {
  401: 'Issuer is not familiar',
  429: 'Too many requests',
  500: 'Something went wrong',
  503: 'Try again later',
};

/** Run:ai, as faults see it. */
export const runaiFaults: FaultSubject = {
  operations: ['list', 'create', 'update', 'rotate', 'delete', 'read', 'token'],
  bodiless: ['update', 'delete'],
  operationOf: (request) => matchRoute(routes, request),
  refuse: (request, status) =>
    status === 401 && matchRoute(routes, request) === 'token'
      ? oauthError(401, 'invalid_client', 'Invalid client or Invalid client credentials')
      : refuse(new Refusal(status, messages[status])),
};

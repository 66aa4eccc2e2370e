import type { ProviderName } from '../../model/account.ts';

/** What each fault does to the requests it hits, by name: the wording of the help. */
export const faultEffects = {
  '429': 'refused with Retry-After: 1; not done',
  '503': 'refused; not done',
  expired: 'refused with 401, as an expired credential is; not done',
  'drop-before-commit': 'connection reset; not done',
  'drop-after-commit': 'done, then the connection is reset without an answer',
  '500-after-commit': 'done, then a complete answer with status 500',
  'html-502': "done, then a gateway's HTML page with status 502",
  truncated: 'done; the connection breaks in the middle of the answer',
  'cut-json': 'done; a complete answer whose JSON is cut short',
  slow: 'done; the answer never comes',
} as const;

export type FaultName = keyof typeof faultEffects;

/** In the order of messages. `read` is any GET but `list`, `token` the request for an access token. */
export const operations = ['list', 'create', 'update', 'rotate', 'delete', 'read', 'token'] as const;

export type FaultOperation = (typeof operations)[number];

/** One fault, armed for some requests of one provider. */
export interface Fault {
  readonly provider: ProviderName;
  /** `*` is any request, even one that is no operation. */
  readonly operation: FaultOperation | '*';
  readonly name: FaultName;
  /** Which of these requests it hits, from 1; null hits every one. */
  readonly nth: number | null;
}

/** The statuses that faults refuse with. */
export type FaultStatus = 401 | 429 | 500 | 503;

/** What faults have to know of a provider; all of it comes from its routes. */
export interface FaultSubject {
  /** In the order that messages name them. */
  readonly operations: readonly FaultOperation[];
  /** The operations whose success has no body that could be cut. */
  readonly bodiless: readonly FaultOperation[];
  /** The operation of a request; null when it has none, so that only `*` can hit it. */
  readonly operationOf: (request: Request) => FaultOperation | null;
  /** The provider's own answer with this status; 401 is its answer to an expired credential. */
  readonly refuse: (request: Request, status: FaultStatus) => Response;
}

/** The fault as a user writes it, e.g. `nscale.rotate=drop-after-commit@1`. */
export function printFault({ provider, operation, name, nth }: Fault): string {
  return `${provider}.${operation}=${name}${nth === null ? '' : `@${nth}`}`;
}

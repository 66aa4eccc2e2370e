export type RefusalStatus = 400 | 401 | 403 | 404 | 429 | 500 | 503;

/** Only `InvalidArgument` is documented; the others are in its manner (contracts/augment.md 4). */
const codes: Readonly<Record<RefusalStatus, string>> = {
  400: 'InvalidArgument',
  401: 'Unauthenticated',
  403: 'PermissionDenied',
  404: 'NotFound',
  429: 'ResourceExhausted',
  500: 'Internal',
  503: 'Unavailable',
};

/** Ends the handling of a request with the Analytics API's error body. */
export class Refusal extends Error {
  readonly status: RefusalStatus;

  constructor(status: RefusalStatus, message: string) {
    super(message);
    this.status = status;
  }
}

/** `{"error":{"code","message"}}`; a 429 says nothing of when to come back (contracts/augment.md 4). */
export function refuse({ status, message }: Refusal): Response {
  return Response.json({ error: { code: codes[status], message } }, { status });
}

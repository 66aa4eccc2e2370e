const traceId = '0af7651916cd43dd8448eb211c80319c';

const codes = {
  400: 'invalid_request',
  401: 'access_denied',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  429: 'too_many_requests',
  500: 'server_error',
  503: 'server_error',
} as const;

/** Ends the handling of a request with nscale's error body (contracts/nscale.md 5). */
export class Refusal extends Error {
  readonly status: keyof typeof codes;

  constructor(status: keyof typeof codes, description: string) {
    super(description);
    this.status = status;
  }
}

export function notFound(): Refusal {
  return new Refusal(404, 'resource not found');
}

/** JSON with the headers nscale sends. */
export function answer(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
  });
}

/** `origin` is the deployment's, for the WWW-Authenticate header of a 401. */
export function refuse({ status, message }: Refusal, origin: string): Response {
  const response = answer({ error: codes[status], error_description: message, trace_id: traceId }, status);
  if (status === 401) {
    response.headers.set(
      'www-authenticate',
      `Bearer error="access_denied",error_description="${message}",` +
        `resource_metadata="${origin}/.well-known/openid-protected-resource"`,
    );
  }
  return response;
}

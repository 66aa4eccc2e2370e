export type RefusalStatus = 400 | 401 | 403 | 404 | 409 | 429 | 500 | 503;

/** Ends the handling of a request with Run:ai's error envelope (contracts/runai.md 4). */
export class Refusal extends Error {
  readonly status: RefusalStatus;

  constructor(status: RefusalStatus, message: string) {
    super(message);
    this.status = status;
  }
}

/** `what` begins the message, e.g. `Role with id 7`. */
export function notFound(what: string): Refusal {
  return new Refusal(404, `${what} not found`);
}

/** JSON. */
export function answer(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}

/** A success without a body, which must not be parsed (contracts/runai.md 15.10). */
export function empty(status: 200 | 204): Response {
  return new Response(null, { status });
}

/** The envelope `{code, message}`; the code is the status. */
export function refuse({ status, message }: Refusal): Response {
  return answer({ code: status, message }, status);
}

/** The error of OAuth 2, which v2 of the token endpoint answers with (contracts/runai.md 2a). */
export function oauthError(status: 400 | 401, error: string, description: string): Response {
  return answer({ error, error_description: description }, status);
}

/** The UI, which some hosts answer unknown paths with. */
export function page(): Response {
  const html = '<!doctype html><html><head><title>NVIDIA Run:ai</title></head><body></body></html>';
  return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8' } });
}

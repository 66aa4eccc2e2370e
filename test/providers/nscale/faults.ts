/** A refusal or failure in nscale's own shape. */
export function problem(status: number, error: string, description: string): Response {
  return Response.json({ error, error_description: description }, { status });
}

/** What nscale says to a write that meets another one. */
export function conflict(): Response {
  return problem(409, 'conflict', 'the requested resource already exists');
}

/** What nscale's router and its handlers say of anything that is not there. */
export function missing(): Response {
  return problem(404, 'not_found', 'resource not found');
}

/** What nscale says to a caller without the right. */
export function forbidden(): Response {
  return problem(403, 'forbidden', 'operation is not allowed by rbac');
}

/** What nscale says when it does not know what went wrong. */
export function serverError(): Response {
  const description = 'an internal error has occurred, please contact support';
  return problem(500, 'server_error', description);
}

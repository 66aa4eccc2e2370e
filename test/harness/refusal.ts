/** A refusal that is in the error shape of every provider with an API. */
export function refusedByAny(): Response {
  const word = 'access_denied';
  return Response.json({ code: 401, message: word, error: word, error_description: word }, { status: 401 });
}

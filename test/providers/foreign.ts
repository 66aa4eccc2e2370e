/** The answer of something that stands between the program and its provider. */
export type Foreign = readonly [name: string, body: string, type: string, said: string];

export const signInPage: Foreign = ['a page', '<html><title>Sign in</title></html>', 'text/html', 'an HTML page'];

/** What firewalls, login pages and load balancers have been seen to answer. */
export const foreignAnswers: readonly Foreign[] = [
  signInPage,
  ['text', 'RBAC: access denied', 'text/plain', 'a body that is not valid JSON'],
  ['JSON with a message', '{"message":"Forbidden"}', 'application/json', 'JSON'],
  ['JSON with a word', '{"error":"Forbidden"}', 'application/json', 'JSON'],
  ['JSON of a framework', '{"timestamp":1,"status":403,"error":"Forbidden","path":"/"}', 'application/json', 'JSON'],
  ['JSON with an object', '{"error":{"code":403,"message":"no","status":"DENIED"}}', 'application/json', 'JSON'],
];

export function answering(status: number, [, body, type]: Foreign): () => Response {
  return () => new Response(body, { status, headers: { 'content-type': type } });
}

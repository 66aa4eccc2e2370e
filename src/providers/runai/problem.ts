import * as z from 'zod/mini';

import type { ProviderProblem } from '../../http/error.ts';

/** contracts/runai.md 4 */
const Envelope = z.object({
  code: z.optional(z.union([z.number(), z.string()])),
  message: z.string(),
  details: z.optional(z.nullable(z.string())),
});

/** The v2 token endpoint's shape (contracts/runai.md 2a). */
const OAuthError = z.object({ error: z.string(), error_description: z.optional(z.string()) });

/** Run:ai's error body in either of its shapes, or null. */
export function readProblem(_status: number, body: unknown): ProviderProblem | null {
  const envelope = Envelope.safeParse(body);
  if (envelope.success) {
    const { code, message, details } = envelope.data;
    const text = details ? `${message}: ${details}` : message;
    return { code: code === undefined ? null : String(code), message: text, traceId: null };
  }
  const oauth = OAuthError.safeParse(body);
  if (!oauth.success) return null;
  const { error, error_description: description } = oauth.data;
  return { code: error, message: description ?? error, traceId: null };
}

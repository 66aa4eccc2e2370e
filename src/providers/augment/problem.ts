import * as z from 'zod/mini';

import type { ProviderProblem } from '../../http/error.ts';

/** contracts/augment.md 4 */
const Envelope = z.object({
  error: z.object({ code: z.optional(z.nullable(z.string())), message: z.string() }),
});

/** The Analytics API's error body, or null. */
export function readProblem(_status: number, body: unknown): ProviderProblem | null {
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) return null;
  const { code, message } = envelope.data.error;
  return { code: code ?? null, message, traceId: null };
}

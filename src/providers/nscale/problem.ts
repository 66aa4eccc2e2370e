import * as z from 'zod/mini';

import type { ProviderProblem } from '../../http/error.ts';

const ErrorBody = z.object({
  error: z.string(),
  error_description: z.optional(z.string()),
  trace_id: z.optional(z.string()),
});

/** nscale's error body (contracts/nscale.md 5), or null when the body is not one. */
export function readProblem(status: number, body: unknown): ProviderProblem | null {
  const parsed = ErrorBody.safeParse(body);
  if (!parsed.success) return null;
  const { error, error_description: description, trace_id: traceId } = parsed.data;
  return {
    code: error,
    message: wording(status, error, description ?? error),
    traceId: traceId ?? null,
  };
}

/** nscale says "already exists" for every write conflict (contracts/nscale.md 9.5) and one text for every bad token. */
function wording(status: number, code: string, description: string): string {
  if (status === 409 && code === 'conflict') return 'another change was made at the same time';
  if (status === 401 && description === 'token validation failed') {
    return 'the token is not accepted (expired, rotated, deleted, or issued by another deployment)';
  }
  return description;
}

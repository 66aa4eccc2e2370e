import * as z from 'zod/mini';

import { HttpError, type ProviderProblem } from '../../http/error.ts';

/** docs/contracts/runai.md 4; without the code, `{"message": "Forbidden"}` of many a gateway would pass for it. */
const Envelope = z.object({
  code: z.union([z.number(), z.string()]),
  message: z.string(),
  details: z.optional(z.nullable(z.string())),
});

/** The v2 token endpoint's shape (docs/contracts/runai.md 2a). */
const OAuthError = z.object({
  error: z.enum([
    'invalid_request',
    'invalid_client',
    'invalid_grant',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
    'server_error',
    'temporarily_unavailable',
  ]),
  error_description: z.optional(z.string()),
});

/** Run:ai's error body in either of its shapes, or null. */
export function readProblem(_status: number, body: unknown): ProviderProblem | null {
  const envelope = Envelope.safeParse(body);
  if (envelope.success) {
    const { code, message, details } = envelope.data;
    const text = details ? `${message}: ${details}` : message;
    const isStatus = typeof code === 'number' && Number.isInteger(code) && code >= 100 && code <= 599;
    const known = isStatus ? ({ isKnownCode: true } as const) : {};
    return { code: String(code), message: text, traceId: null, ...known };
  }
  const oauth = OAuthError.safeParse(body);
  if (!oauth.success) return null;
  const { error, error_description: description } = oauth.data;
  return { code: error, message: description ?? error, traceId: null, isKnownCode: true };
}

/** Whether Run:ai knows the caller, and does not let it do this. */
export function isForbidden(error: unknown): error is HttpError {
  return error instanceof HttpError && error.verdict === 403;
}

/** Null where Run:ai itself says that there is nothing of this id: 404, or 400 for what is no id (docs/contracts/runai.md 3). */
export async function orMissing<Value>(read: Promise<Value>): Promise<Value | null> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof HttpError && (error.verdict === 404 || error.verdict === 400)) {
      return null;
    }
    throw error;
  }
}

/** What a list says; its 404 is about no account, so that it is not exit 3 (docs/contracts/runai.md 15.26). */
export async function ofList<Value>(read: Promise<Value>): Promise<Value> {
  try {
    return await read;
  } catch (error) {
    if (!(error instanceof HttpError) || error.verdict !== 404) throw error;
    throw new HttpError('bad_answer', error.message, { ...error.details(), answeredBy: null, cause: error });
  }
}

const refusals: ReadonlySet<number> = new Set([400, 401, 403, 429]);

/** Whether an endpoint does not exist in this version: 404, 405, or something that is not the API at all. */
export function isAbsent({ status, body }: HttpError): boolean {
  if (status === null || status >= 500 || refusals.has(status)) return false;
  return status === 404 || status === 405 || body === 'html' || body === 'empty' || body === 'other';
}

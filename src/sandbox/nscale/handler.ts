import type { Context } from 'hono';

import type { NscaleEmulatorOptions } from './accounts.ts';
import { notFound, Refusal } from './answers.ts';
import { authenticate, requirePermission, type Caller, type Wish } from './caller.ts';

/** Every handler is behind the token check, and every id in its path behind the UUID check. */
export function handler(
  { state, now }: NscaleEmulatorOptions,
  handle: (c: Context, caller: Caller) => Promise<Response> | Response,
): (c: Context) => Promise<Response> {
  return async (c) => {
    const header = c.req.header('authorization') ?? null;
    const caller = authenticate(state, { header, now: now() });
    for (const [name, value] of Object.entries(c.req.param())) {
      if (!uuidPattern.test(value)) {
        throw new Refusal(400, `parameter "${name}" in path is not valid: string is not a uuid`);
      }
    }
    return handle(c, caller);
  };
}

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id from the path, in the case that ids are kept in. */
export function parameter(c: Context, name: string): string {
  return (c.req.param(name) ?? '').toLowerCase();
}

/** What a request wants to do in the organization of its path. */
export function wish(c: Context, endpoint: Wish['endpoint'], operation: Wish['operation']): Wish {
  return { organizationId: parameter(c, 'organizationID'), endpoint, operation };
}

/**
 * The organization's id, once the caller may do this in it and it exists.
 * @throws Refusal 403 or 404
 */
export function reach({ state }: NscaleEmulatorOptions, caller: Caller, wanted: Wish): string {
  requirePermission(state, caller, wanted);
  requireOrganization(state, wanted.organizationId);
  return wanted.organizationId;
}

/** @throws Refusal 404 */
export function requireOrganization({ organizations }: NscaleEmulatorOptions['state'], id: string): void {
  if (!organizations.some((organization) => organization.id === id)) throw notFound();
}

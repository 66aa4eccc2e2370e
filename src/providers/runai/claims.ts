import * as z from 'zod/mini';

const Claims = z.object({
  exp: z.optional(z.number()),
  tenant_id: z.optional(z.union([z.string(), z.number()])),
});

/** What a token says of itself, not checked in any way. `exp` is in seconds since the epoch. */
export interface TokenClaims {
  readonly exp: number | null;
  readonly tenantId: string | null;
}

/** Reads the payload of a JWT; nulls for anything else. */
export function claimsOf(token: string): TokenClaims {
  const payload = token.split('.')[1] ?? '';
  try {
    const text = Buffer.from(payload, 'base64url').toString('utf8');
    const { exp, tenant_id: tenantId } = Claims.parse(JSON.parse(text));
    return { exp: exp ?? null, tenantId: tenantId === undefined ? null : String(tenantId) };
  } catch {
    return { exp: null, tenantId: null };
  }
}

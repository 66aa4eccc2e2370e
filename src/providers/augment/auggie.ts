import * as z from 'zod/mini';

/** It asks for no more than this: any list will do, and a tenant that is no URL fails later. */
const Taken = z.object({
  accessToken: z.union([z.string().check(z.minLength(1)), z.number()]),
  tenantURL: z.union([z.string().check(z.minLength(1)), z.number()]),
  scopes: z.array(z.unknown()),
});

/**
 * Whether Auggie takes this text for a session. What it does not take it passes over without a word, and goes on with the
 * next one (contracts/augment.md 3.1 and 3.2).
 */
export function auggieTakes(text: string): boolean {
  try {
    return Taken.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

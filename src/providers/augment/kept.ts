import * as z from 'zod/mini';

import { sessionLine, type Session } from './session.ts';

const Purpose = z.object({
  tenant: z.string(),
  name: z.string(),
  description: z.nullable(z.string()),
  token: z.string(),
  replaces: z.boolean(),
});

/** What a session was brought for, which is noted on this machine once it is there. */
export interface Purpose {
  /** The account, which the session may be for another tenant of (`--allow-tenant-change`). */
  readonly tenant: string;
  readonly name: string;
  readonly description: string | null;
  /** The name of the new token. */
  readonly token: string;
  /** Whether it takes the place of what was there. */
  readonly replaces: boolean;
}

/** What the journal keeps: the session, and what it is for. Whoever reads the session drops the rest. */
export function keptBytes(session: Session, purpose: Purpose): Uint8Array {
  const document = z.looseObject({}).parse(JSON.parse(sessionLine(session).reveal()));
  return new TextEncoder().encode(JSON.stringify({ ...document, purpose }));
}

/** What a kept session was brought for; null where that cannot be read. */
export function purposeIn(bytes: Uint8Array): Purpose | null {
  try {
    const document: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return z.object({ purpose: Purpose }).parse(document).purpose;
  } catch {
    return null;
  }
}

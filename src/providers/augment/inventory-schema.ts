import * as z from 'zod/mini';

/** ISO 8601 in UTC, or null when it is not known. */
const Time = z.prefault(z.nullable(z.string()), null);

const Token = z.looseObject({
  name: z.string(),
  createdAt: Time,
  // Checked, so that no value can ever be recorded in its place.
  fingerprint: z.string().check(z.regex(/^sha256:[0-9a-f]{12}$/)),
  state: z.enum(['active', 'pending-revoke', 'revoked']),
  verified: z.prefault(z.boolean(), false),
  targets: z.prefault(z.array(z.string()), []),
  revokedAt: Time,
});

const Account = z.looseObject({
  tenant: z.url({ protocol: /^https$/ }),
  name: z.string(),
  description: z.prefault(z.nullable(z.string()), null),
  createdAt: Time,
  updatedAt: Time,
  tokens: z.prefault(z.array(Token), []),
  deletedAt: Time,
});

/** What the file holds; keys that this version does not know are kept. */
export const StoredInventory = z.looseObject({
  version: z.literal(1),
  accounts: z.array(Account),
});

/** A token as it is recorded: everything but its value. */
export interface InventoryToken {
  readonly name: string;
  readonly createdAt: string | null;
  readonly fingerprint: string;
  readonly state: TokenState;
  /** Whether the state was seen (Augment took the token, or refused it) and not only said. */
  readonly verified: boolean;
  /** Where it was delivered to, as `--to` names it with absolute paths. */
  readonly targets: readonly string[];
  readonly revokedAt: string | null;
}

/** `pending-revoke`: it was replaced, and a person still has to revoke it in the web console. */
export type TokenState = 'active' | 'pending-revoke' | 'revoked';

/** A service account as it is recorded. */
export interface InventoryAccount {
  /** An origin, e.g. `https://d1.api.augmentcode.com`. */
  readonly tenant: string;
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly tokens: readonly InventoryToken[];
  /** Not null for one that is gone. */
  readonly deletedAt: string | null;
}

/** What this machine knows of a person's service accounts: never all there is (contracts/augment.md 1). */
export interface Inventory {
  readonly version: 1;
  readonly accounts: readonly InventoryAccount[];
}

/** The inventory of a machine that has none yet. */
export const emptyInventory: Inventory = { version: 1, accounts: [] };

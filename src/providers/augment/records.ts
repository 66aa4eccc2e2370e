import * as z from 'zod/mini';

import type { Account } from '../../model/account.ts';
import type { ResumedIssuance } from '../issuance.ts';
import { idOf, toAccount } from './schema.ts';
import { inventoryIn, type Connection } from './connection.ts';
import {
  accountIn,
  addAccount,
  addToken,
  existing,
  markPendingRevoke,
  noteDelivery,
  type InventoryAccount,
  type InventoryToken,
} from './inventory.ts';
import { installedIn, readSession, sessionLine, type Session } from './session.ts';
import { revocation } from './console.ts';
import { fingerprintOf } from '../../model/credential.ts';
import type { RequiredAction } from '../../errors.ts';
import type { LocalOptions } from '../manual.ts';

/** As much of a connection as knows this machine. */
export type Records = Pick<Connection, 'inventory' | 'profile' | 'now' | 'homeDirectory'>;

/**
 * What is noted here of a session that a person brought, and what is left to him: when it is brought, and when it comes
 * out of the journal.
 */
export async function recording(records: Records, session: Session, purpose: Purpose): Promise<ResumedIssuance> {
  const { inventory, profile } = records;
  const { tenant, name, token, description, replaces } = purpose;
  const key = { tenant, name };
  const before = replaces ? accountIn(await inventory.read(), key) : null;
  const installed = replaces ? await installedIn(records) : null;
  function replaced(delivered: readonly string[]): readonly InventoryToken[] {
    return before === null ? [] : replacedBy(before, { token, delivered, installed });
  }
  async function noting(change: Parameters<typeof inventory.update>[0]): Promise<Account> {
    return toAccount(existing(await inventory.update(change), key), profile);
  }
  return {
    reconcile: (_, { verified }) => {
      const at = stamp(records);
      const fingerprint = fingerprintOf(session.accessToken);
      return noting((recorded) => {
        const isNew = accountIn(recorded, key) === null;
        const account = isNew ? addAccount(recorded, { ...key, description, at }) : recorded;
        return addToken(account, { ...key, token, fingerprint, verified, at });
      });
    },
    manual: {
      mayPrint: true,
      actions: (delivered) => replaced(delivered).map((old) => revocation({ id: idOf(key), name }, old.name)),
      record: (delivered) => {
        const at = stamp(records);
        return noting((recorded) =>
          replaced(delivered).reduce(
            (state, old) => markPendingRevoke(state, { ...key, token: old.name, at }),
            noteDelivery(recorded, { ...key, token, at, targets: delivered }),
          ),
        );
      },
    },
  };
}

function stamp({ now }: Records): string {
  return new Date(now()).toISOString();
}

/** Where a new token is now. */
export interface Replacing {
  /** The name of the new one. */
  readonly token: string;
  readonly delivered: readonly string[];
  /** A place whose token was looked at before; null where there is none. */
  readonly installed: { readonly target: string; readonly fingerprint: string } | null;
}

/**
 * The tokens that a delivery has replaced: those that were in the same places, and are in no other, where somebody
 * would go on with them. Where nothing is known of places, it is the only one there was.
 */
function replacedBy(
  { tokens }: Pick<InventoryAccount, 'tokens'>,
  { token, delivered, installed }: Replacing,
): readonly InventoryToken[] {
  const old = tokens.filter(({ name, state }) => state === 'active' && name !== token);
  const there = old.filter(({ targets, fingerprint }) => {
    const isInstalled = fingerprint === installed?.fingerprint;
    return (
      targets.some((target) => delivered.includes(target)) || (isInstalled && delivered.includes(installed.target))
    );
  });
  if (there.length === 0 && old.length === 1) return old.filter(isNowhere);
  return there.filter(({ targets }) => targets.every((target) => delivered.includes(target)));
}

function isNowhere({ targets }: InventoryToken): boolean {
  return targets.length === 0;
}

/** What is left to note of a session in the journal; null where it does not say what it was brought for. */
export async function resume(
  bytes: Uint8Array,
  { local, now, sleep, profile }: LocalOptions,
): Promise<ResumedIssuance | null> {
  const purpose = purposeIn(bytes);
  const { session } = readSession(new TextDecoder().decode(bytes));
  if (purpose === null || session === null) return null;
  const { homeDirectory } = local;
  const records = { inventory: inventoryIn(local, sleep), profile, now, homeDirectory };
  const { reconcile, manual } = await recording(records, session, purpose);
  const untold = purpose.replaces ? await pending(records, purpose) : [];
  return {
    reconcile,
    manual: { ...manual, actions: (delivered) => [...untold, ...manual.actions(delivered)] },
  };
}

/** A delivery that got stuck may have replaced tokens, and nobody was told, because it was not at its end. */
async function pending(
  { inventory }: Pick<Records, 'inventory'>,
  { tenant, name }: Purpose,
): Promise<readonly RequiredAction[]> {
  const account = accountIn(await inventory.read(), { tenant, name });
  const tokens = account?.tokens.filter(({ state }) => state === 'pending-revoke') ?? [];
  return tokens.map((token) => revocation({ id: idOf({ tenant, name }), name }, token.name));
}

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

import * as z from 'zod/mini';

import type { RequiredAction } from '../../errors.ts';
import { parseFields, type Account } from '../../model/account.ts';
import { fingerprintOf } from '../../model/fingerprint.ts';
import type { ResumedIssuance } from '../issuance.ts';
import type { LocalOptions } from '../manual.ts';
import { inventoryIn, type Connection } from './connection.ts';
import { revocation } from './console.ts';
import {
  accountIn,
  addAccount,
  addToken,
  existing,
  markPendingRevoke,
  noteDelivery,
  type AccountKey,
  type Inventory,
  type InventoryToken,
} from './inventory.ts';
import { idOf, toAccount } from './schema.ts';
import { auggieAddress, auggieFingerprint, readSession, sessionLine, type Session } from './session.ts';

/** As much of a connection as knows this machine. */
type Machine = Pick<Connection, 'inventory' | 'profile' | 'now' | 'homeDirectory'>;

const Purpose = z.object({
  /** The account's; the session may be for another tenant (`--allow-tenant-change`). */
  tenant: z.string(),
  name: z.string(),
  description: z.nullable(z.string()),
  /** The name of the new token. */
  token: z.string(),
  /** Whether it takes the place of what was there. */
  replaces: z.boolean(),
});

/** What a supplied session is for; the journal keeps it with the session. */
export type Purpose = Readonly<z.infer<typeof Purpose>>;

/** Records a change, and gives the account as it is then. */
export async function recordChange(
  { inventory, now, profile }: Pick<Machine, 'inventory' | 'now' | 'profile'>,
  key: AccountKey,
  change: (before: Inventory, at: string) => Inventory,
): Promise<Account> {
  const at = new Date(now()).toISOString();
  return toAccount(existing(await inventory.update((before) => change(before, at)), key), profile);
}

/** What is recorded of a supplied session, and what is left to a person. */
export async function recorded(machine: Machine, session: Session, purpose: Purpose): Promise<ResumedIssuance> {
  const { inventory, homeDirectory } = machine;
  const { tenant, name, token, description, replaces } = purpose;
  const key = { tenant, name };
  const before = replaces ? (accountIn(await inventory.read(), key)?.tokens ?? []) : [];
  const installed = replaces ? await auggieFingerprint(homeDirectory) : null;
  function replaced(delivered: readonly string[]): readonly InventoryToken[] {
    const isInstalled = homeDirectory !== null && delivered.includes(auggieAddress(homeDirectory));
    return replacedBy(before, { token, delivered, installed: isInstalled ? installed : null });
  }
  return {
    reconcile: (_, { verified }) =>
      recordChange(machine, key, (found, at) => {
        const isNew = accountIn(found, key) === null;
        const account = isNew ? addAccount(found, { ...key, description, at }) : found;
        const fingerprint = fingerprintOf(session.accessToken);
        return addToken(account, { ...key, token, fingerprint, verified, at });
      }),
    manual: {
      mayPrint: true,
      actions: (delivered) => replaced(delivered).map((old) => revocation({ id: idOf(key), name }, old.name)),
      record: (delivered) =>
        recordChange(machine, key, (found, at) =>
          replaced(delivered).reduce(
            (state, old) => markPendingRevoke(state, { ...key, token: old.name, at }),
            noteDelivery(found, { ...key, token, at, targets: delivered }),
          ),
        ),
    },
  };
}

/**
 * The tokens that a delivery has replaced: those that were in the same targets and are in no other, where somebody would
 * go on with them. Where nothing is known of their targets, the only token there was. `installed` is the fingerprint of
 * the token that was in Auggie's own file, where that was delivered to.
 */
function replacedBy(
  tokens: readonly InventoryToken[],
  { token, delivered, installed }: { token: string; delivered: readonly string[]; installed: string | null },
): readonly InventoryToken[] {
  const old = tokens.filter(({ name, state }) => state === 'active' && name !== token);
  const touched = old.filter(
    ({ targets, fingerprint }) => fingerprint === installed || targets.some((target) => delivered.includes(target)),
  );
  if (touched.length === 0 && old.length === 1) return old.filter(({ targets }) => targets.length === 0);
  return touched.filter(({ targets }) => targets.every((target) => delivered.includes(target)));
}

/** What is left to record of a session in the journal; null where it does not say what it was supplied for. */
export async function resume(
  bytes: Uint8Array,
  { local, now, sleep, profile }: LocalOptions,
): Promise<ResumedIssuance | null> {
  const purpose = purposeIn(bytes);
  const { session } = readSession(new TextDecoder().decode(bytes));
  if (purpose === null || session === null) return null;
  const machine = { inventory: inventoryIn(local, sleep), profile, now, homeDirectory: local.homeDirectory };
  const { reconcile, manual } = await recorded(machine, session, purpose);
  const untold = purpose.replaces ? await pendingRevocations(machine, purpose) : [];
  return { reconcile, manual: { ...manual, actions: (delivered) => [...untold, ...manual.actions(delivered)] } };
}

/** An interrupted delivery may have replaced tokens without saying so: that comes last. */
async function pendingRevocations(
  { inventory }: Machine,
  { tenant, name }: Purpose,
): Promise<readonly RequiredAction[]> {
  const account = accountIn(await inventory.read(), { tenant, name });
  const tokens = account?.tokens.filter(({ state }) => state === 'pending-revoke') ?? [];
  return tokens.map((token) => revocation({ id: idOf({ tenant, name }), name }, token.name));
}

/** What the journal keeps: the session with its purpose, which readers of sessions drop. */
export function withPurpose(session: Session, purpose: Purpose): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ ...parseFields(sessionLine(session).reveal()), purpose }));
}

/** What a session in the journal was supplied for; null where that cannot be read. */
export function purposeIn(bytes: Uint8Array): Purpose | null {
  const kept = Purpose.safeParse(parseFields(new TextDecoder().decode(bytes))?.['purpose']);
  return kept.success ? kept.data : null;
}

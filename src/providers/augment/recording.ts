import type { Account } from '../../model/account.ts';
import type { LocalEnd } from '../issuing.ts';
import { idOf, toAccount } from './accounts.ts';
import type { Connection } from './connection.ts';
import { accountIn, addAccount, existing } from './inventory.ts';
import type { InventoryToken } from './inventory-schema.ts';
import { addToken, markPendingRevoke, noteDelivery } from './inventory-tokens.ts';
import type { Purpose } from './kept.ts';
import { replacedBy } from './replaced.ts';
import type { Session } from './session.ts';
import { installedIn } from './standard.ts';
import { revocation } from './step.ts';
import { fingerprintOf } from '../../model/fingerprint.ts';

/** As much of a connection as knows this machine. */
export type Records = Pick<Connection, 'inventory' | 'profile' | 'now' | 'homeDirectory'>;

/**
 * What is noted here of a session that a person brought, and what is left to him: when it is brought, and when it comes
 * out of the journal.
 */
export async function recording(records: Records, session: Session, purpose: Purpose): Promise<LocalEnd> {
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
    overlaps: true,
    settle: (_, { verified }) => {
      const at = stamp(records);
      const fingerprint = fingerprintOf(session.accessToken);
      return noting((recorded) => {
        const isNew = accountIn(recorded, key) === null;
        const account = isNew ? addAccount(recorded, { ...key, description, at }) : recorded;
        return addToken(account, { ...key, token, fingerprint, verified, at });
      });
    },
    record: (delivered) => {
      const at = stamp(records);
      return noting((recorded) =>
        replaced(delivered).reduce(
          (state, old) => markPendingRevoke(state, { ...key, token: old.name, at }),
          noteDelivery(recorded, { ...key, token, at, targets: delivered }),
        ),
      );
    },
    actions: (delivered) => replaced(delivered).map((old) => revocation({ id: idOf(key), name }, old.name)),
  };
}

function stamp({ now }: Records): string {
  return new Date(now()).toISOString();
}

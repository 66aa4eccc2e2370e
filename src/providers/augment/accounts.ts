import { barelyKnown, type Account, type AccountStatus } from '../../model/account.ts';
import type { InventoryAccount } from './inventory-schema.ts';
import { hostOf } from './tenant.ts';

/** `<tenant host>/<name>` */
export function idOf({ tenant, name }: Pick<InventoryAccount, 'tenant' | 'name'>): string {
  return `${hostOf(tenant)}/${name}`;
}

/** A recorded account in our model; `raw` says that it comes from this machine and need not be all there is. */
export function toAccount(recorded: InventoryAccount, profile: string | null): Account {
  const { description, createdAt, updatedAt, tokens } = recorded;
  return {
    ...blank(recorded, profile),
    description,
    status: statusOf(recorded),
    createdAt,
    updatedAt,
    tokens: tokens.map(({ name, createdAt: madeAt, fingerprint, state, verified }) => ({
      name,
      createdAt: madeAt,
      fingerprint,
      state,
      verified,
    })),
    raw: { ...recorded, source: 'inventory', complete: false },
  };
}

/** An account that nothing is recorded of, but whose name the Analytics API has seen at work. */
export function seenAccount(
  { tenant, name }: Pick<InventoryAccount, 'tenant' | 'name'>,
  profile: string | null,
): Account {
  return {
    ...blank({ tenant, name }, profile),
    status: 'active',
    raw: { tenant, name, source: 'analytics', complete: false },
  };
}

function blank({ tenant, name }: Pick<InventoryAccount, 'tenant' | 'name'>, profile: string | null): Account {
  const id = idOf({ tenant, name });
  return barelyKnown({ provider: 'augment', profile, id, name, organization: tenant });
}

/** Only a token that Augment was seen to take makes an account known to be active. */
function statusOf({ tokens }: InventoryAccount): AccountStatus {
  const works = tokens.some(({ state, verified }) => state !== 'revoked' && verified);
  return works ? 'active' : 'unknown';
}

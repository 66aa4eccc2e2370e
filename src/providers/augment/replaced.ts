import type { InventoryAccount, InventoryToken } from './inventory-schema.ts';

/** Where a new token is now. */
export interface Replacing {
  /** The name of the new one. */
  readonly token: string;
  readonly delivered: readonly string[];
  /** A place whose token was looked at before; null where there is none. */
  readonly installed: { readonly target: string; readonly fingerprint: string } | null;
}

/**
 * The tokens that a delivery has replaced: those that were in the same places, and are in no other, where somebody would
 * go on with them. Where nothing is known of places, it is the only one there was.
 */
export function replacedBy(
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

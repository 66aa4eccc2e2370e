import type { StoredDelivery } from '../delivery/deliver-entry.ts';
import { noOutcome, type IssuanceOutcome } from '../delivery/result.ts';
import type { Target } from '../delivery/targets/target.ts';
import { CliError, UsageError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { Secret } from '../model/credential.ts';
import type { OutputDocument } from '../output/document.ts';
import type { Renderer } from '../output/renderer.ts';
import { deliveredItem, rotatedItem, type DeliveredItem, type RotatedItem } from './items.ts';
import type { Planned } from './prepare.ts';

/** Tries the user's filter on the report of a run in which all goes well: a filter that fails later hides what was done. */
export async function tryReport(
  renderer: Renderer,
  hoped: () => OutputDocument | Promise<OutputDocument>,
): Promise<readonly string[]> {
  if (renderer.format !== 'query') return [];
  try {
    await renderer.render(await hoped());
    return [];
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    const why = error instanceof CliError ? error.message : 'unknown error';
    return [`the filter fails on a report of this command: ${why}`];
  }
}

/** The item of an account whose rotation goes well. */
export function hopedItem({ plan, targets }: Planned): RotatedItem {
  const { expected, expectedRaw, credentialKind } = plan;
  const { clientId, expiresAt } = expected;
  return rotatedItem({
    account: expected,
    // Printing its fingerprint prints nothing of a secret.
    credential: { kind: credentialKind, value: new Secret('fingerprint'), clientId, expiresAt },
    raw: expectedRaw,
    outcome: hopedOutcome(targets),
  });
}

/** The item of an account whose kept credential is delivered. */
export function hopedDelivery(account: Account, { issued, targets }: StoredDelivery): DeliveredItem {
  return deliveredItem({ ...issued, account, outcome: hopedOutcome(targets) });
}

function hopedOutcome(targets: readonly Target[]): IssuanceOutcome {
  return {
    ...noOutcome,
    verified: true,
    deliveredTo: targets.map(({ name }) => ({ target: name, ok: true, error: null })),
  };
}

import { CliError, UsageError } from '../errors.ts';
import { Secret } from '../model/secret.ts';
import { bulkDocument } from './document.ts';
import { merged, rotatedItem, type BulkResult, type RotatedItem } from './items.ts';
import type { Prepared } from './prepare.ts';
import type { BulkRun } from './run.ts';

/**
 * What the user's filter says of the report that there will be if all goes well: a filter that fails on it would leave
 * nobody told of what was done.
 */
export async function filterProblems(
  { renderer, marker }: BulkRun,
  { prepared, known }: { readonly prepared: readonly Prepared[]; readonly known: BulkResult },
): Promise<readonly string[]> {
  if (renderer.format !== 'query') return [];
  const hoped = { rotated: prepared.map(hopedItem), skipped: [], failed: [] };
  try {
    await renderer.render(bulkDocument(merged(known, hoped), marker));
    return [];
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    const why = error instanceof CliError ? error.message : 'unknown error';
    return [`the filter fails on a report of this command: ${why}`];
  }
}

function hopedItem({ plan, targets }: Prepared): RotatedItem {
  const { expected, expectedRaw, credentialKind } = plan;
  const { clientId, expiresAt } = expected;
  return rotatedItem({
    account: expected,
    // Printing its fingerprint prints nothing of a secret.
    credential: { kind: credentialKind, value: new Secret('fingerprint'), clientId, expiresAt },
    raw: expectedRaw,
    outcome: {
      verified: true,
      reissued: false,
      deliveredTo: targets.map(({ name }) => ({ target: name, ok: true, error: null })),
      recoverId: null,
      actionsRequired: [],
    },
  });
}

import { fieldsOf } from '../model/account.ts';
import { safeText } from '../model/text.ts';
import type { OutputDocument } from '../output/document.ts';
import { dryRunDocument } from '../session/dry-run.ts';
import { effectsOf } from '../session/issuance.ts';
import type { CommandOutput } from '../session/output.ts';
import { bulkDocument } from './report-document.ts';
import type { BulkResult } from './items.ts';
import type { Bringing } from './kept.ts';
import { allPlanned, type Preparation, type Prepared } from './prepare.ts';

interface Told extends Pick<CommandOutput, 'marker'> {
  readonly known: BulkResult;
  readonly bringing: readonly Bringing[];
}

/** What `--dry-run` prints for several accounts: the plan, and which accounts are left out and why. */
export async function bulkPlan(
  { prepared, targets }: Preparation,
  { known, bringing, marker }: Told,
): Promise<OutputDocument> {
  const planned = await allPlanned(prepared);
  const providers = new Set([...prepared, ...bringing].map(({ account }) => account.provider));
  const [provider = null] = providers;
  const plan = {
    operation: 'rotate',
    requests: planned.flatMap(({ plan: { requests } }) => requests),
    effects: [
      ...effectsOfKept(bringing),
      ...planned.flatMap((one) =>
        effectsOf(one.listed.connected, one).map((effect) => safeText(`${one.account.name}: ${effect}`)),
      ),
    ],
  } as const;
  const where = { provider: providers.size === 1 ? provider : null, marker };
  const document = dryRunDocument(where, plan, targets);
  const summary = [...effectsOfKept(bringing), ...(planned.length === 0 ? [] : effectsOnAll(planned))];
  const readable = dryRunDocument(where, { ...plan, effects: summary }, targets, mostShown);
  const { skipped, failed } = known;
  const accounts = prepared.map(({ account: { provider: of, profile, organization, id, name } }) => {
    return { provider: of, profile, organization, id, name };
  });
  return {
    value: { ...fieldsOf(document.value), accounts, skipped, failed },
    human: async (style) => `${await readable.human(style)}${await bulkDocument(known, marker).human(style)}`,
  };
}

/** What becomes of the credentials that earlier runs kept. */
export function effectsOfKept(bringing: readonly Bringing[]): readonly string[] {
  return bringing.map(({ account, effect }) => safeText(`${account.name}: ${effect}`));
}

/** The effects on all accounts, for people: the names, then each effect once with the number of accounts. */
export function effectsOnAll(prepared: readonly Prepared[]): readonly string[] {
  const names = prepared.map(({ account }) => account.name);
  const shown = names.slice(0, mostNames).join(', ');
  const rest = names.length - mostNames;
  return [rest > 0 ? `${shown} and ${rest} more` : shown, ...countedEffects(prepared)];
}

const mostNames = 20;

/** More would push the differences off the screen; `--json` has them all. */
const mostShown = 5;

function countedEffects(prepared: readonly Prepared[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const one of prepared) {
    for (const effect of effectsOf(one.listed.connected, one)) {
      counts.set(effect, (counts.get(effect) ?? 0) + 1);
    }
  }
  return Array.from(counts, ([effect, count]) => (prepared.length === 1 ? effect : `${count} of them: ${effect}`));
}

import { CliError, ExitCode, UsageError } from '../errors.ts';
import type { Invocation } from '../session/invocation.ts';
import { confirm } from '../session/confirm.ts';
import { openFleet, tellUnanswered, throwUnanswered } from './connections.ts';
import { chooseFrom, isByHand, knownResult } from './chosen.ts';
import { carryOut } from './carry-out.ts';
import type { RotateFlags } from './flags.ts';
import { checkBulkInput } from './input.ts';
import { listAccounts } from './member.ts';
import { prepare, type Preparation, type Prepared } from './prepare.ts';
import { openRun, type BulkRun } from './run.ts';
import { Secret } from '../model/credential.ts';
import { bulkDocument } from './document.ts';
import { merged, rotatedItem, type BulkResult, type RotatedItem } from './items.ts';
import type { OutputDocument } from '../output/document.ts';
import { safeText } from '../model/text.ts';
import type { Account } from '../model/account.ts';
import { dryRunDocument } from '../session/dry-run.ts';
import { effectsOf } from '../session/planned-issuance.ts';

/**
 * Rotates several accounts, of one provider or of all: chooses them, plans every one and tries its targets, has the whole
 * confirmed, carries it out, and reports what came of each.
 * @throws UsageError before anything is sent, NotFoundError or ConflictError for what `--id` names, and in the end a
 * CliError with the exit code of the whole run
 */
export async function rotateSeveral(
  { ctx, common }: Pick<Invocation, 'ctx' | 'common'>,
  flags: RotateFlags,
): Promise<ExitCode> {
  const { fleet, input } = await openFleet(ctx, common, ({ members }) =>
    checkBulkInput({ ctx, common }, members, flags),
  );
  const run = openRun({ ctx, common }, flags, { fleet, input });
  const answered = await listAccounts(fleet, input.destinations, run);
  const { lists, unlisted } = answered;
  if (lists.length === 0) throwUnanswered(unlisted);
  await tellUnanswered(ctx, unlisted);
  for (const text of lists.flatMap(({ warnings }) => warnings)) await run.note(text);
  const choice = await chooseFrom(run, input, answered);
  const ours = choice.candidates.filter((one) => !isByHand(one));
  const preparation = await prepare(run, ours, { lists, isNamed: input.references !== null });
  // What could not be found out for that reason may pass for something else.
  ctx.signal.throwIfAborted();
  for (const warning of preparation.warnings) await run.note(warning);
  const known = await knownResult({ choice, preparation, unlisted });
  const { hint, prepared } = preparation;
  const problems = [...preparation.problems, ...(common.dryRun ? [] : await filterProblems(run, { prepared, known }))];
  if (common.dryRun) await fleet.emit(bulkPlan({ preparation, known, marker: run.marker }));
  if (problems.length > 0) throw new UsageError(problems, { hint });
  if (common.dryRun) return unlisted.length === 0 ? ExitCode.done : ExitCode.partial;
  if (prepared.length > 0) await agree(run, preparation);
  return carryOut(run, { preparation, known, lists });
}

async function agree({ ctx, common, flags }: BulkRun, { prepared }: Preparation): Promise<void> {
  const count = prepared.length;
  await confirm(ctx, common, {
    action:
      count === 1
        ? 'Rotate the credential of one service account'
        : `Rotate the credentials of ${count} service accounts`,
    effects: [
      ...effectsOnAll(prepared),
      ...(flags.to ?? []).map((target) => `the new credential${count === 1 ? ' goes' : 's go'} to ${target}`),
    ],
  });
}

/**
 * What the user's filter says of the report that there will be if all goes well: a filter that fails on it would leave
 * nobody told of what was done.
 */
async function filterProblems(
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

export interface PlanOptions {
  readonly preparation: Preparation;
  /** What is known to be left or to fail already. */
  readonly known: BulkResult;
  readonly marker: { readonly sandbox?: true };
}

/** What `--dry-run` prints of several accounts: what it prints of one, and which accounts are left, and why. */
function bulkPlan({ preparation, known, marker }: PlanOptions): OutputDocument {
  const { prepared, targets } = preparation;
  const providers = new Set(prepared.map(({ account }) => account.provider));
  const [provider = null] = providers;
  const plan = {
    operation: 'rotate',
    requests: prepared.flatMap(({ plan: { requests } }) => requests),
    effects: prepared.flatMap(accountEffects),
  } as const;
  const where = { provider: providers.size === 1 ? provider : null, marker };
  const document = dryRunDocument(where, plan, targets);
  const summary = prepared.length === 0 ? [] : effectsOnAll(prepared);
  const readable = dryRunDocument(where, { ...plan, effects: summary }, targets, mostShown);
  const { skipped, failed } = known;
  const accounts = prepared.map(({ account }) => nameOf(account));
  return {
    value: { ...asObject(document.value), accounts, skipped, failed },
    human: async (style) => `${await readable.human(style)}${await bulkDocument(known, marker).human(style)}`,
  };
}

/** What happens to all accounts together, for people: who they are, then each effect once with how many it is about. */
function effectsOnAll(prepared: readonly Prepared[]): readonly string[] {
  const names = prepared.map(({ account }) => account.name);
  const shown = names.slice(0, mostNames).join(', ');
  const rest = names.length - mostNames;
  return [rest > 0 ? `${shown} and ${rest} more` : shown, ...countedEffects(prepared)];
}

const mostNames = 20;

/** More than a few would only push what differs off the screen; `--json` has them all. */
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

function accountEffects(one: Prepared): readonly string[] {
  return effectsOf(one.listed.connected, one).map((effect) => safeText(`${one.account.name}: ${effect}`));
}

function nameOf({ provider, profile, organization, id, name }: Account): object {
  return { provider, profile, organization, id, name };
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

import { preflightState, type Problems } from '../delivery/preflight.ts';
import type { ExitCode } from '../errors.ts';
import type { Invocation } from '../session/invocation.ts';
import { waitForLost } from '../session/unfinished.ts';
import { chooseCandidates, lostAmong } from './candidates.ts';
import { listAccounts, openFleet, throwUnanswered, type Fleet } from './connections.ts';
import type { RotateFlags } from './flags.ts';
import { checkBulkInput, type BulkInput } from './input.ts';
import { collectSooner } from './memory.ts';
import type { Looked } from './rotate-chosen.ts';
import { openRun, type BulkRun } from './run.ts';

/**
 * Rotates several accounts, of one provider or of all: chooses them, plans each one and tries its targets, asks for
 * confirmation, rotates them, and reports the result of each.
 * @throws UsageError before anything is sent, NotFoundError or ConflictError for what `--id` names, and in the end a
 * CliError with the exit code of the whole run
 */
export async function rotateSeveral(
  { ctx, common }: Pick<Invocation, 'ctx' | 'common'>,
  flags: RotateFlags,
): Promise<ExitCode> {
  collectSooner();
  const { fleet, input } = await openFleet(ctx, common, ({ members }) =>
    checkBulkInput({ ctx, common }, members, flags),
  );
  const run = await openRun({ ctx, common }, flags, { fleet, input });
  const [looked, state] = await bothOrNeither(lookOnceSettled(run, { fleet, input }), getReady(run));
  const { rotateChosen } = await import('./rotate-chosen.ts');
  return rotateChosen(run, { fleet, input, state, ...looked });
}

/** Waits for both, so that neither is left under way when the other fails. */
async function bothOrNeither<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  const [first, second] = await Promise.allSettled([one, other]);
  if (first.status === 'rejected') throw first.reason;
  if (second.status === 'rejected') throw second.reason;
  return [first.value, second.value];
}

/** While the lists are on their way: tries whether changes can be recorded, and loads what comes next. */
async function getReady(run: BulkRun): Promise<Problems> {
  const state = await preflightState(run);
  await import('./rotate-chosen.ts');
  return state;
}

/** Lists the accounts, and chooses among them. */
async function look(
  run: BulkRun,
  { fleet, input }: { readonly fleet: Fleet; readonly input: BulkInput },
): Promise<Looked> {
  const { listings, unlisted } = await listAccounts(fleet, input, run);
  if (listings.length === 0) throwUnanswered(unlisted);
  const chosen = await chooseCandidates(run, input, { listings, unlisted });
  return { lists: listings.map(({ listed }) => listed), unlisted, chosen };
}

/**
 * The same once no request of an earlier run may still be done: it would take the place of one of this run
 * (docs/design.md 6).
 */
async function lookOnceSettled(run: BulkRun, options: Parameters<typeof look>[1]): Promise<Looked> {
  const first = await look(run, options);
  const hasWaited = !run.common.dryRun && (await waitForLost(run, lostAmong(first.chosen)));
  return hasWaited ? look(run, options) : first;
}

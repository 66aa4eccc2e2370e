import pLimit from 'p-limit';

import { journalProblems, tryTargets } from '../delivery/preflight.ts';
import { distinctProblems, type AccountTarget } from '../delivery/targets/distinct.ts';
import { wishesOf } from '../session/planned-issue.ts';
import type { Preparation, Prepared } from './prepare.ts';
import { reportPlaceProblems } from './report-place.ts';
import type { BulkRun } from './run.ts';

/** What trying all targets showed. */
export interface TriedAll extends Pick<Preparation, 'problems' | 'hint' | 'warnings' | 'targets'> {}

/** Opens the targets of all accounts, and makes sure that no two are one place, nor that of the report. */
export async function tryAll(run: BulkRun, prepared: readonly Prepared[]): Promise<TriedAll> {
  const limit = pLimit(run.concurrency);
  const tried = await Promise.all(prepared.map(({ targets }) => limit(() => tryTargets(targets))));
  const all = tried.flat();
  const problems = all.flatMap((target) => target.problems);
  const [first] = prepared;
  return {
    problems: [
      // What concerns all of them stands before what each has of its own, of which there may be very much.
      ...(first === undefined ? [] : journalProblems({ targets: first.targets, wishes: wishesOf(run.flags) })),
      ...problems,
      ...(problems.length > 0 ? [] : await placeProblems(run, accountTargets(prepared))),
    ],
    hint: all.find(({ hint }) => hint !== null)?.hint ?? null,
    warnings: [...new Set(all.flatMap(({ warnings }) => warnings))],
    targets: all.map(({ target, problems: own }) => ({ target, ok: own.length === 0 })),
  };
}

async function placeProblems({ ctx, flags }: BulkRun, targets: readonly AccountTarget[]): Promise<readonly string[]> {
  return [...(await distinctProblems(targets)), ...(await reportPlaceProblems(ctx, flags.report, targets))];
}

/** Accounts that share their name are told apart by more than that. */
function accountTargets(prepared: readonly Prepared[]): readonly AccountTarget[] {
  const names = prepared.map(({ account }) => account.name);
  const shared = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return prepared.flatMap(({ account: { provider, id, name }, targets }) => {
    const account = shared.has(name) ? `${name} (${provider} ${id})` : name;
    return targets.map((target) => ({ target, account }));
  });
}

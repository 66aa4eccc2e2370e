import type { Chosen } from './coverage.ts';
import type { Question } from './messages.ts';
import type { Runner } from './process.ts';

/** What became of a mutant. */
export interface Verdict {
  readonly kind: 'killed' | 'survived' | 'invalid';
  /** What killed it, or how many tests did not. */
  readonly by: string;
}

/** So much is run at once, in milliseconds: little at first, because most mutants are killed at once. */
const portionsMs = [1500, 5000, 15_000];
const largestMs = 30_000;
const attempts = 3;

/**
 * Runs the tests on a change, in portions, until one fails, or they have taken so long as `budgetMs` says: what is then called
 * a survivor might be killed by the rest.
 */
export async function tryMutant(
  runner: Runner,
  change: NonNullable<Question['change']>,
  { root, tests, budgetMs }: { root: string; tests: readonly Chosen[]; budgetMs: number },
): Promise<Verdict> {
  const rest = [...tests];
  let leftMs = budgetMs;
  for (let portion = 0; rest.length > 0 && leftMs > 0; portion += 1) {
    const some = take(rest, Math.min(leftMs, portionsMs[portion] ?? largestMs));
    leftMs -= some.reduce((total, { ms }) => total + ms, 0);
    const verdict = await tryPortion(runner, change, { root, some });
    if (verdict !== null) return verdict;
  }
  if (tests.length === 0) return { kind: 'survived', by: 'run by no test' };
  const ran = tests.length - rest.length;
  return { kind: 'survived', by: `tried ${String(ran)} of ${String(tests.length)} test files that run it` };
}

/** Removes tests from the front that take about so long, and at least one. */
function take(tests: Chosen[], portionMs: number): readonly Chosen[] {
  const some: Chosen[] = [];
  let ms = 0;
  do {
    const next = tests.shift();
    if (next === undefined) break;
    some.push(next);
    ms += next.ms;
  } while (ms < portionMs);
  return some;
}

/**
 * Null where they pass. What does not end within its time is killed, if the same tests end in that time without the change:
 * the machine may be busy.
 */
async function tryPortion(
  runner: Runner,
  change: NonNullable<Question['change']>,
  { root, some }: { root: string; some: readonly Chosen[] },
): Promise<Verdict | null> {
  const tests = some.map(({ test, ids }) => ({ path: `${root}/${test}`, ids }));
  let patienceMs = 30_000 + 8 * some.reduce((total, { ms }) => total + ms, 0);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const answer = await runner.ask({ change, tests }, patienceMs);
    if (answer?.kind === 'passed') return null;
    if (answer !== null) return { kind: answer.kind === 'failed' ? 'killed' : 'invalid', by: answer.by };
    const control = await runner.ask({ change: null, tests }, patienceMs / 2);
    if (control?.kind === 'passed') return { kind: 'killed', by: 'time-out' };
    patienceMs *= 2;
  }
  return { kind: 'invalid', by: 'its tests do not end in time, with or without it' };
}

import type { Hint } from '../model/hint.ts';
import { UsageError } from '../errors.ts';

/** What a check of local input gives: a value to go on with, and every problem found on the way. */
export interface Check<Value> {
  readonly value: Value;
  readonly problems: readonly string[];
}

/** A check that only looks for problems. */
export function found(...problems: readonly string[]): Check<null> {
  return { value: null, problems };
}

/** Runs something that reports through a UsageError; its problems go to `problems`, with its first hint to `hints`. */
export async function gather<Value>(
  { problems, hints }: Gathered,
  work: () => Promise<Value> | Value,
): Promise<Value | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    problems.push(...error.problems);
    if (error.hint !== null) hints.push(error.hint);
    return null;
  }
}

/** Problems collected so far, so that all of them can be reported together. */
export interface Gathered {
  readonly problems: string[];
  readonly hints: Hint[];
}

/** @throws UsageError when anything was gathered */
export function throwGathered({ problems, hints }: Gathered): void {
  if (problems.length > 0) throw new UsageError([...new Set(problems)], { hint: hints[0] ?? null });
}

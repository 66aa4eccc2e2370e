import type { Hint } from '../model/hint.ts';
import { UsageError } from '../errors.ts';

/** The result of checking local input: a value to go on with, and every problem that was found. */
export interface Check<Value> {
  readonly value: Value;
  readonly problems: readonly string[];
}

/** A check without a value. */
export function found(...problems: readonly string[]): Check<null> {
  return { value: null, problems };
}

/** Runs `work`, and collects the problems and the hint of its UsageError. */
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

/** Problems that are reported together. */
export interface Gathered {
  readonly problems: string[];
  readonly hints: Hint[];
}

/** @throws UsageError where there is a problem */
export function throwGathered({ problems, hints }: Gathered): void {
  if (problems.length > 0) throw new UsageError([...new Set(problems)], { hint: hints[0] ?? null });
}

/** Flags by their names; one that was not given is undefined. */
type GivenFlags = Readonly<Record<string, unknown>>;

function namesOf(flags: GivenFlags): readonly string[] {
  return Object.keys(flags).filter((name) => flags[name] !== undefined);
}

/** The problem where more than one of the flags is given. */
export function atMostOne(flags: GivenFlags, instead = ''): readonly string[] {
  const names = namesOf(flags);
  return names.length < 2 ? [] : [`${names.join(' and ')} exclude each other${instead}`];
}

/** A problem for each of the flags that is given; `why` reads after its name. */
export function noneOf(flags: GivenFlags, why: string): readonly string[] {
  return namesOf(flags).map((name) => `${name} ${why}`);
}

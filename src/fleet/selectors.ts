import { atMostOne, noneOf, type Check } from '../session/check.ts';
import type { Account } from '../model/account.ts';
import type { Described } from '../session/connect.ts';
import { readTraits, whyOther } from './traits.ts';
import { checkDuration, isSelected, selectorFlags, type BulkFlags } from './flags.ts';

/** Which accounts are wanted, and which of them are due. Durations are in milliseconds. */
export interface Selectors {
  /** Whether an account's name fits `--match`. */
  readonly matches: (name: string) => boolean;
  /** Why an account is another one than `--tag` and `--status` mean, or null. */
  readonly whyOther: (account: Account) => string | null;
  readonly expiringWithinMs: number | null;
  readonly olderThanMs: number | null;
  /** Whether the age of an account stands for that of its credential, where no rotation is recorded. */
  readonly agesFromCreation: boolean;
  readonly includesExpired: boolean;
  readonly includesDisabled: boolean;
}

/** The problems of the choice of accounts: no flag chooses any, or flags contradict each other. */
export function choiceProblems(flags: BulkFlags): readonly string[] {
  const { all, id, ageFrom, olderThan } = flags;
  const isChosen = id !== undefined || isSelected(flags);
  return [
    ...(isChosen ? [] : [`no account is named: give --id, or ${selectorNames}`]),
    ...atMostOne({ '--all': all, '--id': id }),
    ...(ageFrom !== undefined && olderThan === undefined ? ['--age-from does nothing without --older-than'] : []),
  ];
}

const selectorNames = Object.keys(selectorFlags).join(', ');

/** Problems of flags for several accounts where one is named. */
export function needlessBulkFlags(flags: BulkFlags): readonly string[] {
  const { ageFrom, includeExpired, includeDisabled, concurrency } = flags;
  const given = {
    '--age-from': ageFrom,
    '--include-expired': includeExpired,
    '--include-disabled': includeDisabled,
    '--concurrency': concurrency,
  };
  return noneOf(given, `goes with several accounts: several --id, or ${selectorNames}`);
}

/** Reads the selectors; every problem is found, not only the first. */
export async function readSelectors(
  flags: BulkFlags,
  members: readonly Pick<Described, 'definition'>[],
): Promise<Check<Selectors>> {
  const expiringWithin = checkDuration('--expiring-within', flags.expiringWithin);
  const olderThan = checkDuration('--older-than', flags.olderThan);
  const matches = await readMatch(flags.match);
  const traits = readTraits(
    flags,
    members.map(({ definition }) => definition),
  );
  return {
    value: {
      matches: matches.value,
      whyOther: (account) => whyOther(account, traits.value),
      expiringWithinMs: expiringWithin.value,
      olderThanMs: olderThan.value,
      agesFromCreation: flags.ageFrom === 'createdAt',
      includesExpired: flags.includeExpired ?? false,
      includesDisabled: flags.includeDisabled ?? false,
    },
    problems: [...expiringWithin.problems, ...olderThan.problems, ...matches.problems, ...traits.problems],
  };
}

async function readMatch(pattern: string | undefined): Promise<Check<Selectors['matches']>> {
  if (pattern === undefined) return { value: () => true, problems: [] };
  if (pattern.trim() === '') return { value: () => false, problems: ["--match is empty; a pattern is e.g. 'ci-*'"] };
  const { default: picomatch } = await import('picomatch');
  // Names have dots in any place, and only part of what a shell's pattern can say.
  return { value: picomatch(pattern, { dot: true, nonegate: true }), problems: [] };
}

const defaultConcurrency = 4;
const mostAtOnce = 64;

/** `--concurrency`: how many requests are made at once. */
export function readConcurrency(text: string | undefined): Check<number> {
  if (text === undefined) return { value: defaultConcurrency, problems: [] };
  const value = /^[1-9]\d?$/.test(text) ? Number(text) : Number.NaN;
  if (value <= mostAtOnce) return { value, problems: [] };
  return {
    value: defaultConcurrency,
    problems: [`--concurrency "${text}" must be a whole number from 1 to ${mostAtOnce}`],
  };
}

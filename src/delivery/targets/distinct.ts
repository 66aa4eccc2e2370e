import { safeText } from '../../model/text.ts';
import { variableCase } from './expand.ts';
import type { TargetPlace } from './target.ts';

/** Where a target brings the credential of an account. */
export interface AccountTarget {
  /** The target's name. */
  readonly target: string;
  readonly place: TargetPlace;
  /** The account as messages call it: of no other account. */
  readonly account: string;
  /** The account's own name. */
  readonly name: string;
}

/**
 * Which targets would overwrite one another, one sentence for each that meets an earlier one. Case is folded, because many
 * file systems and services do not tell it apart.
 */
export function distinctProblems(targets: readonly AccountTarget[]): readonly string[] {
  const earlier = new Map<string, readonly AccountTarget[]>();
  const problems: string[] = [];
  for (const one of targets) {
    const folded = foldPlace(one.place.place);
    const neighbours = earlier.get(folded) ?? [];
    const met = neighbours.find(({ place }) => overlap(place, one.place));
    if (met !== undefined) problems.push(clash(met, one));
    earlier.set(folded, [...neighbours, one]);
  }
  return problems;
}

/** What two names of one place have in common. */
export function foldPlace(place: string): string {
  return place.normalize('NFC').toUpperCase().toLowerCase();
}

function overlap(one: TargetPlace, other: TargetPlace): boolean {
  return one.slot === null || other.slot === null || one.slot === other.slot;
}

function clash(one: AccountTarget, other: AccountTarget): string {
  const [first, second] = [describe(one), describe(other)];
  if (first === second) return `${first} is given twice; give it once`;
  return `${first} and ${second} are the same place; ${adviceFor(one, other)}`;
}

function adviceFor(one: AccountTarget, other: AccountTarget): string {
  if (one.account === other.account) return 'name it once';
  // Neither {name} nor {NAME} would tell them apart everywhere.
  const isAlike = variableCase(one.name) === variableCase(other.name);
  return `put ${isAlike ? '{id}' : '{name} or {id}'} into the value of --to, or rotate them one by one`;
}

function describe({ target, account }: AccountTarget): string {
  return safeText(`${target} for ${account}`);
}

import { safeText } from '../../model/text.ts';
import type { TargetPlace, Target } from './target.ts';

export interface AccountTarget {
  readonly target: Target;
  /** The account's name, for messages. */
  readonly account: string;
}

/**
 * Which targets would overwrite one another, one sentence for each that meets an earlier one. To be asked for after every
 * `preflight`. Case is folded, because many file systems and services do not tell it apart.
 */
export async function distinctProblems(targets: readonly AccountTarget[]): Promise<string[]> {
  const earlier = new Map<string, { place: TargetPlace; of: AccountTarget }[]>();
  const problems: string[] = [];
  for (const of of targets) {
    const place = await of.target.place();
    const folded = foldPlace(place.place);
    const neighbours = earlier.get(folded) ?? [];
    const met = neighbours.find((neighbour) => overlap(neighbour.place, place));
    if (met !== undefined) problems.push(clash(met.of, of));
    earlier.set(folded, [...neighbours, { place, of }]);
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
  const advice =
    one.account === other.account
      ? 'name it once'
      : 'put {name} or {id} into the value of --to, or rotate them one by one';
  return `${describe(one)} and ${describe(other)} are the same place; ${advice}`;
}

function describe({ target, account }: AccountTarget): string {
  return safeText(`${target.name} for ${account}`);
}

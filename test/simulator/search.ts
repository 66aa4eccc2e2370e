import { brokenIn, checks } from './checks.ts';
import { replayed, seeded, type Decisions } from './decisions.ts';
import { families, type FamilyName } from './families.ts';
import type { History } from './history.ts';
import { shrink } from './shrink.ts';
import { simulate, type Simulated } from './simulation.ts';

/** A simulation in which a check is broken. */
export interface Failure {
  readonly family: FamilyName;
  readonly seed: number;
  /** The checks that are broken, and how. */
  readonly broken: ReadonlyMap<string, string>;
  /** The steps of the shortest simulation that is found in which the first of them is broken. */
  readonly trace: readonly string[];
}

export interface SearchOptions {
  readonly family: FamilyName;
  readonly from: number;
  /** The first seed that is not tried. */
  readonly to: number;
  /** How many simulations may be spent on a shorter trace. */
  readonly tries?: number;
  readonly onSeen?: (history: History, trace: readonly string[]) => void;
}

/** Tries seeds until a check is broken. @returns null when none is */
export async function search({ family, from, to, tries = 400, onSeen }: SearchOptions): Promise<Failure | null> {
  for (let seed = from; seed < to; seed += 1) {
    const decisions = seeded(seed);
    const { history, trace } = await simulate(families[family], decisions);
    onSeen?.(history, trace);
    const broken = brokenIn(history);
    if (broken.size === 0) continue;
    return { family, seed, broken, trace: await shortest({ family, decisions, broken, tries }) };
  }
  return null;
}

interface Found extends Pick<Failure, 'family' | 'broken'> {
  readonly decisions: Decisions;
  readonly tries: number;
}

async function shortest({ family, decisions, broken, tries }: Found): Promise<readonly string[]> {
  const [check = ''] = broken.keys();
  function again(list: readonly number[]): Promise<Simulated> {
    return simulate(families[family], replayed(list));
  }
  async function isBroken(candidate: readonly number[]): Promise<boolean> {
    return brokenIn((await again(candidate)).history).has(check);
  }
  const list = await shrink(decisions.made, isBroken, tries);
  const { history, trace } = await again(list);
  return [...trace, `broken: ${check}: ${brokenIn(history).get(check) ?? 'it holds in a second try'}`];
}

/** What a person needs to understand a failure and to see it again. */
export function textOf({ family, seed, broken, trace }: Failure): string {
  const statements = [...broken].map(([check, how]) => {
    const { statement } = Object.entries(checks).find(([name]) => name === check)?.[1] ?? { statement: check };
    return `${check} (${statement}): ${how}`;
  });
  const again = `npm run simulate -- --family ${family} --seed ${String(seed)}`;
  return [`seed ${String(seed)} of ${family} (${again}):`, ...statements, 'the shortest trace:', ...trace, ''].join(
    '\n',
  );
}

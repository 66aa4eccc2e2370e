import fc from 'fast-check';

import { commandLines } from './command-lines.ts';
import type { Machine } from './machine.ts';
import { brokenPromises } from './promises.ts';
import { serverScript } from './reactions.ts';
import type { Scenario } from './scenario.ts';
import { scenariosOf } from './scenarios.ts';
import { observe, type Observation } from './world.ts';

export interface FuzzOptions {
  readonly machine: Machine;
  readonly seed: number;
  /** Numbers of the runs, the last one excluded. */
  readonly from: number;
  readonly to: number;
  /** Called before every run, and after it. */
  readonly onRun?: (run: number) => void;
  readonly onSeen?: (observations: readonly Observation[]) => void;
}

/** A scenario in which a promise is broken, made as small as it was found to get. */
export interface Failure {
  readonly run: number;
  readonly scenario: Scenario;
  readonly broken: readonly string[];
}

/** Runs scenarios, each made from the seed and its number alone, until one breaks a promise; null when none does. */
export async function fuzz(options: FuzzOptions): Promise<Failure | null> {
  const { machine, seed, from, to } = options;
  const scenarios = scenariosOf(await commandLines(), serverScript());
  for (let run = from; run < to; run += 1) {
    options.onRun?.(run);
    const property = fc.asyncProperty(scenarios, async (scenario) => {
      const broken = await brokenIn(machine, scenario, options.onSeen);
      if (broken.length > 0) throw new Error(broken.join('\n'));
    });
    const { counterexample } = await fc.check(property, {
      seed: seedOf(seed, run),
      numRuns: 1,
      interruptAfterTimeLimit: shrinkingMs,
      markInterruptAsFailure: false,
    });
    const scenario = counterexample?.[0];
    if (scenario !== undefined) {
      return { run, scenario, broken: await brokenIn(machine, scenario) };
    }
  }
  return null;
}

/** Making a scenario smaller may take this long. */
const shrinkingMs = 60_000;

/** The promises that a scenario's commands break. */
export async function brokenIn(
  machine: Machine,
  scenario: Scenario,
  onSeen?: FuzzOptions['onSeen'],
): Promise<readonly string[]> {
  const observations = await observe(machine, scenario);
  onSeen?.(observations);
  return observations.flatMap((observation, at) =>
    brokenPromises(observation, observations.slice(0, at)).map(
      (broken) => `${observation.argv.join(' ')}\n  ${broken}`,
    ),
  );
}

function seedOf(seed: number, run: number): number {
  return (Math.imul(seed, 0x9e3779b1) + Math.imul(run, 0x85ebca6b)) | 0;
}

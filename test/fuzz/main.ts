import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { brokenIn, fuzz, type Failure } from './fuzz.ts';
import { openMachine } from './machine.ts';
import type { Scenario } from './scenario.ts';
import type { Observation } from './world.ts';

// A process of `npm run fuzz`, which scripts/fuzz.js starts and listens to.

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    to: { type: 'string', default: '0' },
    scenario: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
  },
});

/** Messages for the process that started this one. */
type Message =
  | { readonly kind: 'run'; readonly run: number }
  | { readonly kind: 'failure'; readonly text: string }
  | {
      readonly kind: 'end';
      readonly commands: number;
      readonly requests: number;
      /** How often each exit code was seen. */
      readonly codes: Readonly<Record<string, number>>;
      readonly megabytes: number;
    };

function tell(message: Message): void {
  process.send?.(message);
}

function tellRun(run: number): void {
  tell({ kind: 'run', run });
}

async function main(): Promise<void> {
  const machine = await openMachine();
  const counts = { commands: 0, requests: 0, codes: new Map<string, number>() };
  function count(observations: readonly Observation[]): void {
    for (const { code, requests } of observations) {
      counts.commands += 1;
      counts.requests += requests;
      counts.codes.set(String(code), (counts.codes.get(String(code)) ?? 0) + 1);
    }
  }
  try {
    if (values.scenario === undefined) await fuzzAll(machine, count);
    else await replay(machine, values.scenario);
  } finally {
    machine.close();
  }
  const megabytes = Math.round(process.memoryUsage.rss() / 1024 / 1024);
  tell({ ...counts, kind: 'end', codes: Object.fromEntries(counts.codes), megabytes });
  process.disconnect();
}

type Machine = Awaited<ReturnType<typeof openMachine>>;

async function fuzzAll(machine: Machine, onSeen: (observations: readonly Observation[]) => void): Promise<void> {
  const seed = Number(values.seed);
  const to = Number(values.to);
  for (let from = Number(values.from); from < to;) {
    const failure = await fuzz({ machine, seed, from, to, onRun: tellRun, onSeen });
    if (failure === null) return;
    tell({ kind: 'failure', text: textOf(failure, seed) });
    if (!values['keep-going']) return;
    from = failure.run + 1;
  }
}

function textOf({ run, scenario, broken }: Failure, seed: number): string {
  const again = `npm run fuzz -- --seed ${String(seed)} --only ${String(run)}`;
  const what = broken.length === 0 ? 'not in a second try: it depends on chance' : broken.join('\n');
  return `run ${String(run)} of seed ${String(seed)} broke a promise (${again}):\n${what}\n${JSON.stringify(scenario)}\n`;
}

/** Runs one scenario that an earlier failure printed, and shows what it does. */
async function replay(machine: Machine, path: string): Promise<void> {
  const scenario = JSON.parse(readFileSync(path, 'utf8')) as Scenario;
  const broken = await brokenIn(machine, scenario, (observations) => {
    for (const { argv, code, stdout, stderr, requests, mutations } of observations) {
      const seen = { argv, code, requests, mutations, stdout, stderr };
      process.stdout.write(`${JSON.stringify(seen, undefined, 2)}\n`);
    }
  });
  if (broken.length > 0) tell({ kind: 'failure', text: `${broken.join('\n')}\n` });
}

void main();

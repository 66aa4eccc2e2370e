import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Context } from '../../src/context.ts';
import { main } from '../../src/main.ts';
import { inWords } from '../../src/model/duration.ts';
import { runnerContext } from './context.ts';
import type { Decisions } from './decisions.ts';
import { createDisk, entryPath, journalText, takenName, textAt, type Disk } from './disk.ts';
import type { Family, RunnerKind } from './families.ts';
import type { Fate } from './faults.ts';
import type { History, Run, Write } from './history.ts';
import { createNetwork, type Network } from './network.ts';
import { createSchedule, type Schedule } from './schedule.ts';
import { isChange, services, type ServiceName } from './services.ts';

/** What one simulation did. */
export interface Simulated {
  readonly history: History;
  /** Its steps in words. */
  readonly trace: readonly string[];
}

/** When every simulation begins: 2026-11-22T12:00:00Z. */
const beginning = Date.UTC(2026, 10, 22, 12, 0, 0);

/** More than any run needs: one that takes more steps does not end. */
const mostSteps = 2000;

const newName = 'new-account';

/** Lets the runners of a family run to their ends. Everything follows from the decisions. */
export async function simulate(family: Family, decisions: Decisions): Promise<Simulated> {
  const disk = createDisk(family.runners.map((_, number) => refusing(number)));
  try {
    return await new Simulation(family, decisions, disk).run();
  } finally {
    disk.remove();
  }
}

/** The folder of a runner's first target. */
function refusing(number: number): string {
  return `refusing-${String(number + 1)}`;
}

class Simulation {
  readonly #family: Family;
  readonly #decisions: Decisions;
  readonly #disk: Disk;
  readonly #schedule: Schedule = createSchedule(beginning);
  readonly #network: Network;
  readonly #service: ServiceName;
  readonly #operation: 'rotate' | 'create';
  readonly #runs: Run[] = [];
  readonly #writes: Write[] = [];
  readonly #trace: string[] = [];
  /** What each target held at the last look, by path. */
  readonly #held = new Map<string, string>();
  readonly #mains: Promise<void>[] = [];
  #faults = 0;
  #isOver = false;

  constructor(family: Family, decisions: Decisions, disk: Disk) {
    this.#family = family;
    this.#decisions = decisions;
    this.#disk = disk;
    this.#service = this.#pick(Object.keys(services) as ServiceName[]);
    this.#operation = this.#pick(family.operations);
    this.#network = createNetwork({
      name: this.#service,
      schedule: this.#schedule,
      fateOf: (request) => this.#fateOf(request),
      isOver: () => this.#isOver,
      say: (words, run) => this.#say(words, run),
    });
    for (const kind of family.runners) this.#add(kind);
  }

  async run(): Promise<Simulated> {
    const runners = {
      decisions: this.#decisions,
      isStopped: (number: number) => this.#isStopped(number),
      running: () => this.#runs.filter(({ state }) => state === 'running').map(({ number }) => number),
    };
    for (let steps = 0; steps < mostSteps; steps += 1) {
      const done = await this.#schedule.step(runners);
      if (done === null) break;
      const run = done.runner === null ? undefined : this.#runs[done.runner];
      if (run !== undefined) this.#look(run);
    }
    const { changes, issued } = this.#network;
    for (const one of issued) one.foundIn = this.#find(one.secret);
    const history = { runs: this.#runs, changes, issued, writes: this.#writes, end: this.#schedule.now() };
    await this.#endCrashed();
    return { history, trace: this.#trace };
  }

  /** What crashed goes on after all, where nobody looks any more, and closes its files. */
  async #endCrashed(): Promise<void> {
    this.#isOver = true;
    for (const { number } of this.#runs) this.#schedule.stop(number);
    this.#schedule.goOn();
    await Promise.all(this.#mains);
  }

  #pick<Choice>(choices: readonly Choice[]): Choice {
    const choice = choices[this.#decisions.choose(choices.length)];
    if (choice === undefined) throw new Error('there is nothing to choose from');
    return choice;
  }

  #add({ folder, namespace, starts, refusals }: RunnerKind): void {
    const number = this.#runs.length;
    const start = this.#pick(starts);
    const refusal = this.#pick(refusals);
    const targets = [...(refusal === 0 ? [] : [join(refusing(number), 'token')]), 'token'];
    const subject =
      this.#operation === 'create' ? ['create', '--name', newName] : ['rotate', '--id', this.#network.service.account];
    const run: Run = {
      number,
      argv: [
        'sa',
        ...subject,
        '--provider',
        this.#service,
        '--yes',
        ...targets.flatMap((target) => ['--to', `file:${target}`]),
      ],
      stateDirectory: this.#disk.stateOf(folder),
      targets: targets.map((target) => join(this.#disk.work, target)),
      state: 'waiting',
      startedAt: null,
      endedAt: null,
      code: null,
      stdout: '',
      stderr: '',
      thrown: null,
      longestPauseMs: 0,
      missingEntries: [],
    };
    this.#runs.push(run);
    const ctx = this.#contextOf(run, namespace, refusal);
    const happen = (): void => void this.#mains.push(this.#start(run, ctx));
    this.#schedule.add({ runner: number, due: beginning + start, isEdge: false, happen });
  }

  #contextOf(run: Run, namespace: string, refusal: number): Context {
    const pid = 1000 + run.number;
    const neighbours = (): Run[] =>
      this.#runs.filter((_, number) => this.#family.runners[number]?.namespace === namespace);
    let uuids = 0;
    let hasChanged = false;
    let refusesUntil = 0;
    return runnerContext({
      schedule: this.#schedule,
      runner: run.number,
      env: { SACTL_STATE_DIR: run.stateDirectory, ...this.#network.service.env },
      cwd: this.#disk.work,
      self: {
        pid,
        host: 'simulated-host',
        isRunning: (other) => neighbours().some(({ number, state }) => 1000 + number === other && state === 'running'),
      },
      fetch: this.#network.fetchOf(run, () => {
        if (hasChanged) return;
        hasChanged = true;
        refusesUntil = this.#schedule.now() + refusal;
        if (refusal > 0) this.#say(`(its first target refuses for ${inWords(refusal)} from now on)`, run);
      }),
      uuid: () => {
        if (this.#schedule.now() < refusesUntil) return takenName;
        uuids += 1;
        return `${String(run.number).padStart(8, '0')}-0000-4000-8000-${String(uuids).padStart(12, '0')}`;
      },
      isOver: () => this.#isOver,
      onStdout: (text) => {
        if (!this.#isOver) run.stdout += text;
      },
      onStderr: (text) => {
        if (!this.#isOver) run.stderr += text;
      },
    });
  }

  async #start(run: Run, ctx: Context): Promise<void> {
    run.state = 'running';
    run.startedAt = this.#schedule.now();
    this.#say(`starts: sactl ${run.argv.join(' ')}`, run);
    const ended = await main(run.argv, ctx).then(
      (code) => ({ code, thrown: null }),
      (thrown: unknown) => ({ code: null, thrown }),
    );
    if (this.#isOver) return;
    Object.assign(run, ended);
    run.state = 'ended';
    run.endedAt = this.#schedule.now();
    const named = [...run.stderr.matchAll(/recover (?:deliver|show|discard) --id (\S+?)[;,]?(?=\s|$)/g)];
    run.missingEntries = named.map(([, id = '']) => id).filter((id) => !existsSync(entryPath(run.stateDirectory, id)));
    this.#say(`ends with ${String(run.code)}: ${run.stderr.trimEnd().split('\n').at(-1) ?? ''}`, run);
    this.#schedule.stop(run.number);
  }

  /** What happens to a request. */
  #fateOf(request: Request): Fate {
    const fates = isChange(request) ? this.#family.changes : this.#family.reads;
    const mostFates = this.#faults < this.#family.mostFaults ? fates.length : 1;
    const decided = this.#decisions.choose(mostFates, isChange(request) ? 0.3 : 0.9);
    if (decided > 0) this.#faults += 1;
    const fate = fates[decided];
    if (fate === undefined) throw new Error('nothing can happen to a request');
    return fate;
  }

  /** Whether a run is stopped before what it would do next. */
  #isStopped(number: number): boolean {
    const run = this.#runs[number];
    const { stops, mostFaults } = this.#family;
    const decided = this.#decisions.choose(this.#faults < mostFaults ? stops.length : 1, 0.9);
    const stop = stops[decided];
    if (run === undefined || stop === undefined || stop === 'goes on') return false;
    this.#faults += 1;
    if (stop === 'crashes') {
      this.#say('crashes', run);
      run.state = 'crashed';
      this.#schedule.stop(number);
      return true;
    }
    this.#say(`is frozen for ${inWords(stop.pauseMs)}`, run);
    run.longestPauseMs = Math.max(run.longestPauseMs, stop.pauseMs);
    this.#schedule.freeze(number, this.#schedule.now() + stop.pauseMs);
    return true;
  }

  /** Notes what the run that went on has written. */
  #look(run: Run): void {
    for (const path of run.targets) {
      const text = textAt(path);
      if (text === null || this.#held.get(path) === text) continue;
      this.#held.set(path, text);
      const secret = this.#network.issued.find((one) => one.secret === text.trim());
      if (secret === undefined) continue;
      this.#say(
        `has written ${nameOf(this.#network, secret.secret)} to ${path.slice(this.#disk.work.length + 1)}`,
        run,
      );
      this.#writes.push({ run, path, at: this.#schedule.now(), secret });
    }
  }

  #find(secret: string): readonly string[] {
    const targets = this.#runs.flatMap((run) => run.targets.map((path) => textAt(path) ?? ''));
    const journals = this.#runs.map(({ stateDirectory }) => journalText(stateDirectory));
    return [
      ...(targets.some((text) => text.includes(secret)) ? ['target'] : []),
      ...(journals.some((text) => text.includes(secret)) ? ['journal'] : []),
      ...(this.#runs.some(({ stdout }) => stdout.includes(secret)) ? ['stdout'] : []),
    ];
  }

  #say(words: string, run: Run): void {
    const seconds = ((this.#schedule.now() - beginning) / 1000).toFixed(1);
    this.#trace.push(`${seconds.padStart(6)} s  runner ${String(run.number + 1)} ${words}`);
  }
}

function nameOf({ issued }: Network, secret: string): string {
  return `credential ${String(issued.findIndex((one) => one.secret === secret) + 1)}`;
}

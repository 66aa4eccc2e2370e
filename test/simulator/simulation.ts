import { existsSync } from 'node:fs';

import type { Context } from '../../src/context.ts';
import { main } from '../../src/main.ts';
import { inWords } from '../../src/model/duration.ts';
import type { Decisions } from './decisions.ts';
import { createDisk, entryPath, journalText, textAt, type Disk } from './disk.ts';
import type { Family } from './families.ts';
import type { Fate } from './faults.ts';
import type { History, IssuedSecret, Run, Write } from './history.ts';
import { createNetwork, type Network } from './network.ts';
import { watchThreads, type Quiet } from './quiet.ts';
import { folderOf, followUps, Runners } from './runners.ts';
import { createSchedule, type Schedule } from './schedule.ts';
import { isChange, services, type ServiceName } from './services.ts';
import { createStore, opened, storeHost, type SimulatedStore } from './store.ts';

/** What one simulation did. */
export interface Simulated {
  readonly history: History;
  /** Its steps in words. */
  readonly trace: readonly string[];
}

/** When every simulation begins: 2026-11-22T12:00:00Z. */
const beginning = Date.UTC(2026, 10, 22, 12, 0, 0);

/** More than any run needs: one that takes more steps does not end. */
const mostSteps = 10_000;

/** How long a lease of the store is, and after which time those come who mend what was left; in milliseconds. */
const leaseMs = 60_000;
const calmAfterMs = 300_000;

/** How far the store's clock is from the true one, in milliseconds. */
const storeSkewMs = -725_400;

/** Lets the runners of a family run to their ends. Everything follows from the decisions. */
export async function simulate(family: Family, decisions: Decisions): Promise<Simulated> {
  const disk = createDisk(family.runners.map((_, number) => folderOf(number)));
  const quiet = watchThreads();
  try {
    return await new Simulation(family, decisions, { disk, quiet }).run();
  } finally {
    quiet.end();
    disk.remove();
  }
}

class Simulation {
  readonly #family: Family;
  readonly #decisions: Decisions;
  readonly #disk: Disk;
  readonly #quiet: Quiet;
  readonly #schedule: Schedule = createSchedule(beginning);
  readonly #network: Network;
  readonly #store: SimulatedStore | null;
  readonly #runners: Runners;
  readonly #runs: Run[] = [];
  readonly #writes: Write[] = [];
  readonly #trace: string[] = [];
  /** What each target held at the last look, by path. */
  readonly #held = new Map<string, string>();
  readonly #mains: Promise<void>[] = [];
  #faults = 0;
  #isOver = false;

  constructor(family: Family, decisions: Decisions, { disk, quiet }: { readonly disk: Disk; readonly quiet: Quiet }) {
    this.#family = family;
    this.#decisions = decisions;
    this.#disk = disk;
    this.#quiet = quiet;
    const name = this.#pick(Object.keys(services) as ServiceName[]);
    const operation = this.#pick(family.operations);
    const count = family.fewest + this.#decisions.choose(Math.max(1, family.runners.length - family.fewest + 1));
    const shared = {
      schedule: this.#schedule,
      isOver: () => this.#isOver,
      say: (words: string, run: Run) => this.#say(words, run),
    };
    this.#network = createNetwork({
      ...shared,
      name,
      fateOf: (request, run) => this.#fateOf(request, run),
      onChange: (run) => {
        this.#runners.refuse(run);
        return this.#store?.isHeldBy(run) ?? null;
      },
    });
    const { store: fates } = family;
    const { issued } = this.#network;
    this.#store =
      fates === null
        ? null
        : createStore({
            ...shared,
            issued,
            skewMs: storeSkewMs,
            leaseMs,
            fateOf: (_, run) => this.#choose(fates, family.calm, run),
          });
    this.#runners = new Runners({
      ...shared,
      disk,
      service: { name, ...this.#network.service },
      operation,
      storeEnv: this.#store?.env ?? {},
      runs: this.#runs,
      fetchOf: (run) => this.#fetchOf(run),
    });
    for (const kind of family.runners.slice(0, count)) {
      const chosen = {
        start: this.#pick(kind.starts),
        refusal: this.#pick(kind.refusals),
        skewMs: this.#pick(kind.skews),
        selection: this.#pick(kind.selections),
        wait: this.#pick(kind.waits),
      };
      this.#add(...this.#runners.create(kind, chosen), chosen.start);
    }
  }

  async run(): Promise<Simulated> {
    await this.#untilEnd();
    await this.#find();
    if (this.#store !== null) {
      this.#schedule.pass(calmAfterMs);
      for (const kind of followUps) {
        this.#add(...this.#runners.createFollowUp(kind), this.#schedule.now() - beginning);
        await this.#untilEnd();
        await this.#find();
      }
    }
    const { changes, issued } = this.#network;
    const history: History = {
      runs: this.#runs,
      changes,
      issued,
      writes: this.#writes,
      store: this.#store?.history ?? null,
      last: this.#secretAt(this.#runners.target),
      end: this.#schedule.now(),
    };
    await this.#endCrashed();
    return { history, trace: this.#trace };
  }

  /** Lets things happen until nothing is left. */
  async #untilEnd(): Promise<void> {
    const runners = {
      decisions: this.#decisions,
      isStopped: (number: number) => this.#isStopped(number),
      running: () => this.#runs.filter(({ state }) => state === 'running').map(({ number }) => number),
      isQuiet: () => this.#quiet.isQuiet(),
    };
    for (let steps = 0; steps < mostSteps; steps += 1) {
      const done = await this.#schedule.step(runners);
      if (done === null) break;
      const run = done.runner === null ? undefined : this.#runs[done.runner];
      if (run !== undefined) this.#look(run);
    }
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

  #add(run: Run, ctx: Context, start: number): void {
    this.#runs.push(run);
    const happen = (): void => void this.#mains.push(this.#start(run, ctx));
    this.#schedule.add({ runner: run.number, due: beginning + start, isEdge: false, happen });
  }

  #fetchOf(run: Run): Context['fetch'] {
    const toService = this.#network.fetchOf(run);
    const toStore = this.#store?.fetchOf(run) ?? toService;
    return (input, init) => {
      const isStore = new URL(String(input)).hostname === storeHost;
      return (isStore ? toStore : toService)(input, init);
    };
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
    run.missingEntries = named.map(([, id = '']) => id).filter((id) => !this.#hasEntry(run, id));
    this.#say(`ends with ${String(run.code)}: ${run.stderr.trimEnd().split('\n').at(-1) ?? ''}`, run);
    this.#schedule.stop(run.number);
  }

  #hasEntry({ stateDirectory }: Run, id: string): boolean {
    return existsSync(entryPath(stateDirectory, id)) || (this.#store?.hasEntry(id) ?? false);
  }

  /** What happens to a request to the service. */
  #fateOf(request: Request, run: Run): Fate {
    const { changes, reads, calm } = this.#family;
    return isChange(request) ? this.#choose(changes, 0.3, run) : this.#choose(reads, calm, run);
  }

  /** One of the things that may happen; the first, which does no harm, to those who mend what was left. */
  #choose<Choice>(choices: readonly Choice[], calm: number, { isFollowUp }: Run): Choice {
    const mayFail = this.#faults < this.#family.mostFaults && !isFollowUp;
    const decided = this.#decisions.choose(mayFail ? choices.length : 1, calm);
    if (decided > 0) this.#faults += 1;
    const choice = choices[decided];
    if (choice === undefined) throw new Error('nothing can happen');
    return choice;
  }

  /** Whether a run is stopped before what it would do next. */
  #isStopped(number: number): boolean {
    const run = this.#runs[number];
    const stop = run === undefined ? 'goes on' : this.#choose(this.#family.stops, this.#family.calm, run);
    if (run === undefined || stop === 'goes on') return false;
    if (stop === 'crashes') {
      this.#say('crashes', run);
      run.state = 'crashed';
      run.endedAt = this.#schedule.now();
      this.#schedule.stop(number);
      return true;
    }
    this.#say(`is frozen for ${inWords(stop.pauseMs)}`, run);
    const from = this.#schedule.now();
    run.freezes.push({ from, until: from + stop.pauseMs });
    this.#schedule.freeze(number, from + stop.pauseMs);
    return true;
  }

  #secretAt(path: string): IssuedSecret | null {
    const text = textAt(path)?.trim();
    return this.#network.issued.find(({ secret }) => secret === text) ?? null;
  }

  /** Notes what the run that went on has written. */
  #look(run: Run): void {
    for (const path of this.#runners.targets()) {
      const text = textAt(path);
      if (text === null || this.#held.get(path) === text) continue;
      this.#held.set(path, text);
      const secret = this.#secretAt(path);
      if (secret === null) continue;
      const { toldAt, lookedAt } = run;
      const which = String(this.#network.issued.indexOf(secret) + 1);
      this.#say(`has written credential ${which} to ${path.slice(this.#disk.work.length + 1)}`, run);
      this.#writes.push({ run, path, at: this.#schedule.now(), secret, toldAt, lookedAt });
      run.isKeeping = false;
    }
  }

  /** Looks where the credentials are that work. */
  async #find(): Promise<void> {
    for (const one of this.#network.issued) if (one.diedAt === null) one.foundIn = await this.#placesOf(one);
  }

  async #placesOf({ secret, change: { run } }: IssuedSecret): Promise<readonly string[]> {
    const targets = this.#runners.targets().map((path) => textAt(path) ?? '');
    const journals = this.#runs.filter((one) => !this.#isGone(one)).map((one) => journalText(one.stateDirectory));
    const places = [
      ...(targets.some((text) => text.includes(secret)) ? ['target'] : []),
      ...([...journals, await opened(journals.join('\n'))].some((text) => text.includes(secret)) ? ['journal'] : []),
      ...(this.#runs.some(({ stdout }) => stdout.includes(secret)) ? ['stdout'] : []),
    ];
    if (places.length > 0 || this.#store === null) return places;
    if ((await this.#store.text()).includes(secret)) return ['store'];
    const mayBeGone = run.state === 'crashed' && (run.isKeeping || run.hasFailedToKeep);
    return mayBeGone ? ['the disk of a machine that is gone, because no store had taken it'] : [];
  }

  /** Whether a run's folder went with its machine; where it keeps what the store did not take, the run has said so. */
  #isGone({ state, stderr }: Run): boolean {
    return this.#store !== null && (state === 'crashed' || !stderr.includes('kept on this machine only'));
  }

  #say(words: string, run: Run): void {
    const seconds = ((this.#schedule.now() - beginning) / 1000).toFixed(1);
    const told = words.replaceAll(`${this.#disk.work}/`, '');
    this.#trace.push(`${seconds.padStart(6)} s  runner ${String(run.number + 1)} ${told}`);
  }
}

import { join } from 'node:path';

import type { Context, ProcessIdentity } from '../../src/context.ts';
import { inWords } from '../../src/model/duration.ts';
import { runnerContext } from './context.ts';
import type { Disk } from './disk.ts';
import type { RunnerKind, Selection } from './families.ts';
import type { Run } from './history.ts';
import type { Schedule } from './schedule.ts';
import type { Service, ServiceName } from './services.ts';
import { identity } from './store.ts';

/** The folder of a runner's first target, where that refuses for a while. */
export function folderOf(number: number): string {
  return `refusing-${String(number + 1)}`;
}

const newName = 'new-account';

/** What those do who come once all others have ended, one after the other. */
export const followUps = ['list', 'deliver', 'rotate'] as const;

export type FollowUp = (typeof followUps)[number];

/** What was chosen for one runner; see `RunnerKind`. */
export interface Chosen {
  readonly refusal: number;
  readonly skewMs: number;
  readonly wait: string | null;
  readonly selection: Selection;
}

export interface RunnersOptions {
  readonly schedule: Schedule;
  readonly isOver: () => boolean;
  readonly say: (words: string, run: Run) => void;
  readonly disk: Disk;
  readonly service: Service & { readonly name: ServiceName };
  readonly operation: 'rotate' | 'create';
  readonly storeEnv: Readonly<Record<string, string>>;
  /** All that were made, in the order of their numbers. */
  readonly runs: readonly Run[];
  readonly fetchOf: (run: Run) => Context['fetch'];
}

type Place = Pick<RunnerKind, 'machine' | 'namespace'>;

/** Makes the runs of a simulation, and what they touch outside themselves. */
export class Runners {
  readonly #options: RunnersOptions;
  readonly #places = new Map<Run, Place>();
  readonly #refusals = new Map<Run, { readonly forMs: number; readonly until: number }>();
  readonly #chosen = new Map<Run, Chosen>();

  constructor(options: RunnersOptions) {
    this.#options = options;
  }

  /** The path of the target that all have. */
  get target(): string {
    return join(this.#options.disk.work, 'token');
  }

  /** The paths of all targets. */
  targets(): readonly string[] {
    return [...new Set(this.#options.runs.flatMap(({ targets }) => targets))];
  }

  create(kind: RunnerKind, chosen: Chosen): readonly [Run, Context] {
    const { disk, runs, storeEnv } = this.#options;
    const number = runs.length;
    const slow = chosen.refusal === 0 ? [] : [join(folderOf(number), 'token')];
    const targets = [...slow, 'token'].map((target) => join(disk.work, target));
    const wait = chosen.wait === null ? [] : ['--wait', chosen.wait];
    const argv = [
      ...this.#subject(chosen),
      ...wait,
      '--yes',
      ...targets.flatMap((target) => ['--to', `file:${target}`]),
    ];
    const run = newRun({ number, argv, stateDirectory: disk.stateOf(kind.folder), targets, isFollowUp: false });
    this.#places.set(run, kind);
    return [run, this.#contextOf(run, chosen, storeEnv)];
  }

  /** A run of somebody who has the identity. */
  createFollowUp(kind: FollowUp): readonly [Run, Context] {
    const { disk, runs, storeEnv, service, operation } = this.#options;
    const rotate = [
      'sa',
      'rotate',
      '--provider',
      service.name,
      '--id',
      operation === 'create' ? newName : service.account,
    ];
    const argv = {
      list: ['recover', 'list'],
      deliver: ['recover', 'deliver', '--all', '--yes'],
      rotate: [...rotate, '--yes', '--to', `file:${this.target}`],
    }[kind];
    const targets = kind === 'rotate' ? [this.target] : [];
    const stateDirectory = disk.stateOf('later');
    const run = newRun({ number: runs.length, argv, stateDirectory, targets, isFollowUp: true });
    this.#places.set(run, { machine: 'later', namespace: 'later' });
    const env = { ...storeEnv, SACTL_STATE_IDENTITY: identity };
    return [run, this.#contextOf(run, { refusal: 0, skewMs: 0, wait: null, selection: '--id' }, env)];
  }

  /** From now on the first target of a run refuses, if it ever does. */
  refuse(run: Run): void {
    const forMs = this.#chosen.get(run)?.refusal ?? 0;
    if (forMs === 0 || this.#refusals.has(run)) return;
    this.#refusals.set(run, { forMs, until: this.#options.schedule.now() + forMs });
    this.#options.say(`(its first target refuses for ${inWords(forMs)} from now on)`, run);
  }

  #subject({ selection }: Chosen): readonly string[] {
    const { operation, service } = this.#options;
    const account = selection === '--id' ? service.account : service.accountName;
    const subject = operation === 'create' ? ['create', '--name', newName] : ['rotate', selection, account];
    return ['sa', ...subject, '--provider', service.name];
  }

  #contextOf(run: Run, chosen: Chosen, storeEnv: Readonly<Record<string, string>>): Context {
    const { schedule, disk, service, isOver, fetchOf } = this.#options;
    this.#chosen.set(run, chosen);
    let uuids = 0;
    return runnerContext({
      schedule,
      runner: run.number,
      skewMs: chosen.skewMs,
      env: { SACTL_STATE_DIR: run.stateDirectory, ...service.env, ...storeEnv },
      cwd: disk.work,
      self: this.#identityOf(run),
      fetch: fetchOf(run),
      uuid: () => {
        uuids += 1;
        const id = `${String(run.number).padStart(8, '0')}-0000-4000-8000-${String(uuids).padStart(12, '0')}`;
        if (schedule.now() < (this.#refusals.get(run)?.until ?? 0)) disk.take(folderOf(run.number), id);
        return id;
      },
      isOver,
      onStdout: (text) => {
        if (!isOver()) run.stdout += text;
      },
      onStderr: (text) => {
        if (isOver()) return;
        run.stderr += text;
        if (text.includes('trying again')) run.isKeeping = false;
      },
    });
  }

  /** All machines have the same name. */
  #identityOf(run: Run): ProcessIdentity {
    const place = this.#places.get(run);
    const neighbour = (pid: number): Run | undefined =>
      this.#options.runs.find((other) => {
        const { machine, namespace } = this.#places.get(other) ?? {};
        return other.pid === pid && machine === place?.machine && namespace === place?.namespace;
      });
    return {
      pid: run.pid,
      host: 'simulated-host',
      isRunning: (pid) => neighbour(pid)?.state === 'running',
      marks: {
        bootId: () => `boot-of-${place?.machine ?? ''}`,
        pidNamespace: () => `pid:[${place?.namespace ?? ''}]`,
        startTime: (pid) => {
          const found = neighbour(pid);
          return found?.state === 'running' ? String(found.startedAt) : null;
        },
      },
    };
  }
}

function newRun(own: Pick<Run, 'number' | 'argv' | 'stateDirectory' | 'targets' | 'isFollowUp'>): Run {
  return {
    ...own,
    pid: 1000 + own.number,
    state: 'waiting',
    startedAt: null,
    endedAt: null,
    code: null,
    stdout: '',
    stderr: '',
    thrown: null,
    freezes: [],
    missingEntries: [],
    toldAt: null,
    lookedAt: null,
    isKeeping: false,
    hasFailedToKeep: false,
  };
}

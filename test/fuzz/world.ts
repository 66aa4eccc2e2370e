import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Fetch } from '../../src/context.ts';
import { createFetch } from '../../src/http/fetch.ts';
import { main } from '../../src/main.ts';
import type { ProviderName } from '../../src/model/account.ts';
import { worldContext, type Clocks } from './context.ts';
import { filesBelow, type Machine } from './machine.ts';
import { memoryFetch, noSuchHost } from './memory.ts';
import type { CommandLine, Scenario } from './scenario.ts';
import { startServer, type Server, type ServerLog } from './server.ts';

/** What one command did. */
export interface Observation {
  readonly command: CommandLine;
  readonly argv: readonly string[];
  /** Null when it did not end. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly requests: number;
  readonly mutations: number;
  readonly changes: number;
  /** The providers whose services granted a request, in this command or one before it. */
  readonly granting: ReadonlySet<ProviderName>;
  /** Credentials that were issued during it. */
  readonly issued: readonly string[];
  readonly accessTokens: readonly string[];
  readonly hasLied: boolean;
  /** Absolute paths. */
  readonly written: ReadonlySet<string>;
  readonly escapes: readonly string[];
  /** What was thrown and not caught. */
  readonly uncaught: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly root: string;
  /** By path below the root, before and after it. */
  readonly before: ReadonlyMap<string, Buffer>;
  readonly after: ReadonlyMap<string, Buffer>;
}

/** Real milliseconds in which every command has to end, since nothing in it really waits. */
const patienceMs = 20_000;

/** Runs the commands of a scenario, and gives what each of them did. */
export async function observe(machine: Machine, scenario: Scenario): Promise<Observation[]> {
  const root = machine.prepare(scenario.files);
  try {
    return await new World(machine, scenario, root).run();
  } finally {
    machine.clear(root);
  }
}

class World {
  readonly #machine: Machine;
  readonly #scenario: Scenario;
  readonly #root: string;
  readonly #server: Server;
  readonly #origin: string;
  #uuids = 0;
  #onRequest: (log: ServerLog) => void = () => undefined;

  constructor(machine: Machine, scenario: Scenario, root: string) {
    this.#machine = machine;
    this.#scenario = scenario;
    this.#root = root;
    const isWire = scenario.server.transport === 'wire';
    this.#origin = isWire ? machine.wire.origin : 'https://services.example';
    this.#server = startServer(scenario.server, (log) => this.#onRequest(log));
  }

  async run(): Promise<Observation[]> {
    this.#fillFiles();
    const seen: Observation[] = [];
    for (const command of this.#scenario.commands) seen.push(await this.#observe(command));
    return seen;
  }

  async #observe(command: CommandLine): Promise<Observation> {
    const { guard } = this.#machine;
    const { log } = this.#server;
    const argv = command.argv.map((word) => this.#fill(word));
    const env = Object.fromEntries(
      Object.entries(this.#scenario.env).map(([name, value]) => [name, this.#fill(value)]),
    );
    guard.confine('');
    const before = filesBelow(this.#root);
    const issuedBefore = log.issued.length;
    Object.assign(log, { requests: 0, mutations: 0, changes: 0 });
    guard.confine(this.#root);
    const ran = await this.#run(command, argv, env);
    const written = new Set(guard.written());
    const escapes = guard.escapes();
    guard.confine('');
    return {
      ...ran,
      ...log,
      command,
      argv,
      env,
      root: this.#root,
      issued: log.issued.slice(issuedBefore),
      written,
      escapes,
      before,
      after: filesBelow(this.#root),
    };
  }

  async #run(
    command: CommandLine,
    argv: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Pick<Observation, 'code' | 'stdout' | 'stderr' | 'uncaught'>> {
    const uncaught: string[] = [];
    function onUncaught(error: unknown): void {
      uncaught.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    let fetch: Fetch | null = null;
    const world = worldContext({
      command,
      env,
      cwd: join(this.#root, 'work'),
      homeDirectory: join(this.#root, 'home'),
      fetch: (input, init) => {
        fetch ??= this.#fetch(world.clocks);
        return fetch(input, init);
      },
      uuid: () => {
        this.#uuids += 1;
        return `00000000-0000-4000-8000-${String(this.#uuids).padStart(12, '0')}`;
      },
    });
    const { interrupt } = command;
    this.#onRequest = ({ requests, mutations }) => {
      const at = interrupt?.atRequest;
      if (at === requests || (at === 'change' && mutations === 1)) world.interrupt();
    };
    if (interrupt?.atRequest === 0) world.interrupt();
    process.on('unhandledRejection', onUncaught);
    process.on('uncaughtException', onUncaught);
    try {
      const code = await withinPatience(main(argv, world.ctx));
      await new Promise((done) => setImmediate(done));
      return { code, stdout: world.stdout(), stderr: world.stderr(), uncaught };
    } catch (error) {
      onUncaught(error);
      return { code: null, stdout: world.stdout(), stderr: world.stderr(), uncaught };
    } finally {
      process.off('unhandledRejection', onUncaught);
      process.off('uncaughtException', onUncaught);
      this.#machine.wire.hangUp();
    }
  }

  #fetch(clocks: Clocks): Fetch {
    const { wire } = this.#machine;
    if (this.#scenario.server.transport === 'memory') {
      return memoryFetch(this.#server, this.#origin, clocks.expire);
    }
    wire.use(this.#server, clocks.expire);
    const real = createFetch({ timeout: clocks.start, nodeVersion: '24.0.0' });
    return (input, init) => {
      if (new URL(input).origin !== wire.origin) return Promise.reject(noSuchHost());
      return real(input, init);
    };
  }

  #fill(text: string): string {
    return text
      .replaceAll('$ROOT', this.#root)
      .replaceAll('$PROGRAMS', this.#machine.programs)
      .replaceAll('$ORIGIN', this.#origin);
  }

  /** Configuration files name folders, too. */
  #fillFiles(): void {
    for (const [path, text] of Object.entries(this.#scenario.files)) {
      const filled = this.#fill(text);
      if (filled !== text) writeFileSync(join(this.#root, path), filled);
    }
  }
}

async function withinPatience<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${String(patienceMs)} ms`)), patienceMs);
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
  }
}

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { openSandbox } from '../../../src/sandbox/sandbox.ts';
import { fingerprintOf } from '../../harness/augment.ts';
import { testNow, type TestContextOptions } from '../../harness/context.ts';
import { run, type Outcome } from '../../harness/run.ts';
import { freshStateDirectory } from '../../harness/state.ts';
import { workFolder } from '../support.ts';

export { marked } from '../runai-sandbox.ts';

/** The tenant of the sandbox, and what the ids of its accounts begin with. */
export const host = 'acme.api.augment.sandbox.invalid';
export const tenant = `https://${host}`;

/** When every test's clock begins, as JSON has it. */
export const day = '2026-11-22T12:00:00Z';

export { consoleUrl, fingerprintOf, tokenOf } from '../../harness/augment.ts';

/** A machine with a sandbox of its own, on its first day, and nothing recorded. */
export interface Sandbox {
  /** The working directory, below which targets are written. */
  readonly cwd: string;
  readonly stateDirectory: string;
  /** Runs a command with `SACTL_SANDBOX=1` and `SACTL_PROVIDER=augment`. */
  readonly sactl: (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;
  /** Runs `sactl sandbox console augment` with these words, which a person would click. */
  readonly atConsole: (...words: readonly string[]) => Promise<string>;
  /** What is in a file below the working directory. */
  readonly file: (name: string) => Promise<string>;
  /** `mode path` of every backup of a session. */
  readonly backups: () => Promise<readonly string[]>;
  /** The entries of the journal, as `recover list` prints them. */
  readonly journal: () => Promise<unknown>;
  /** The status that the emulator of Augment answers a token with. */
  readonly tried: (token: string) => Promise<number>;
}

export async function sandbox(): Promise<Sandbox> {
  const stateDirectory = freshStateDirectory();
  const cwd = await workFolder();
  function sactl(argv: readonly string[], { env, ...options }: TestContextOptions = {}): Promise<Outcome> {
    const all = { SACTL_STATE_DIR: stateDirectory, SACTL_SANDBOX: '1', SACTL_PROVIDER: 'augment', ...env };
    return run(argv, { cwd, ...options, env: all });
  }
  return {
    cwd,
    stateDirectory,
    sactl,
    atConsole: async (...words) => {
      const env = { SACTL_STATE_DIR: stateDirectory };
      const done = await run(['sandbox', 'console', 'augment', ...words], { env });
      if (done.code !== 0) throw new Error(done.stderr);
      return done.stdout;
    },
    file: (name) => readFile(join(cwd, name), 'utf8'),
    backups: () => modesIn(join(stateDirectory, 'sandbox', 'backups')),
    journal: async () => JSON.parse((await sactl(['recover', 'list', '--json'])).stdout) as unknown,
    tried: async (token) => {
      const { fetch, connection } = await openSandbox(
        { stateDirectory, now: () => testNow, sleep: () => Promise.resolve() },
        'augment',
      );
      const headers = { authorization: `Bearer ${token}` };
      const url = `${connection.endpoint}/analytics/v0/dau-count`;
      return (await fetch(url, { headers })).status;
    },
  };
}

async function modesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const modes = names.map(async (name) => {
    const { mode } = await stat(join(folder, name));
    return `${(mode & 0o777).toString(8)} ${name}`;
  });
  return Promise.all(modes);
}

/** How the backup of a token is called, with its mode. */
export function backupOf(session: string): string {
  return `600 ${fingerprintOf(session).replace(':', '-')}.json`;
}

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import type { Prompter } from '../../../src/context.ts';
import { ops } from '../../harness/age.ts';
import { testContext, type TestContextOptions } from '../../harness/context.ts';
import { runIn, type Outcome } from '../../harness/run.ts';
import { freshStateDirectory } from '../../harness/state.ts';
import { brokenStdout, workFolder } from '../support.ts';
import { stagesOf } from './lines.ts';

/** A machine with a sandbox on its first day and the files that examples read, and a person at the terminal. */
export interface World {
  /** Runs a line as a shell would, and gives what its last program did. */
  readonly run: (line: string) => Promise<Outcome>;
  /** Runs a line whose credential cannot be printed, so that an entry whose id begins like this stays in the journal. */
  readonly keep: (line: string, id: string) => Promise<void>;
  /** Runs a line as a job of CI, which seals for the person here, and leaves its log in this file. */
  readonly log: (line: string, path: string) => Promise<void>;
}

const document = JSON.stringify({ name: 'ci-release', groups: ['ml-training'] });

export async function createWorld(): Promise<World> {
  const cwd = await workFolder({ 'serviceaccount.json': document });
  const homeDirectory = join(cwd, 'home');
  await mkdir(join(cwd, 'tokens'));
  await mkdir(join(homeDirectory, '.augment'), { recursive: true });
  const env = { SACTL_SANDBOX: '1', SACTL_STATE_DIR: freshStateDirectory(), SACTL_STATE_IDENTITY: ops.identity };
  const machine: TestContextOptions = { cwd, homeDirectory, env };

  async function run(line: string): Promise<Outcome> {
    const stages = stagesOf(line);
    const person = stages.length === 1 && stages[0]?.output === null ? terminal(cwd) : {};
    let last: Outcome = { code: 0, stdout: '', stderr: '' };
    for (const { words, output } of stages) {
      last = await start(words, { ...machine, ...person, stdin: last.stdout });
      if (last.code !== 0) return last;
      if (output !== null) await write(resolve(cwd, output.replace(/^~/, homeDirectory)), last);
    }
    return last;
  }

  async function keep(line: string, id: string): Promise<void> {
    const context = testContext({ ...machine, stdout: brokenStdout('ENOSPC') });
    const [stage] = stagesOf(line);
    const ctx = { ...context.ctx, uuid: () => `${id}-0000-4000-8000-000000000001` };
    await runIn({ ...context, ctx }, stage?.words.slice(1) ?? []);
  }

  async function log(line: string, path: string): Promise<void> {
    const job = { ...env, CI: '1', SACTL_STATE_RECIPIENTS: ops.recipient };
    const [stage] = stagesOf(line);
    const { stderr } = await runIn(testContext({ ...machine, env: job }), stage?.words.slice(1) ?? []);
    await writeFile(join(cwd, path), stderr);
  }
  return { run, keep, log };
}

/** sactl and `cat`; what else an example names is taken to hand on what it reads. */
async function start([program, ...argv]: readonly string[], machine: TestContextOptions): Promise<Outcome> {
  if (program === 'sactl') return runIn(testContext(machine), argv);
  const { cwd = '', stdin = '' } = machine;
  const stdout = program === 'cat' ? await readFile(join(cwd, argv[0] ?? ''), 'utf8') : stdin;
  return { code: 0, stdout, stderr: '' };
}

async function write(path: string, { stdout }: Outcome): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, stdout);
}

/** A prompter that confirms, gives a new session, and enters names. */
function terminal(cwd: string): Pick<TestContextOptions, 'terminal' | 'prompt'> {
  const prompt: Prompter = {
    confirm: () => Promise.resolve(true),
    input: ({ message }) => Promise.resolve(`ci-${message.toLowerCase().replaceAll(/\W+/g, '-')}`),
    password: () => readFile(join(cwd, 'session.json'), 'utf8'),
    select: ({ choices }) => Promise.resolve(choices[0]?.value ?? ''),
    checkbox: () => Promise.resolve([]),
  };
  return { terminal: 100, prompt };
}

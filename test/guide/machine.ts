import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { stagesOf } from '../commands/help/lines.ts';
import { brokenStdout, workFolder } from '../commands/support.ts';
import { testContext, type TestContextOptions } from '../harness/context.ts';
import { runIn, type Outcome } from '../harness/run.ts';
import { freshStateDirectory } from '../harness/state.ts';

/** Where the lines of a page are run, one after the other. */
export interface Machine {
  readonly run: (line: string) => Promise<Outcome>;
  /** Takes the faults that a line with `sandbox serve` names. */
  readonly arm: (line: string) => void;
}

/** One machine for a page, with the sandbox on its first day, and a person at the terminal who says yes. */
export async function createMachine(): Promise<Machine> {
  const cwd = await workFolder();
  const homeDirectory = join(cwd, 'home');
  await mkdir(homeDirectory);
  const env = { SACTL_SANDBOX: '1', SACTL_STATE_DIR: freshStateDirectory() };
  const machine: TestContextOptions = { cwd, homeDirectory, env };
  const person: TestContextOptions = { terminal: 120, prompt: { confirm: () => Promise.resolve(true) } };
  let runs = 0;
  /** What `sandbox serve` was told, for the lines after it. */
  let faults = '';

  async function sactl(argv: readonly string[], options: TestContextOptions): Promise<Outcome> {
    const armed = faults === '' ? {} : { SACTL_SANDBOX_FAULT: faults };
    const context = testContext({ ...machine, ...options, env: { ...env, ...armed } });
    runs += 1;
    let made = 0;
    /** So that the journal's entries have the ids that the pages show. */
    function uuid(): string {
      made += 1;
      return `${(0x70_66_d4_9b + runs).toString(16)}-0000-4000-8000-${String(made).padStart(12, '0')}`;
    }
    return runIn({ ...context, ctx: { ...context.ctx, uuid } }, argv);
  }

  async function stage(words: readonly string[], options: TestContextOptions): Promise<Outcome> {
    const [program, ...argv] = words;
    if (program === 'sactl') return sactl(argv, options);
    if (program === 'mkdir') await mkdir(join(cwd, argv.at(-1) ?? ''), { recursive: true });
    const stdout = program === 'cat' ? await readFile(join(cwd, argv[0] ?? ''), 'utf8') : (options.stdin ?? '');
    return { code: 0, stdout, stderr: '' };
  }

  async function run(line: string): Promise<Outcome> {
    const stages = stagesOf(line);
    const isAlone = stages.length === 1 && stages[0]?.output === null;
    let last: Outcome = { code: 0, stdout: '', stderr: '' };
    for (const { words, output } of stages) {
      const isFull = output === '/dev/full';
      const stdout = isFull ? { stdout: brokenStdout('ENOSPC') } : {};
      const { stderr } = last;
      last = await stage(words, { stdin: last.stdout, ...stdout, ...(isAlone ? person : {}) });
      last = { ...last, stderr: stderr + last.stderr };
      if (last.code !== 0) return last;
      if (output !== null && !isFull) {
        const path = resolve(cwd, output.replace(/^~/, homeDirectory));
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, last.stdout);
        last = { ...last, stdout: '' };
      }
    }
    return last;
  }
  function arm(line: string): void {
    faults = / sandbox serve .*--fault '(.+?)'/.exec(line)?.[1] ?? faults;
  }
  return { run, arm };
}

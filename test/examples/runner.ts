import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { wholeTree } from '../../src/program.ts';
import { program, startProgram } from '../commands/built-program.ts';
import { workFolder } from '../commands/support.ts';
import { action, workflow, type Step } from './documents.ts';

// As much of the runner of GitHub Actions as the examples need, with the sandbox in place of the world.

/** What expressions can name: `secrets.X`, `vars.X`, `inputs.x`, `matrix.x`, `github.repository`. */
type Values = Readonly<Record<string, string>>;

export interface RunOptions {
  readonly inputs?: Values;
  /** Variables and secrets of the repository; a secret without a value has one that names it. */
  readonly vars?: Values;
  readonly secrets?: Values;
  readonly env?: Values;
}

export interface JobRun {
  readonly code: number;
  /** stdout and stderr of all its steps. */
  readonly output: string;
  /** The words of every call of npm and sactl. */
  readonly calls: readonly (readonly string[])[];
  readonly summary: string;
}

/** A machine with npm and sactl on its path, which write down how they are called; npm does nothing else. */
export interface Machine {
  readonly path: string;
  /** Runs a job of a workflow, once for each entry of its matrix. */
  readonly runJob: (name: string, job: string, options?: RunOptions) => Promise<readonly JobRun[]>;
  /** Runs the steps of the action by themselves. */
  readonly runAction: (inputs: Values, env?: Values) => Promise<JobRun>;
  /** Runs a script for bash, which ends with the first of its lines that fails. */
  readonly runLines: (lines: readonly string[], env: Values) => Promise<JobRun>;
}

export interface MachineOptions {
  /** A script for sh; default: the built program. */
  readonly sactl?: string;
  /** A folder with other programs. */
  readonly programs?: string;
}

const logCall = "require('node:fs').appendFileSync(process.env.CALLS, JSON.stringify(process.argv.slice(1)) + '\\n')";

export async function openMachine({
  sactl = 'exec "$NODE" "$PROGRAM" "$@"',
  programs = '',
}: MachineOptions = {}): Promise<Machine> {
  const path = await workFolder();
  const place = { path, programs };
  await mkdir(join(path, 'bin'));
  for (const [name, then] of [
    ['npm', ''],
    ['sactl', sactl],
  ] as const) {
    const file = join(path, 'bin', name);
    await writeFile(file, `#!/bin/sh\n"$NODE" -e "$LOG_CALL" -- ${name} "$@"\n${then}\n`);
    await chmod(file, 0o755);
  }
  return {
    path,
    runJob: async (name, job, { inputs = {}, vars = {}, secrets = {}, env = {} } = {}) => {
      const { env: shared = {}, jobs } = workflow(name);
      const { steps = [], env: own = {}, strategy } = jobs[job] ?? {};
      const runs: JobRun[] = [];
      for (const matrix of strategy?.matrix.include ?? [{}]) {
        const given = { ...named('vars', vars), ...named('secrets', secrets) };
        const context = { ...given, ...named('inputs', inputs), ...named('matrix', matrix) };
        const jobEnv = evaluateAll({ ...shared, ...own }, context);
        runs.push(await runSteps(place, { steps, context, env: { ...jobEnv, ...env } }));
      }
      return runs;
    },
    runAction: (inputs, env = {}) =>
      runSteps(place, { steps: action.runs.steps, context: inputsOfAction(inputs), env }),
    runLines: (lines, env) => runSteps(place, { steps: [{ run: lines.join('\n'), shell: 'bash' }], context: {}, env }),
  };
}

function named(context: string, values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${context}.${key}`, value]));
}

function inputsOfAction(given: Values): Values {
  const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? '']);
  return named('inputs', { ...Object.fromEntries(defaults), ...given });
}

/** What is not known is empty, as it is there. */
function evaluate(text: string, context: Values): string {
  return text.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_, name: string) => {
    return context[name] ?? (name.startsWith('secrets.') ? `value of ${name}` : '');
  });
}

function evaluateAll(values: Readonly<Record<string, unknown>> = {}, context: Values): Values {
  const entries = Object.entries(values).map(([key, value]) => [key, evaluate(String(value), context)]);
  return Object.fromEntries(entries) as Values;
}

/** Whatever became of a call: it is one that the command tree takes. @throws CommanderError, UsageError */
export async function understand(argv: readonly string[]): Promise<void> {
  await (await wholeTree()).parseAsync([...argv], { from: 'user' });
}

/** The working directory, which is the home, and the folder of other programs. */
interface Place {
  readonly path: string;
  readonly programs: string;
}

interface Work {
  readonly steps: readonly Step[];
  readonly context: Values;
  readonly env: Values;
}

async function runSteps(place: Place, work: Work): Promise<JobRun> {
  const { path } = place;
  const files = {
    CALLS: join(path, 'calls'),
    GITHUB_STEP_SUMMARY: join(path, 'summary'),
    GITHUB_OUTPUT: join(path, 'output'),
  };
  for (const file of Object.values(files)) await writeFile(file, '');
  const { code, output } = await runAll(place, { ...work, env: { ...files, ...work.env } });
  const lines = (await readFile(files.CALLS, 'utf8')).split('\n').filter(Boolean);
  const calls = lines.map((line) => JSON.parse(line) as string[]);
  for (const [name, ...argv] of calls) if (name === 'sactl') await understand(argv);
  return { code, output, calls, summary: await readFile(files.GITHUB_STEP_SUMMARY, 'utf8') };
}

async function runAll(place: Place, { steps, context, env }: Work): Promise<{ code: number; output: string }> {
  const known = { 'github.repository': 'acme/app', ...context };
  let code = 0;
  let output = '';
  for (const step of steps) {
    if ((step.if === 'failure()') !== (code !== 0)) continue;
    const stepEnv = { ...env, ...evaluateAll(step.env, known) };
    const ended = step.uses?.startsWith('OWNER/sactl@')
      ? await runAll(place, {
          steps: action.runs.steps,
          context: inputsOfAction(evaluateAll(step.with, known)),
          env: stepEnv,
        })
      : await runScript(place, step, stepEnv);
    output += ended.output;
    code = code === 0 ? ended.code : code;
  }
  return { code, output };
}

/** Without a script it is somebody else's action, which only prepares the machine. */
async function runScript(
  { path, programs }: Place,
  { run, shell }: Step,
  env: Values,
): Promise<{ code: number; output: string }> {
  if (run === undefined) return { code: 0, output: '' };
  // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
  const flags = shell === 'bash' ? ['--noprofile', '--norc', '-eo', 'pipefail'] : ['-e'];
  const { code, stdout, stderr } = await startProgram('bash', [...flags, '-c', run], {
    home: path,
    env: {
      PATH: [join(path, 'bin'), programs, dirname(process.execPath), process.env['PATH']].join(':'),
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      RUNNER_TEMP: path,
      SACTL_SANDBOX: '1',
      NODE: process.execPath,
      PROGRAM: program,
      LOG_CALL: logCall,
      ...env,
    },
  }).ended;
  return { code: code ?? 1, output: stdout + stderr };
}

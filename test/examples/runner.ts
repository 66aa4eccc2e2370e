import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { wholeTree } from '../../src/program.ts';
import { program, startProgram } from '../commands/built-program.ts';
import { workFolder } from '../commands/support.ts';
import { action, workflow, type Step } from './documents.ts';
import { evaluate, evaluateAll, holds, named, type Values } from './expressions.ts';

// As much of the runner of GitHub Actions as the examples need, with the sandbox in place of the world.

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
  /** The actions of others, which do nothing here. */
  readonly used: readonly string[];
  /** Of the action, where that was run by itself. */
  readonly outputs: Values;
}

/** A machine with npm on its path, which installs nothing but sactl; both write down how they are called. */
export interface Machine {
  readonly path: string;
  /** Runs a job of a workflow, once for each entry of its matrix. */
  readonly runJob: (name: string, job: string, options?: RunOptions) => Promise<readonly JobRun[]>;
  /** Runs the steps of the action by themselves. */
  readonly runAction: (inputs: Values, env?: Values) => Promise<JobRun>;
  /** Runs a script for bash, which ends with the first of its lines that fails; sactl is there already. */
  readonly runLines: (lines: readonly string[], env: Values) => Promise<JobRun>;
  /** What npm had in its environment when it was called last. */
  readonly npmEnvironment: () => Promise<string>;
  /** From now on npm installs nothing. */
  readonly breakNpm: () => Promise<void>;
}

export interface MachineOptions {
  /** A script for sh; default: the built program. */
  readonly sactl?: string;
  /** A folder with other programs. */
  readonly programs?: string;
}

export async function openMachine({ sactl, programs = '' }: MachineOptions = {}): Promise<Machine> {
  const path = await workFolder();
  const place = { path, programs };
  const install = await addPrograms(path, sactl ?? `exec '${process.execPath}' '${program}' "$@"`);
  return {
    path,
    runJob: async (name, job, options = {}) => {
      const runs: JobRun[] = [];
      for (const work of jobWork(name, job, options)) runs.push(await runSteps(place, work));
      return runs;
    },
    runAction: (inputs, env = {}) =>
      runSteps(place, { steps: [{ uses: own, with: inputs, id: 'own' }], context: {}, env }),
    runLines: async (lines, env) => {
      await install();
      return runSteps(place, { steps: [{ run: lines.join('\n'), shell: 'bash' }], context: {}, env });
    },
    npmEnvironment: () => readFile(join(path, 'npm-environment'), 'utf8'),
    breakNpm: () => addProgram(join(path, 'bin/npm'), '#!/bin/sh\nexit 1\n'),
  };
}

/** The action of this repository, as the examples name it. */
const own = 'OWNER/sactl@';

/** @returns what puts sactl on the path, as npm does */
async function addPrograms(path: string, sactl: string): Promise<() => Promise<void>> {
  const bin = join(path, 'bin');
  await mkdir(bin);
  // Not by the environment, of which npm gets little.
  const log = `require('node:fs').appendFileSync('${join(path, 'calls')}', JSON.stringify(process.argv.slice(1)) + '\\n')`;
  const start = `#!/bin/sh\n'${process.execPath}' -e "${log}" --`;
  await addProgram(join(path, 'to-install'), `${start} sactl "$@"\n${sactl}\n`);
  const npm = `env > '${join(path, 'npm-environment')}'
prefix='${path}'
while [ $# -gt 0 ]; do [ "$1" != --prefix ] || prefix=$2; shift; done
mkdir -p "$prefix/bin" && cp '${join(path, 'to-install')}' "$prefix/bin/sactl"
`;
  await addProgram(join(bin, 'npm'), `${start} npm "$@"\n${npm}`);
  return async () => addProgram(join(bin, 'sactl'), await readFile(join(path, 'to-install'), 'utf8'));
}

async function addProgram(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await chmod(file, 0o755);
}

function jobWork(
  name: string,
  job: string,
  { inputs = {}, vars = {}, secrets = {}, env = {} }: RunOptions,
): readonly Work[] {
  const { env: shared = {}, jobs } = workflow(name);
  const { steps = [], env: ownEnv = {}, strategy } = jobs[job] ?? {};
  const given = { ...named('vars', vars), ...named('secrets', secrets), ...named('inputs', inputs) };
  return (strategy?.matrix.include ?? [{}]).map((matrix) => {
    const context = { 'github.repository': 'acme/app', ...given, ...named('matrix', matrix) };
    return { steps, context, env: { ...evaluateAll({ ...shared, ...ownEnv }, context), ...env } };
  });
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

/** What is known after some of the steps. */
interface Progress {
  readonly code: number;
  readonly output: string;
  readonly context: Values;
  readonly used: readonly string[];
}

async function runSteps(place: Place, work: Work): Promise<JobRun> {
  const { path } = place;
  const files = { calls: join(path, 'calls'), summary: join(path, 'summary'), path: join(path, 'path') };
  for (const file of Object.values(files)) await writeFile(file, '');
  const env = { GITHUB_STEP_SUMMARY: files.summary, GITHUB_PATH: files.path, ...work.env };
  const { code, output, context, used } = await runAll(place, { ...work, env });
  const lines = (await readFile(files.calls, 'utf8')).split('\n').filter(Boolean);
  const calls = lines.map((line) => JSON.parse(line) as string[]);
  for (const [name, ...argv] of calls) if (name === 'sactl') await understand(argv);
  const outputs = Object.entries(context).filter(([name]) => name.startsWith('steps.own.outputs.'));
  return {
    code,
    output,
    calls,
    used,
    summary: await readFile(files.summary, 'utf8'),
    outputs: Object.fromEntries(outputs.map(([name, value]) => [name.replace('steps.own.outputs.', ''), value])),
  };
}

async function runAll(place: Place, { steps, context: given, env }: Work): Promise<Progress> {
  const context = { ...given };
  const used: string[] = [];
  let [code, output] = [0, ''];
  for (const step of steps) {
    if (!holds(step.if, { context, failed: code !== 0 })) continue;
    const stepEnv = { ...env, ...evaluateAll(step.env, context) };
    const ended = step.uses?.startsWith(own)
      ? await runOwnAction(place, evaluateAll(step.with, context), stepEnv)
      : await runScript(place, step, stepEnv);
    output += ended.output;
    code = code === 0 ? ended.code : code;
    used.push(...ended.used);
    Object.assign(context, named(`steps.${step.id ?? ''}.outputs`, ended.outputs));
  }
  return { code, output, context, used };
}

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly used: readonly string[];
  readonly outputs: Values;
}

/** Its outputs are there also when it fails: https://github.com/actions/runner, `CompositeActionHandler.cs`. */
async function runOwnAction(place: Place, inputs: Values, env: Values): Promise<Ended> {
  const unknown = Object.keys(inputs).filter((name) => !(name in action.inputs));
  if (unknown.length > 0) throw new Error(`the action has no input ${unknown.join(', ')}`);
  const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? '']);
  const context = named('inputs', { ...Object.fromEntries(defaults), ...inputs });
  const ended = await runAll(place, { steps: action.runs.steps, context, env });
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => [name, evaluate(value, ended.context)]);
  return { ...ended, outputs: Object.fromEntries(outputs) as Values };
}

/** Without a script it is somebody else's action, which only prepares the machine. */
async function runScript({ path, programs }: Place, { run, shell, uses }: Step, env: Values): Promise<Ended> {
  if (run === undefined) return { code: 0, output: '', outputs: {}, used: [uses ?? ''] };
  const [outputs, added] = [join(path, 'output'), await readFile(join(path, 'path'), 'utf8')];
  await writeFile(outputs, '');
  // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
  const flags = shell === 'bash' ? ['--noprofile', '--norc', '-eo', 'pipefail'] : ['-e'];
  const folders = [...added.split('\n').filter(Boolean), join(path, 'bin'), programs, dirname(process.execPath)];
  const { code, stdout, stderr } = await startProgram('bash', [...flags, '-c', run], {
    home: path,
    env: {
      PATH: [...folders, process.env['PATH']].join(':'),
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      RUNNER_TEMP: path,
      GITHUB_OUTPUT: outputs,
      SACTL_SANDBOX: '1',
      ...env,
    },
  }).ended;
  const pairs = (await readFile(outputs, 'utf8')).split('\n').filter(Boolean);
  const given = pairs.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return { code: code ?? 1, output: stdout + stderr, outputs: Object.fromEntries(given) as Values, used: [] };
}

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { action, workflow, type Step } from './documents.ts';
import { evaluate, evaluateAll, holds, named } from './expressions.ts';
import { openMachine, type JobRun, type Machine, type MachineOptions, type Values } from './machine.ts';

// As much of the runner of GitHub Actions as the examples need, with the sandbox in place of the world.

export interface RunOptions {
  readonly inputs?: Values;
  /** Variables and secrets of the repository; a secret without a value has one that names it. */
  readonly vars?: Values;
  readonly secrets?: Values;
  readonly env?: Values;
  /** What somebody made of the example. */
  readonly edit?: (text: string) => string;
}

export interface GithubRun extends JobRun {
  readonly summary: string;
  /** The actions of others, which do nothing here. */
  readonly used: readonly string[];
  /** Of the action, where that was run by itself. */
  readonly outputs: Values;
}

/** A runner of GitHub. */
export interface Runner extends Machine {
  readonly runJob: (name: string, job: string, options?: RunOptions) => Promise<GithubRun>;
  /** Runs the steps of the action by themselves. */
  readonly runAction: (inputs: Values, env?: Values) => Promise<GithubRun>;
}

export async function openRunner(options: MachineOptions = {}): Promise<Runner> {
  const machine = await openMachine(options);
  return {
    ...machine,
    runJob: (name, job, given = {}) => runSteps(machine, jobWork(name, job, given)),
    runAction: (inputs, env = {}) =>
      runSteps(machine, { steps: [{ uses: own, with: inputs, id: 'own' }], context: {}, env }),
  };
}

/** The action of this repository, as the examples name it. */
const own = 'OWNER/sactl@';

interface Work {
  readonly steps: readonly Step[];
  readonly context: Values;
  readonly env: Values;
}

function jobWork(name: string, job: string, { inputs, vars, secrets, env, edit }: RunOptions): Work {
  const { env: shared = {}, jobs } = workflow(name, edit);
  const { steps = [], env: ownEnv = {} } = jobs[job] ?? {};
  const given = { ...named('vars', vars), ...named('secrets', secrets), ...named('inputs', inputs) };
  const context = { 'github.repository': 'acme/app', ...given };
  return { steps, context, env: { ...evaluateAll({ ...shared, ...ownEnv }, context), ...env } };
}

async function runSteps(machine: Machine, work: Work): Promise<GithubRun> {
  const [summary, path] = [join(machine.path, 'summary'), join(machine.path, 'path')];
  for (const file of [summary, path]) await writeFile(file, '');
  const before = (await machine.calls()).length;
  const env = { GITHUB_STEP_SUMMARY: summary, GITHUB_PATH: path, ...work.env };
  const { code, output, context, used } = await runAll(machine, { ...work, env });
  const outputs = Object.entries(context).filter(([name]) => name.startsWith('steps.own.outputs.'));
  return {
    code,
    output,
    calls: (await machine.calls()).slice(before),
    used,
    summary: await readFile(summary, 'utf8'),
    outputs: Object.fromEntries(outputs.map(([name, value]) => [name.replace('steps.own.outputs.', ''), value])),
  };
}

/** What is known after some of the steps. */
interface Progress {
  readonly code: number;
  readonly output: string;
  readonly context: Values;
  readonly used: readonly string[];
}

async function runAll(machine: Machine, { steps, context: given, env }: Work): Promise<Progress> {
  const context = { ...given };
  const used: string[] = [];
  let [code, output] = [0, ''];
  for (const step of steps) {
    if (!holds(step.if, { context, failed: code !== 0 })) continue;
    const stepEnv = { ...env, ...evaluateAll(step.env, context) };
    const ended = step.uses?.startsWith(own)
      ? await runOwnAction(machine, evaluateAll(step.with, context), stepEnv)
      : await runScript(machine, step, stepEnv);
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
async function runOwnAction(machine: Machine, inputs: Values, env: Values): Promise<Ended> {
  const unknown = Object.keys(inputs).filter((name) => !(name in action.inputs));
  if (unknown.length > 0) throw new Error(`the action has no input ${unknown.join(', ')}`);
  const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? '']);
  const context = named('inputs', { ...Object.fromEntries(defaults), ...inputs });
  const ended = await runAll(machine, { steps: action.runs.steps, context, env });
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => [name, evaluate(value, ended.context)]);
  return { ...ended, outputs: Object.fromEntries(outputs) as Values };
}

/** Without a script it is somebody else's action, which only prepares the machine. */
async function runScript({ path, run: runOn }: Machine, { run, shell, uses }: Step, env: Values): Promise<Ended> {
  if (run === undefined) return { code: 0, output: '', outputs: {}, used: [uses ?? ''] };
  const [outputs, added] = [join(path, 'output'), await readFile(join(path, 'path'), 'utf8')];
  await writeFile(outputs, '');
  // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
  const flags = shell === 'bash' ? ['--noprofile', '--norc', '-eo', 'pipefail'] : ['-e'];
  const runner = { CI: 'true', GITHUB_ACTIONS: 'true', RUNNER_TEMP: path, GITHUB_OUTPUT: outputs };
  const all = { ...runner, SACTL_SANDBOX: '1', ...env };
  const ended = await runOn(['bash', ...flags, '-c', run], all, added.split('\n').filter(Boolean));
  const pairs = (await readFile(outputs, 'utf8')).split('\n').filter(Boolean);
  const given = pairs.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return { ...ended, outputs: Object.fromEntries(given) as Values, used: [] };
}

// @module-tag slow
import { describe, expect, it } from 'vitest';

import { helpAfter, leaves, readProgram } from '../../../scripts/manual/program.ts';
import { allCommands, type CommandNode } from '../../../src/commands/read-tree.ts';
import { printedNames } from '../../../src/commands/schema/names.ts';
import { nscaleEndpoint, sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { run, type Outcome } from '../../harness/run.ts';
import { elsewhere, prepare } from '../help/prepare.ts';
import { createWorld } from '../help/world.ts';
import { kept } from '../state/migrating.ts';
import { whileRotating } from '../state/rotating.ts';
import { workFolder } from '../support.ts';
import { problemsOf, problemsOfPrinted } from './strict.ts';

/** Commands that print no JSON of ours, and why. */
const printNone: Readonly<Record<string, string>> = {
  completion: 'a script',
  help: 'texts; the help of a command is that of --help',
  'sandbox serve': 'lines for a shell',
  'sandbox reset': 'nothing',
  'sandbox console augment create': 'nothing',
  'sandbox console augment issue': "Augment's own session.json",
  'sandbox console augment revoke': 'nothing',
  'sandbox console augment delete': 'nothing',
};

/** Commands whose examples need more than a sandbox: each has a test below. */
const others: ReadonlySet<string> = new Set(['config init', 'state unlock', 'state migrate']);

const program = await readProgram();
const commands = leaves(program).map((command) => ({ command, name: command.path.join(' ') }));
const printing = commands.filter(({ name }) => printNone[name] === undefined);

it('every command says what it prints, or is known to print no JSON', () => {
  const silent = commands.filter(({ command: { prints } }) => prints.length === 0);
  expect(silent.map(({ name }) => name).toSorted()).toEqual(Object.keys(printNone).toSorted());
});

it('every schema is of something that is printed', () => {
  const named = new Set(allCommands(program).flatMap(({ prints }) => prints.map((one) => one.replace('[]', ''))));
  const notByOne = ['command-tree', 'help-topic', 'error', 'note'];
  expect([...named, ...notByOne].toSorted()).toEqual(Object.keys(printedNames).toSorted());
});

/** Examples that print all of their JSON once a flag asks for it. */
function examplesOf(command: CommandNode): readonly string[] {
  const whole = helpAfter(command).examples.filter(
    (line) => !elsewhere.test(line) && !/ -q | --format |[|>$]/.test(line),
  );
  return whole.length > 0 ? whole : [`sactl ${command.path.join(' ')}`];
}

/** Examples that ask for what they do not say, which a dry run never does. */
const asking = / create(?!.* (?:--name|-f|--account) )/;

async function valueOf(example: string, ...flags: readonly string[]): Promise<unknown> {
  const world = await createWorld();
  await prepare(world, example);
  if (/ (?:recover|audit) list/.test(example))
    await world.keep('sactl sa rotate --id ci-deploy --yes --json', '4f1c09d2');
  const { code, stdout, stderr } = await world.run([example.replace(' --json', ''), ...flags, '--json'].join(' '));
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as unknown;
}

describe('what is printed fits the schemas that the command names, and has no other keys:', () => {
  it.each(printing.filter(({ name }) => !others.has(name)))('$name', async ({ command }) => {
    const values: unknown[] = [];
    for (const example of examplesOf(command)) {
      const value = await valueOf(example);
      values.push(value);
      expect(problemsOfPrinted(command.prints, value)).toEqual([]);
    }
    expect(values.some((value) => !Array.isArray(value) || value.length > 0)).toBe(true);
  });

  const planned = printing.filter(({ command: { commonFlags } }) => commonFlags.includes('--dry-run'));
  it.each(planned.filter(({ name }) => !others.has(name)))('$name --dry-run', async ({ command }) => {
    for (const example of examplesOf(command).filter((line) => !asking.test(line))) {
      expect(problemsOf('dry-run', await valueOf(example, '--dry-run'))).toEqual([]);
    }
  });
});

function problemsIn(name: string, { code, stdout }: Outcome): readonly string[] {
  const command = commands.find((one) => one.name === name)?.command;
  return code === 0 ? problemsOfPrinted(command?.prints ?? [], JSON.parse(stdout)) : [`exit ${code}`];
}

describe('where a sandbox is not enough:', () => {
  const deploy = useNscale();

  it('config init', async () => {
    const argv = ['config', 'init', '--provider', 'nscale', '--endpoint', nscaleEndpoint, '--credential', 'env:TOKEN'];
    const env = { TOKEN: sandboxTokens.administrator, NSCALE_SERVICE_TOKEN: undefined };
    expect(
      problemsIn('config init', await deploy().run([...argv, '--json'], { homeDirectory: await workFolder(), env })),
    ).toEqual([]);
  });

  it('state show and unlock', async () => {
    const argv = 'state unlock --id ci-deploy --generation 1 --yes --json'.split(' ');
    await whileRotating(deploy, async (machine) => {
      expect(problemsIn('state show', await machine.run(['state', 'show', '--json']))).toEqual([]);
      expect(problemsIn('state show', await machine.run(['state', 'show', '--id', 'ci-deploy', '--json']))).toEqual([]);
      expect(problemsOf('dry-run', JSON.parse((await machine.run([...argv, '--dry-run'])).stdout))).toEqual([]);
      expect(problemsIn('state unlock', await machine.run(argv))).toEqual([]);
      expect(problemsIn('state unlock', await machine.run(argv))).toEqual([]);
    });
  });

  it('state migrate', async () => {
    const { runner } = await kept(deploy);
    const argv = ['state', 'migrate', '--from', 'file', '--json'];
    expect(problemsOf('dry-run', JSON.parse((await runner.run([...argv, '--dry-run'])).stdout))).toEqual([]);
    expect(problemsIn('state migrate', await runner.run(argv))).toEqual([]);
  });
});

it.each([['--help'], ['sa --help'], ['sa rotate --help'], ['help config get']])('%s', async (line) => {
  const { stdout } = await run([...line.split(' '), '--json']);
  expect(problemsOf('command-tree', JSON.parse(stdout))).toEqual([]);
});

it.each(['setup', 'environment'])('help %s', async (topic) => {
  const { stdout } = await run(['help', topic, '--json']);
  expect(problemsOf('help-topic', JSON.parse(stdout))).toEqual([]);
});

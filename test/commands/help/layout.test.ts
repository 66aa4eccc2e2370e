import { describe, expect, it } from 'vitest';

import { flagTitle } from '../../../src/commands/help-layout.ts';
import { wholeTree } from '../../../src/program.ts';
import { run } from '../../harness/run.ts';

describe('the help of a command', () => {
  it('has its flags by what they do, and of the common ones only the names', async () => {
    const { code, stdout, stderr } = await run(['sa', 'delete', '--help'], { terminal: 80 });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n\n')[2]).toBe(
      'Which:\n  --id <id>          id or exact name of the account; "-" reads it from stdin',
    );
    expect(stdout).toContain('\nConfirmation:\n');
    expect(stdout).toContain('\nCommon flags (sactl help flags): --provider, --profile, ');
    expect(stdout).not.toContain('Options');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('has a title for every flag where there are many', async () => {
    const nouns = (await wholeTree()).commands;
    const verbs = nouns.flatMap((noun) => noun.commands).filter(({ options }) => options.length > 4);
    const without = verbs.flatMap((verb) =>
      verb.options
        .filter((option) => flagTitle(verb.name(), option.attributeName()) === null)
        .map((option) => `${verb.name()} ${option.flags}`),
    );
    expect(without).toEqual([]);
  });

  it('says which schemas its JSON has, in lines that fit, and none where it prints none', async () => {
    const { stdout } = await run(['sa', 'rotate', '--help'], { terminal: 80 });
    expect(stdout).toContain(
      '\n\nJSON: "sactl schema issued" or "sactl schema rotation-report";\nwith --dry-run, "sactl schema dry-run".\n',
    );
    expect((await run(['sa', 'list', '--help'])).stdout).toContain('\nJSON: an array of "sactl schema account".\n');
    expect((await run(['sandbox', 'reset', '--help'])).stdout).not.toContain('JSON');
    const prints = await run(['sa', 'rotate', '--help', '-q', '.prints | join(" ")']);
    expect(prints.stdout).toBe('issued rotation-report dry-run\n');
  });

  it('has examples for every noun, too', async () => {
    for (const noun of (await wholeTree()).commands.filter(({ commands }) => commands.length > 0)) {
      const { stdout } = await run([noun.name(), '--help']);
      expect(stdout).toContain('\nExamples:\n  $ sactl ');
    }
  });

  it('of the program is what its name alone shows', async () => {
    const outcome = await run([]);
    expect(outcome).toEqual(await run(['--help']));
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const names = (await wholeTree()).commands.map((command) => command.name());
    for (const name of names) expect(outcome.stdout).toMatch(new RegExp(`^  ${name}[| ]`, 'm'));
  });
});

it('help flags has every common flag', async () => {
  const { stdout } = await run(['help', 'flags']);
  const shown = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, name = '']) => name);
  const flags = (await wholeTree()).options.map(({ long }) => long ?? '');
  expect(new Set(shown)).toEqual(new Set([...flags, '--help']));
});

describe('help as JSON', () => {
  it.each([['sa rotate --help --json'], ['help sa rotate --json'], ['--json sa rotate -h'], ['--json help sa rotate']])(
    'sactl %s',
    async (line) => {
      const { code, stdout, stderr } = await run(line.split(' '));
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const document: unknown = JSON.parse(stdout);
      expect(document).toMatchObject({
        name: 'rotate',
        path: ['serviceaccounts', 'rotate'],
        aliases: [],
        arguments: [],
        commands: [],
      });
      expect(Object.keys(Object(document))).toEqual(
        'name path aliases summary description arguments flags commonFlags prints examples commands'.split(' '),
      );
    },
  );

  it('says of each flag what it takes', async () => {
    const { stdout } = await run([
      'sa',
      'rotate',
      '--help',
      '-q',
      '.flags[] | select(.name == "--id" or .name == "--concurrency")',
    ]);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([
      {
        name: '--id',
        short: null,
        kind: 'text',
        value: '<id>',
        description: 'id or exact name of an account; may be repeated; "-" reads ids from stdin',
        choices: null,
        default: null,
        repeatable: true,
        group: 'Which accounts',
      },
      {
        name: '--concurrency',
        short: null,
        kind: 'text',
        value: '<n>',
        description: 'how many accounts are worked on at once',
        choices: null,
        default: '4',
        repeatable: false,
        group: 'Several accounts',
      },
    ]);
  });

  it('has the whole program, whose flags are the common ones', async () => {
    const { stdout } = await run([
      '--help',
      '-q',
      '.name, (.flags | map(.name) | index("--json") != null), (.commands[].commands | length)',
    ]);
    const [name, hasCommon, ...counts] = stdout.trim().split('\n');
    expect({ name, hasCommon, accounts: counts[0] }).toEqual({ name: 'sactl', hasCommon: 'true', accounts: '6' });
  });

  it('refuses a filter that is none', async () => {
    expect(await run(['sa', '--help', '-q', '.['])).toMatchObject({ code: 2, stdout: '' });
  });
});

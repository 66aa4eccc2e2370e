import { expect, it } from 'vitest';

import {
  commonFlagsOf,
  findCommand,
  findReference,
  flagsOf,
  helpAfter,
  leaves,
  readProgram,
} from '../../scripts/manual/program.ts';

const program = await readProgram();

it('a command is read with all that its help says', () => {
  const serve = findCommand(program, ['sandbox', 'serve']);
  expect(serve).toMatchObject({
    path: ['sandbox', 'serve'],
    aliases: [],
    summary: 'Serve the emulators over HTTP',
    flags: [
      { short: null, long: '--port', value: '<n>', choices: [] },
      { long: '--control-plane', value: '<version>', choices: ['2.20', '2.23', '2.24', '3.0'] },
      { long: '--fault', value: '<fault>' },
    ],
    commonFlags: ['--no-input', '--debug', '--quiet', '--no-color', '--version'],
    commands: [],
  });
  const { examples, notes } = serve === null ? {} : helpAfter(serve);
  expect(examples).toEqual([
    'sactl sandbox serve --port 8080',
    expect.stringContaining(' --control-plane '),
    expect.stringContaining(' --fault '),
  ]);
  expect(notes).toEqual([
    { kind: 'title', text: expect.stringContaining('Faults, as <provider>') },
    { kind: 'rows', rows: expect.arrayContaining([{ term: 'slow', meaning: expect.any(String) }]) },
    { kind: 'text', text: expect.stringContaining('Augment can only be read. With @<nth>') },
  ]);
});

it('a flag is described with its default', () => {
  const serve = findCommand(program, ['sandbox', 'serve']);
  expect(serve === null ? null : flagsOf(serve)).toMatchObject([
    {
      kind: 'rows',
      rows: [
        {
          term: [{ kind: 'syntax', text: '--port <n>' }],
          meaning: expect.arrayContaining([{ kind: 'literal', text: '8642' }]),
        },
        { term: [{ kind: 'syntax', text: '--control-plane <version>' }] },
        { term: [{ kind: 'syntax', text: '--fault <fault>' }] },
      ],
    },
  ]);
});

it('a flag is read with its short form and its choices', () => {
  const flags = new Map(program.flags.map((flag) => [flag.long, flag]));
  expect(flags.get('--query')).toMatchObject({ short: '-q', value: '<filter>' });
  expect(flags.get('--format')?.choices).toEqual(['table', 'json', 'ndjson', 'yaml', 'csv']);
  expect(flags.get('--help')).toBeDefined();
});

it('arguments are read as they are typed', () => {
  expect(findCommand(program, ['help'])?.arguments).toMatchObject([{ name: '[words...]' }]);
  expect(findCommand(program, ['completion'])?.arguments).toEqual([
    { name: '[shell]', description: 'your shell', choices: ['bash', 'zsh', 'fish', 'powershell'] },
  ]);
});

it('every command has flags of the program that it honours', () => {
  const without = leaves(program).filter((command) => commonFlagsOf(program, command) === null);
  expect(without.map(({ path }) => path)).toEqual([['help']]);
});

it.each([
  ['serviceaccounts create', { kind: 'all', flags: [] }],
  ['sa list', { kind: 'except', flags: ['--dry-run', '--yes', '--wait'] }],
  ['config path', { kind: 'only', flags: expect.arrayContaining(['--json', '--quiet']) }],
])('the common flags of %s are listed in the shortest way', (words, told) => {
  const command = findCommand(program, words.split(' '));
  expect(command === null ? null : commonFlagsOf(program, command)).toEqual(told);
});

it.each([
  ['sactl help targets', { kind: 'topic', name: 'targets' }],
  ['sactl sandbox serve --help', { kind: 'command', path: ['sandbox', 'serve'] }],
  ['sa list', { kind: 'command', path: ['serviceaccounts', 'list'] }],
  ['-', null],
  ['New Service Account', null],
])('"%s" is known for what it names', (words, reference) => {
  expect(findReference(program, words)).toEqual(reference);
});

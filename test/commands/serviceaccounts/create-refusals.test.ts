import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { useNscale } from '../../harness/nscale.ts';
import { problems, workFolder } from '../support.ts';

const nscale = useNscale();

const rule = 'nscale names have 1 to 63 letters, digits, "-", "_" or ".", and begin and end with a letter or digit';
const missingName = 'the name is missing: give --name, or "name" in the document';

/** Each is the whole of what is wrong: command line, standard input, problems. */
const refusals: readonly (readonly [argv: string, stdin: string, lines: readonly string[]])[] = [
  ['', '', [missingName]],
  ['--name -x', '', [`"-x" cannot be the name: ${rule}`]],
  [`--name ${'x'.repeat(64)}`, '', [`"${'x'.repeat(64)}" cannot be the name: ${rule}`]],
  ['--name ci --tag team', '', ['--tag "team" must have the form <key>=<value>']],
  ['--name ci --tag =x', '', ['--tag "=x" must have the form <key>=<value>']],
  ['--name ci --org=', '', ['--org must not be empty']],
  ['-f x --stdin', '', ['-f/--file and --stdin exclude each other: give one document']],
  ['-f missing.json', '', ['cannot read missing.json: no such file or directory (ENOENT)']],
  ['-f folder', '', ['cannot read folder: it is a directory']],
  ['--stdin', ' \n', ['standard input is empty: it must hold an account as JSON or YAML']],
  ['--stdin', '{"name": "ci"\n "description": "x"}', ['standard input is not valid JSON at line 2, column 2']],
  ['--stdin', '{"name": "ci", "nmae": "x"}', ['standard input: unknown key "nmae"']],
  ['--stdin', '{"name": "ci", "groups": "x"}', ['standard input: "groups" must be a list']],
  ['--stdin', '{"description": "x"}', [missingName]],
  [
    '--stdin',
    'name: *nowhere',
    ['standard input is not valid YAML in its aliases: Unresolved alias (the anchor must be set before the alias)'],
  ],
  ['--name ci --if-missing --allow-duplicate', '', ['--if-missing and --allow-duplicate exclude each other']],
  [
    '--endpoint x --name -x --tag team -f missing.json --if-missing --allow-duplicate',
    '',
    [
      'flag --endpoint is not a URL such as https://api.example.com',
      'cannot read missing.json: no such file or directory (ENOENT)',
      '--tag "team" must have the form <key>=<value>',
      `"-x" cannot be the name: ${rule}`,
      '--if-missing and --allow-duplicate exclude each other',
    ],
  ],
];

describe('sa create refuses, without a request,', () => {
  it.each(refusals)('"%s" with input %j', async (argv, stdin, lines) => {
    const deployment = nscale();
    const cwd = await workFolder();
    await mkdir(join(cwd, 'folder'));
    const command = ['sa', 'create', '--format', 'yaml', ...argv.split(' ').filter(Boolean)];
    expect(await deployment.run(command, { cwd, stdin })).toEqual({ code: 2, stdout: '', stderr: problems(lines) });
    expect(deployment.requests).toEqual([]);
  });

  it.each([
    ['{"name": "ci",\n"name": "again"}', 'is not valid JSON at line 2, column 1: a key is given twice'],
    ['name: a\n  b: c\n', 'is not valid YAML at line 1, column 7: '],
    ['{"name": "ci"', 'is not valid JSON at line 1, column 14\n'],
    ['[1, 2]', 'standard input: '],
    ['{"metadata": {"name": "ci", "labels": {}}}', '"metadata.labels"'],
    ['{"name": "ci", "enabled": true}', 'enabled'],
    [
      'a: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: [*c, *c, *c, *c]\n',
      'standard input is not valid YAML in its aliases: Excessive alias count',
    ],
  ])('the document %j', async (stdin, message) => {
    const deployment = nscale();
    const { code, stdout, stderr } = await deployment.run(['sa', 'create', '--stdin', '--format', 'yaml'], { stdin });
    expect({ code, stdout, requests: deployment.requests }).toEqual({ code: 2, stdout: '', requests: [] });
    expect(stderr).toContain(message);
  });

  it('a document from a terminal', async () => {
    const deployment = nscale();
    const outcome = await deployment.run(['sa', 'create', '--stdin', '--no-color'], { terminal: 100 });
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['the document is read from standard input, which is a terminal: pipe it in, or use -f <file>']),
    });
    expect(deployment.requests).toEqual([]);
  });
});

describe('sa create refuses, without a change,', () => {
  it('a group that does not exist', async () => {
    const deployment = nscale();
    const argv = ['sa', 'create', '--name', 'ci', '--group', 'nope', '--format', 'yaml'];
    expect(await deployment.run(argv)).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['no group has the id or name "nope"'], 'sactl groups list'),
    });
    expect(deployment.mutations()).toEqual([]);
  });
});

it.runIf(process.platform !== 'win32')('sa create reads no more of a file than a document can have', async () => {
  const deployment = nscale();
  expect(await deployment.run(['sa', 'create', '-f', '/dev/zero', '--to', 'file:a'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'sactl: cannot read /dev/zero: it is not a regular file\n',
  });
  expect(deployment.requests).toEqual([]);
});

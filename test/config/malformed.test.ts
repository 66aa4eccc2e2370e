import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { loadFile } from '../../src/config/parse.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(() => workspace[Symbol.asyncDispose]());

const notOurs = 'it has an unknown key; the keys are provider, org, columns, format, printSecrets, $schema';

describe('project files', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['an unknown key', 'profils: 1', ['unknown key "profils"']],
    ['a key with control characters', '"a\\u001b[31m\\nb": 1', [notOurs]],
    ['a long key', `${'k'.repeat(25)}: 1`, [notOurs]],
    ['a line that is a key, and may be a secret', 'root:$6$salt$hash:19000:0: 1', [notOurs]],
    ['a token for a key', 'sk-live-4f1c09d2: 1', [notOurs]],
    ['a list', '- org', ['the file must be a mapping of keys to values']],
    ['a text', 'org', ['the file must be a mapping of keys to values']],
    ['a number for text', 'org: 7', ['"org" must be text, not a number (put it in quotes)']],
    ['a list for text', 'org: [a]', ['"org" must be text, not a list']],
    ['a mapping for text', 'org: {a: 1}', ['"org" must be text, not a mapping']],
    ['true for text', 'org: true', ['"org" must be text, not true or false (put it in quotes)']],
    ['an empty text', 'org: "  "', ['"org" must not be empty']],
    ['nothing', 'org:', ['"org" must not be empty']],
    ['several lines', 'org: "a\\nb"', ['"org" must be one line without control characters']],
    ['a wrong provider', 'provider: aws', ['"provider" must be nscale, runai or augment']],
    ['all providers', 'provider: all', ['"provider" must be nscale, runai or augment']],
    ['a wrong format', 'format: xml', ['"format" must be table, json, ndjson, yaml or csv']],
    ['columns that are no list', 'columns: 3', ['"columns" must be a list of column names']],
    ['no columns', 'columns: []', ['"columns" must not be empty']],
    ['a column that is no text', 'columns: [id, 3]', ['"columns" must be a list of column names, none empty']],
    [
      'several problems',
      'orgs: a\nformat: 1\nendpoint: x',
      [
        'unknown key "orgs"',
        '"endpoint" may not be set in a project file',
        '"format" must be text, not a number (put it in quotes)',
      ],
    ],
  ];

  test.each(cases)('%s', async (_, text, problems) => {
    const path = await workspace.write('code/repository/.sactlrc', text);
    const expected = problems.map((problem) => `${path.replace(workspace.home, '~')}: ${problem}`);
    expect(await workspace.problems()).toEqual(expected);
  });
});

describe('syntax', () => {
  const yaml: readonly (readonly [string, string])[] = [
    ['org: [a', 'line 1, column 8: not valid YAML (bad indent)'],
    ['a: 1\norg: b: c', 'line 2, column 6: not valid YAML (block as implicit key)'],
    ['org: a\norg: b', 'line 2, column 1: not valid YAML (duplicate key)'],
    ['\torg: a', 'line 1, column 1: not valid YAML (tab as indent)'],
    ['org: !!js/function "a"', 'line 1, column 6: not valid YAML (tag resolve failed)'],
    ['? [a]\n: b', 'line 1, column 3: not valid YAML (non string key)'],
    ['org: a\n---\norg: b', 'line 2, column 1: not valid YAML (multiple docs)'],
    ['org: *a', 'not valid YAML (an alias has no anchor, or there are too many)'],
  ];

  test.each(yaml)('YAML %j', async (text, problem) => {
    await workspace.write('code/repository/sactl.config.yaml', text);
    expect(await workspace.problems()).toEqual([`~/code/repository/sactl.config.yaml: ${problem}`]);
  });

  const json: readonly (readonly [string, number, number])[] = [
    ['{"org": }', 1, 9],
    ['{"org": "a",}', 1, 13],
    ['{\n  "org": "a"\n  "format": "b"\n}', 3, 3],
    ['{"org": "a"', 1, 12],
    ["{'org': 1}", 1, 2],
    ['{"org": "a"} x', 1, 14],
    ['org: a', 1, 1],
  ];

  test.each(json)('JSON %j', async (text, line, column) => {
    await workspace.write('code/repository/sactl.config.json', text);
    expect(await workspace.problems()).toEqual([
      `~/code/repository/sactl.config.json: line ${line}, column ${column}: not valid JSON`,
    ]);
  });

  test('a bomb of aliases is refused', async () => {
    const bomb = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
    for (let level = 1; level < 8; level += 1) {
      bomb.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(',')}]`,
      );
    }
    await workspace.write('code/repository/.sactlrc', bomb.join('\n'));
    expect(await workspace.problems()).toEqual([
      '~/code/repository/.sactlrc: not valid YAML (an alias has no anchor, or there are too many)',
    ]);
  });

  test('a byte order mark is no problem', async () => {
    await workspace.write('code/repository/.sactlrc.json', '\uFEFF{"org": "a"}');
    await workspace.write('.config/sactl/config.yaml', '\uFEFFformat: csv');
    const { org, format } = await workspace.load();
    expect([org.value, format.value]).toEqual(['a', 'csv']);
  });

  test('a file of comments sets nothing', async () => {
    await workspace.write('code/repository/.sactlrc', '# nothing yet\n');
    expect((await workspace.load()).org.value).toBeNull();
  });
});

describe('the user file', () => {
  test.each(['config.json', 'config.yaml', 'config.yml'])('may be %s', async (name) => {
    const path = await workspace.write(`.config/sactl/${name}`, '{"org": "a"}');
    expect((await workspace.load()).org.source).toEqual({ kind: 'user', name: path });
  });

  test('lies in XDG_CONFIG_HOME', async () => {
    const path = await workspace.write('xdg/sactl/config.yml', 'org: a');
    const { files } = await workspace.load({}, { XDG_CONFIG_HOME: join(workspace.home, 'xdg') });
    expect(files.user).toBe(path);
  });

  test('is the first of several, and the others are recorded', async () => {
    const first = await workspace.write('.config/sactl/config.json', '{}');
    const second = await workspace.write('.config/sactl/config.yaml', 'org: a');
    const { ignored } = await workspace.load();
    expect(ignored).toEqual([{ what: second, why: `${first} comes first` }]);
  });

  test('may not be a folder', async () => {
    await mkdir(join(workspace.home, '.config/sactl/config.json'), { recursive: true });
    expect(await workspace.problems()).toEqual(['~/.config/sactl/config.json: it is not a regular file']);
  });

  test('is absent where its folder is no folder', async () => {
    const path = await workspace.write('file', '');
    const { files, ignored } = await workspace.load({}, { XDG_CONFIG_HOME: path });
    expect([files.user, ignored]).toEqual([null, []]);
  });

  test('is ignored, and that recorded, where the system does not let us look', async () => {
    // Too long a name stands for a closed folder, which would not stop root.
    const directory = join(workspace.home, 'x'.repeat(300));
    const { files, ignored } = await workspace.load({}, { XDG_CONFIG_HOME: directory });
    expect(files.user).toBeNull();
    expect(ignored).toEqual(
      ['config.json', 'config.yaml', 'config.yml'].map((name) => ({
        what: join(directory, 'sactl', name),
        why: 'it cannot be reached (ENAMETOOLONG)',
      })),
    );
  });

  test('has to be a mapping with right syntax', async () => {
    await workspace.write('.config/sactl/config.yaml', '- profiles');
    expect(await workspace.problems()).toEqual([
      '~/.config/sactl/config.yaml: the file must be a mapping of keys to values',
    ]);
    await workspace.write('.config/sactl/config.yaml', 'profiles: [');
    expect(await workspace.problems()).toEqual([
      '~/.config/sactl/config.yaml: line 1, column 12: not valid YAML (bad indent)',
    ]);
  });

  test('may not set what only flags and variables set', async () => {
    await workspace.write('.config/sactl/config.yaml', 'sandbox: true\nendpoint: x');
    expect(await workspace.problems()).toEqual([
      '~/.config/sactl/config.yaml: unknown key "sandbox"',
      '~/.config/sactl/config.yaml: unknown key "endpoint"',
    ]);
  });
});

describe('SACTL_CONFIG', () => {
  test.each(['mine.json', 'mine.yaml', 'mine.yml'])('names %s instead', async (name) => {
    await workspace.write('.config/sactl/config.yaml', 'org: other');
    const path = await workspace.write(name, '{"org": "mine"}');
    const { org } = await workspace.load({}, { SACTL_CONFIG: `~/${name}` });
    expect(org).toEqual({ value: 'mine', source: { kind: 'user', name: path } });
  });

  test('may belong to another user, because the user named it', async () => {
    const path = await workspace.write('mine.yaml', 'org: mine');
    await symlink(path, join(workspace.home, 'link.yaml'));
    const { org } = await workspace.load({}, { SACTL_CONFIG: join(workspace.home, 'link.yaml') });
    expect(org.value).toBe('mine');
  });

  test.each(['mine.js', 'mine.cjs', 'mine.mjs', 'mine.ts', 'mine'])('refuses %s', async (name) => {
    const path = await workspace.write(name, 'throw new Error("ran")');
    expect(await workspace.problems({}, { SACTL_CONFIG: path })).toEqual([
      `SACTL_CONFIG must name a .json, .yaml or .yml file: ~/${name}`,
    ]);
  });

  test('refuses a missing file and a folder', async () => {
    const missing = join(workspace.home, 'missing.yaml');
    expect(await workspace.problems({}, { SACTL_CONFIG: missing })).toEqual([
      'SACTL_CONFIG: ~/missing.yaml: there is no such file',
    ]);
    await mkdir(missing);
    expect(await workspace.problems({}, { SACTL_CONFIG: missing })).toEqual([
      'SACTL_CONFIG: ~/missing.yaml: it is not a regular file',
    ]);
  });

  test('refuses what is larger than any configuration', async () => {
    const large = await workspace.write('large.yaml', `org: x${' '.repeat(1024 * 1024)}`);
    expect(await workspace.problems({}, { SACTL_CONFIG: large })).toEqual([
      'SACTL_CONFIG: ~/large.yaml: it is larger than 1 MiB',
    ]);
    const yaml = await workspace.write('long.yaml', `org: x${' '.repeat(64 * 1024)}`);
    expect(await workspace.problems({}, { SACTL_CONFIG: yaml })).toEqual([
      '~/long.yaml: larger than 64 KiB; JSON may have 1 MiB',
    ]);
    const json = await workspace.write('long.json', `{"org":"x"}${' '.repeat(64 * 1024)}`);
    expect((await workspace.load({}, { SACTL_CONFIG: json })).org.value).toBe('x');
  });

  test('refuses a file that cannot be reached', async () => {
    const path = join(workspace.home, `${'x'.repeat(300)}.yaml`);
    expect(await workspace.problems({}, { SACTL_CONFIG: path })).toEqual([
      `SACTL_CONFIG: ~/${'x'.repeat(300)}.yaml: it cannot be reached (ENAMETOOLONG)`,
    ]);
  });

  test('is not read a second time as a project file when it is wrong', async () => {
    const path = await workspace.write('code/repository/deploy/prod/.sactlrc.yaml', 'profile: [');
    expect(await workspace.problems({}, { SACTL_CONFIG: path })).toHaveLength(1);
  });
});

test.each([
  ['folder', 'cannot be read (EISDIR)'],
  ['missing', 'was removed meanwhile'],
])('what became a %s after it was seen %s', async (name, problem) => {
  await mkdir(join(workspace.home, 'folder'));
  const path = join(workspace.home, name);
  expect(await loadFile(path)).toEqual({ problem: `${path}: ${problem}` });
});

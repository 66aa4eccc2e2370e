import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { listColumns } from '../../../src/fleet/selection.ts';
import { homeWith, userFile } from './home.ts';

const file = `# mine
profile: prod   # the default

profiles:
  # production
  prod:
    provider: nscale
    credential: { env: TOK } # from CI
  stage.eu:
    provider: nscale
    credential: { command: [pass, show, x] }
`;

describe('config set', () => {
  it('changes a value and adds one, and leaves comments, order and everything else', async () => {
    const home = await homeWith({ [userFile]: file });
    function set(...words: readonly string[]): ReturnType<typeof home.run> {
      return home.run(['config', 'set', ...words]);
    }
    expect(await set('profile', 'stage.eu')).toEqual({
      code: 0,
      stdout: `~/${userFile}: profile is set\n`,
      stderr: '',
    });
    expect(await set('profiles.stage.eu.org', 'acme')).toMatchObject({ code: 0 });
    expect(await set('profiles.prod.credential', '{file: ~/token}')).toMatchObject({ code: 0 });
    expect(await set('columns', '[name, id]')).toMatchObject({ code: 0 });
    expect(await readFile(join(home.path, userFile), 'utf8')).toBe(`# mine
profile: stage.eu # the default

profiles:
  # production
  prod:
    provider: nscale
    credential: { file: ~/token } # from CI
  stage.eu:
    provider: nscale
    credential: { command: [ pass, show, x ] }
    org: acme
columns: [ name, id ]
`);
  });

  it('makes the file, for you alone, and keeps one in JSON as JSON', async () => {
    const home = await homeWith({});
    expect(await home.run(['config', 'set', 'org', 'acme', '-q', '.path'])).toEqual({
      code: 0,
      stdout: `~/${userFile}\n`,
      stderr: '',
    });
    expect(await readFile(join(home.path, userFile), 'utf8')).toBe(
      '# yaml-language-server: $schema=config.schema.json\norg: acme\n',
    );
    expect((await stat(join(home.path, userFile))).mode & 0o777).toBe(0o600);

    const json = '.config/sactl/config.json';
    const other = await homeWith({ [json]: '{"org":"a","profiles":{}}' });
    expect(await other.run(['config', 'set', 'format', 'yaml'])).toMatchObject({ code: 0 });
    expect(await readFile(join(other.path, json), 'utf8')).toBe(
      '{\n  "org": "a",\n  "profiles": {},\n  "format": "yaml"\n}\n',
    );
  });

  it('says where a value is so already, and does not write', async () => {
    const home = await homeWith({ [userFile]: 'org: acme\n' });
    const before = await stat(join(home.path, userFile));
    expect(await home.run(['config', 'set', 'org', 'acme'])).toMatchObject({
      code: 0,
      stderr: 'sactl: org is so already\n',
    });
    expect((await stat(join(home.path, userFile))).mtimeMs).toBe(before.mtimeMs);
  });
});

function unknownColumns(at: string): string {
  const names = listColumns.map(({ name }) => name).join(', ');
  return (
    `sactl: ${at}: there is no column "nam"; did you mean name?\n` +
    `sactl: ${at}: there is no column "foo"; the columns are ${names}\n`
  );
}

describe('a change that would not be read again is refused, and nothing is written', () => {
  const at = `~/${userFile}`;
  it.each([
    [['nope', 'x'], `sactl: ${at}: unknown key "nope"\n`],
    [['format', 'xml'], `sactl: ${at}: "format" must be table, json, ndjson, yaml or csv\n`],
    [
      ['profiles.prod.org.name', 'x'],
      `sactl: ${at}: "profiles.prod.org.name" cannot be set: a key above it has a value of its own\n`,
    ],
    [
      ['profile', 'staging'],
      `sactl: ${at}: "profile" is "staging"; there are prod and stage.eu\nhint: or set it up: sactl config init --name staging\n`,
    ],
    [
      ['profile', 'prdo'],
      `sactl: ${at}: "profile" is "prdo"; did you mean prod?\nhint: or set it up: sactl config init --name prdo\n`,
    ],
    [['columns', '[nam, foo]'], unknownColumns(at)],
    [['columns', '[name'], 'sactl: the value begins with [ or { and is not valid YAML\n'],
    [
      ['profiles.new.provider', 'nscale'],
      `sactl: ${at}: "profiles.new.credential" is missing\nhint: a profile is written as a whole: sactl config set profiles.new '{provider: nscale, credential: {env: NSCALE_SERVICE_TOKEN}}', or by sactl config init\n`,
    ],
  ])('%j', async (words, stderr) => {
    const home = await homeWith({
      [userFile]: file.replace('    provider: nscale\n', '    provider: nscale\n    org: acme\n'),
    });
    const before = await readFile(join(home.path, userFile), 'utf8');
    expect(await home.run(['config', 'set', ...words])).toEqual({ code: 2, stdout: '', stderr });
    expect(await readFile(join(home.path, userFile), 'utf8')).toBe(before);
  });

  it('keeps the profile that is the default, and says what to do first', async () => {
    const home = await homeWith({ [userFile]: file });
    const expected = {
      code: 2,
      stdout: '',
      stderr:
        `sactl: ${at}: "profile" is "prod"; there is stage.eu\n` +
        'hint: first take away the setting that names it: sactl config unset profile\n',
    };
    expect(await home.run(['config', 'unset', 'profiles.prod'])).toEqual(expected);
    expect(await readFile(join(home.path, userFile), 'utf8')).toBe(file);
  });

  it('lets the rest of a file be changed whose profile is not there, and the profile be mended', async () => {
    const home = await homeWith({ [userFile]: file.replace('profile: prod', 'profile: gone\ncolumns: [foo]') });
    expect(await home.run(['config', 'set', 'org', 'acme'])).toMatchObject({ code: 0 });
    expect(await home.run(['config', 'unset', 'profiles.prod'])).toMatchObject({ code: 0 });
    expect(await home.run(['config', 'set', 'profile', 'other'])).toMatchObject({ code: 2 });
    expect(await home.run(['config', 'set', 'profile', 'stage.eu'])).toMatchObject({ code: 0 });
  });

  it('does not repeat a secret that was typed in its place', async () => {
    const home = await homeWith({ [userFile]: file });
    const { code, stderr } = await home.run(['config', 'set', 'profiles.prod.credential', 'hunter2-s3cret']);
    expect(code).toBe(2);
    expect(stderr).toContain('"profiles.prod.credential" must not hold the secret itself');
    expect(stderr).not.toContain('hunter2');
    expect(await readFile(join(home.path, userFile), 'utf8')).toBe(file);
  });

  it('asks for both words', async () => {
    const home = await homeWith({});
    expect(await home.run(['config', 'set', 'org'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sactl: <value> is missing\nhint: sactl config set --help\n',
    });
  });
});

describe('config unset', () => {
  it('takes a key away with what is below it, and keeps the heading of the file', async () => {
    const home = await homeWith({ [userFile]: file });
    expect(await home.run(['config', 'unset', 'profile'])).toEqual({
      code: 0,
      stdout: `~/${userFile}: profile is not set any more\n`,
      stderr: '',
    });
    expect(await home.run(['config', 'unset', 'profiles.stage.eu'])).toMatchObject({ code: 0 });
    const text = await readFile(join(home.path, userFile), 'utf8');
    expect(text).toContain('# mine');
    expect(text).toContain('# production');
    expect(text).not.toContain('stage');
    expect(await home.run(['config', 'unset', 'profile'])).toMatchObject({
      code: 0,
      stderr: 'sactl: profile is so already\n',
    });
  });

  it('mends a file that is wrong elsewhere, step by step', async () => {
    const home = await homeWith({ [userFile]: 'nope: 1\nother: 2\norg: acme\n' });
    expect(await home.run(['config', 'unset', 'nope'])).toMatchObject({ code: 0 });
    expect(await readFile(join(home.path, userFile), 'utf8')).toBe('other: 2\norg: acme\n');
  });
});

describe('config get', () => {
  it.each([
    ['profile', 'prod\n'],
    ['profiles.stage.eu.provider', 'nscale\n'],
    ['profiles.stage.eu.credential', '{"command":["pass","show","x"]}\n'],
  ])('prints %s', async (key, stdout) => {
    const home = await homeWith({ [userFile]: file });
    expect(await home.run(['config', 'get', key])).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('is exit code 3 for what is not set', async () => {
    const home = await homeWith({});
    expect(await home.run(['config', 'get', 'profile'])).toEqual({
      code: 3,
      stdout: '',
      stderr: `sactl: "profile" is not set in ~/${userFile}\nhint: sactl config explain\n`,
    });
  });
});

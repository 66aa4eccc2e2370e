import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { run } from '../../harness/run.ts';
import { homeWith, userFile, type Home } from './home.ts';

const line = '# yaml-language-server: $schema=config.schema.json\n';
const schemaFile = '.config/sactl/config.schema.json';
const jsonFile = '.config/sactl/config.json';

function read(home: Home, name: string): Promise<string | null> {
  return readFile(join(home.path, name), 'utf8').catch(() => null);
}

async function set(home: Home, ...words: readonly string[]): Promise<void> {
  expect(await home.run(['config', 'set', ...words])).toMatchObject({ code: 0, stderr: '' });
}

describe('a new configuration file', () => {
  it('names the schema beside it, which is what "schema config" prints, and keeps naming it', async () => {
    const home = await homeWith({});
    await set(home, 'org', 'acme');
    const written = (await read(home, userFile)) ?? '';
    expect(written).toBe(`${line}org: acme\n`);
    const schema = JSON.parse((await read(home, schemaFile)) ?? '') as object;
    const printed = JSON.parse((await run(['schema', 'config'])).stdout) as object;
    expect(schema).toEqual({ ...printed, $comment: expect.stringContaining('Written by sactl') });
    expect((await stat(join(home.path, schemaFile))).mode & 0o777).toBe(0o600);
    expect(new Ajv2020().compile(schema)(parse(written))).toBe(true);

    await set(home, 'format', 'json');
    expect(await home.run(['config', 'unset', 'org'])).toMatchObject({ code: 0 });
    expect(await read(home, userFile)).toBe(`${line}\nformat: json\n`);
    expect(await home.run(['config', 'unset', 'format'])).toMatchObject({ code: 0 });
    await set(home, 'org', 'acme');
    expect(await read(home, userFile)).toBe(`${line}\norg: acme\n`);
    expect(await home.run(['config', 'explain', '-q', '.ignored'])).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
  });

  it('in JSON has it as a key', async () => {
    const home = await homeWith({});
    const options = { env: { SACTL_CONFIG: join(home.path, 'mine.json') } };
    expect(await home.run(['config', 'set', 'org', 'acme'], options)).toMatchObject({ code: 0 });
    expect(await read(home, 'mine.json')).toBe('{\n  "$schema": "./config.schema.json",\n  "org": "acme"\n}\n');
    expect(await read(home, 'config.schema.json')).not.toBeNull();
    expect(await home.run(['config', 'get', 'org'], options)).toEqual({ code: 0, stdout: 'acme\n', stderr: '' });
  });

  it('names none where something else has the place of the schema, and leaves that', async () => {
    const home = await homeWith({ [schemaFile]: '{"mine": true}' });
    await set(home, 'org', 'acme');
    expect(await read(home, userFile)).toBe('org: acme\n');
    expect(await read(home, schemaFile)).toBe('{"mine": true}');

    const other = await homeWith({});
    await mkdir(join(other.path, schemaFile), { recursive: true });
    await set(other, 'org', 'acme');
    expect(await read(other, userFile)).toBe('org: acme\n');
  });
});

describe('a file that is there', () => {
  it.each([
    ['names none', '# mine\norg: a\n'],
    ['names another', '# yaml-language-server: $schema=https://example.com/x.json\norg: a\n'],
    ['names another by a key', '$schema: ../x.json\norg: a\n'],
  ])('stays as it is where it %s', async (_, text) => {
    const home = await homeWith({ [userFile]: text });
    await set(home, 'org', 'acme');
    expect(await read(home, userFile)).toBe(text.replace('org: a', 'org: acme'));
    expect(await read(home, schemaFile)).toBeNull();
  });

  it.each([
    [userFile, `${line}org: a\n`],
    [userFile, '$schema: ./config.schema.json\norg: a\n'],
    [jsonFile, '{"$schema":"./config.schema.json","org":"a"}'],
  ])('gets the schema of this version with a change where it names it: %s', async (path, text) => {
    const home = await homeWith({ [path]: text });
    await set(home, 'org', 'acme');
    const current = await read(home, schemaFile);
    expect(current).toContain('"printSecrets"');
    const older = await homeWith({ [path]: text, [schemaFile]: (current ?? '').replace('"printSecrets"', '"older"') });
    await set(older, 'org', 'acme');
    expect(await read(older, schemaFile)).toBe(current);
    const own = await homeWith({ [path]: text, [schemaFile]: '{}' });
    await set(own, 'org', 'acme');
    expect(await read(own, schemaFile)).toBe('{}');
  });
});

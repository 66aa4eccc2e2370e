// @module-tag slow
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

import { schemaOf } from '../../../src/commands/schema/print.ts';
import { schemaNames } from '../../../src/commands/schema/names.ts';
import type { TestContextOptions } from '../../harness/context.ts';
import { run } from '../../harness/run.ts';
import { freshStateDirectory } from '../../harness/state.ts';
import { sandbox } from '../augment/sandbox.ts';
import { brokenStdout, workFolder } from '../support.ts';
import { problemsOf } from './strict.ts';

const ajv = new Ajv2020({ allErrors: true });

interface Machine {
  readonly sactl: (
    line: string,
    options?: TestContextOptions,
  ) => Promise<{ readonly value: unknown; readonly error: unknown }>;
}

async function machine(provider: string): Promise<Machine> {
  const env = { SACTL_STATE_DIR: freshStateDirectory(), SACTL_PROVIDER: provider };
  const cwd = await workFolder();
  return {
    sactl: async (line, options = {}) => {
      const argv = [...line.split(' '), '--sandbox', '--json'];
      const { stdout, stderr } = await run(argv, { env, cwd, ...options });
      const last = stderr.trim().split('\n').at(-1) ?? '';
      return {
        value: stdout === '' ? null : (JSON.parse(stdout) as unknown),
        error: last.startsWith('{') ? (JSON.parse(last) as unknown) : null,
      };
    },
  };
}

describe.each(['nscale', 'runai'])('what %s prints fits its schema:', (provider) => {
  const name = provider === 'nscale' ? 'ci-deploy' : 'batch-trainer';
  const update = provider === 'nscale' ? '--description x' : '--disable';

  it('reads', async () => {
    const { sactl } = await machine(provider);
    expect(problemsOf('account', (await sactl('sa list')).value)).toEqual([]);
    expect(problemsOf('account', (await sactl(`sa get --id ${name}`)).value)).toEqual([]);
    expect(problemsOf('identity', (await sactl('whoami')).value)).toEqual([]);
    expect(problemsOf('diagnosis', (await sactl('doctor')).value)).toEqual([]);
  });

  it('changes', async () => {
    const { sactl } = await machine(provider);
    expect(problemsOf('dry-run', (await sactl(`sa rotate --id ${name} --to file:t --dry-run`)).value)).toEqual([]);
    expect(problemsOf('issued', (await sactl(`sa rotate --id ${name} --to file:t --yes`)).value)).toEqual([]);
    expect(problemsOf('issued', (await sactl('sa create --name schema-test')).value)).toEqual([]);
    expect(problemsOf('account', (await sactl(`sa update --id ${name} ${update}`)).value)).toEqual([]);
    const several = await sactl('sa rotate --match schema-* --to file:{name} --yes');
    expect(problemsOf('rotation-report', several.value)).toEqual([]);
    const deleted = await sactl('sa delete --id schema-test --yes');
    expect(problemsOf('deleted', deleted.value)).toEqual([]);
    expect(problemsOf('audit-event', (await sactl('audit list')).value)).toEqual([]);
  });

  it('errors and notes', async () => {
    const { sactl } = await machine(provider);
    expect(problemsOf('error', (await sactl('sa get --id nobody')).error)).toEqual([]);
    expect(problemsOf('error', (await sactl('sa rotate')).error)).toEqual([]);
    // How notes are written is the same for all, and held by test/stderr-json.test.ts.
    expect(problemsOf('note', { note: { message: 'x' }, sandbox: true })).toEqual([]);
  });

  it('what is kept', async () => {
    const { sactl } = await machine(provider);
    await sactl(`sa rotate --id ${name} --yes`, { stdout: brokenStdout('ENOSPC') });
    const { value } = await sactl('recover list');
    expect(value).toHaveLength(1);
    expect(problemsOf('entry', value)).toEqual([]);
    const [{ id } = { id: '' }] = value as readonly { readonly id: string }[];
    expect(problemsOf('entry', (await sactl(`recover show --id ${id} --reveal`)).value)).toEqual([]);
    expect(problemsOf('delivery-report', (await sactl('recover deliver --all --yes')).value)).toEqual([]);
    expect(problemsOf('issued', (await sactl(`recover deliver --id ${id} --to file:t --yes`)).value)).toEqual([]);
  });
});

it.each([
  ['nscale', 'groups list', 'group'],
  ['nscale', 'roles list', 'role'],
  ['nscale', 'orgs list', 'organization'],
  ['runai', 'roles list', 'role'],
  ['runai', 'scopes list', 'scope'],
  ['runai', 'accessrules list', 'access-rule'],
] as const)('%s: %s fits the schema "%s"', async (provider, line, name) => {
  const { value } = await (await machine(provider)).sactl(line);
  expect(value).not.toEqual([]);
  expect(problemsOf(name, value)).toEqual([]);
});

it('Augment: accounts and tokens fit theirs', async () => {
  const { atConsole, sactl } = await sandbox();
  await atConsole('create', '--name', 'ci');
  const stdin = await atConsole('issue', '--account', 'ci', '--token', 'first');
  const create = ['sa', 'create', '--name', 'ci', '--token', 'first', '--stdin', '--to', 'file:t', '--json'];
  expect(problemsOf('issued', JSON.parse((await sactl(create, { stdin })).stdout))).toEqual([]);
  for (const [argv, name] of [
    [['sa', 'list'], 'account'],
    [['tokens', 'list', '--id', 'ci'], 'token'],
    [['audit', 'list'], 'audit-event'],
    [['whoami'], 'identity'],
  ] as const) {
    const { stdout } = await sactl([...argv, '--json']);
    expect(stdout === '' ? [] : problemsOf(name, JSON.parse(stdout))).toEqual([]);
  }
});

describe('sactl schema', () => {
  it('lists what there is, and prints each', async () => {
    const { stdout } = await run(['schema', '-q', '.[].name']);
    expect(stdout.trim().split('\n')).toEqual(Object.keys(schemaNames));
    for (const name of Object.keys(schemaNames)) {
      const { code, stdout: text } = await run(['schema', name]);
      expect(code).toBe(0);
      expect(() => new Ajv2020().compile(JSON.parse(text) as object)).not.toThrow();
    }
  });

  it('names those that there are', async () => {
    const { code, stdout, stderr } = await run(['schema', 'acount']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('there is no schema "acount"; there are config, document, account');
  });

  it('lets what is printed have more keys one day', () => {
    expect(JSON.stringify(schemaOf('account'))).not.toContain('additionalProperties":false');
  });
});

describe('what is read', () => {
  it.each([
    ['profiles: { p: { provider: nscale, credential: { env: A } } }', true],
    ['printSecrets: never\n$schema: ./x.json', true],
    ['printSecrets: always', false],
    ['profiles: { p: { provider: nscale } }', false],
    ['profiles: { p: { provider: nscale, credential: { env: A, file: b } } }', false],
    ['profils: {}', false],
  ])('a configuration %j fits its schema as the program reads it: %s', async (yaml, fits) => {
    const { parse } = await import('yaml');
    expect(ajv.compile(schemaOf('config') ?? {})(parse(yaml))).toBe(fits);
    const folder = await workFolder();
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'config.yaml'), `${yaml}\n`);
    const env = { SACTL_CONFIG: join(folder, 'config.yaml') };
    expect((await run(['config', 'explain', '--sandbox'], { env })).code).toBe(fits ? 0 : 2);
  });

  it('a document that get printed fits its schema', async () => {
    const { value } = await (await machine('nscale')).sactl('sa get --id ci-deploy');
    expect(ajv.compile(schemaOf('document') ?? {})(value)).toBe(true);
  });
});

/** The keys of a schema by their places, with the types of what they hold. */
function keysIn(schema: unknown, at = ''): readonly string[] {
  const { properties, items, anyOf, type, enum: words } = schema as Record<string, unknown>;
  const inner = [
    ...Object.entries(properties ?? {}).flatMap(([key, value]) => keysIn(value, `${at}.${key}`)),
    ...(items === undefined ? [] : keysIn(items, `${at}[]`)),
    ...((anyOf ?? []) as unknown[]).flatMap((one) => keysIn(one, at)),
  ];
  const kind = type === undefined ? (words === undefined ? 'any' : 'word') : JSON.stringify(type);
  return [...(at === '' ? [] : [`${at}: ${kind}`]), ...inner];
}

it('keys are only added: what goes breaks scripts', async () => {
  const all = Object.keys(schemaNames).flatMap((name) => keysIn(schemaOf(name)).map((line) => `${name}${line}`));
  await expect(`${[...new Set(all)].join('\n')}\n`).toMatchFileSnapshot('keys.txt');
});

// @module-tag slow
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { providerNames } from '../../src/model/account.ts';
import { readConfiguration } from '../../src/config/configuration.ts';
import type { Source } from '../../src/config/setting.ts';
import { hostileText, unprintable } from '../harness/hostile.ts';
import { createWorkspace, nscaleEnv, userFile, type Workspace } from './workspace.ts';
import { hintText } from '../../src/model/hint.ts';

const settings = { numRuns: 250, seed: 20261122 };

let workspace: Workspace;
beforeAll(async () => {
  workspace = await createWorkspace();
});
afterAll(() => workspace[Symbol.asyncDispose]());

const projectFile = 'code/repository/.sactlrc.json';

/** Null removes the file. */
async function write(path: string, content: string | null): Promise<void> {
  if (content === null) await rm(join(workspace.home, path), { force: true });
  else await workspace.write(path, content);
}

type Settings = Readonly<Record<string, string | undefined>>;

/** Some of the settings, each with one of the values it may have. */
function someOf(values: Readonly<Record<string, readonly string[]>>): fc.Arbitrary<Settings> {
  return fc.record(Object.fromEntries(Object.entries(values).map(([key, known]) => [key, fc.constantFrom(...known)])), {
    requiredKeys: [],
  });
}

const org = ['a', 'b', 'c'];
const format = ['json', 'csv', 'yaml'];
const profile = ['p', 'q'];

const sources = fc.record({
  flags: someOf({ provider: [...providerNames, 'all'], org, format, profile }),
  env: someOf({ provider: [...providerNames, 'all'], org, profile }),
  project: fc.option(someOf({ provider: providerNames, org, format })),
  user: fc.option(someOf({ provider: providerNames, org, format, profile })),
});

function environmentOf(env: Settings): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [`SACTL_${name.toUpperCase()}`, value ?? '']));
}

describe('for any combination of sources', () => {
  test('a flag wins over the environment, that over the project, that over the user', async () => {
    await fc.assert(
      fc.asyncProperty(sources, async ({ flags, env, project, user }) => {
        await write(projectFile, project === null ? null : JSON.stringify(project));
        await write(userFile, user === null ? null : JSON.stringify(user));
        const found = await workspace.load(flags, environmentOf(env));
        for (const key of ['provider', 'org', 'format', 'profile'] as const) {
          const ranked: readonly (readonly [Source['kind'], string | undefined])[] = [
            ['flag', flags[key]],
            ['env', env[key]],
            ['project', project?.[key]],
            ['user', user?.[key]],
          ];
          const [kind, value] = ranked.find(([, given]) => given !== undefined) ?? [];
          expect(found[key]).toMatchObject({ value: value ?? null, source: { kind: kind ?? 'default' } });
        }
      }),
      settings,
    );
  });

  test('what is not used is said, once for each', async () => {
    await fc.assert(
      fc.asyncProperty(sources, async ({ flags, env, project, user }) => {
        await write(projectFile, project === null ? null : JSON.stringify(project));
        await write(userFile, user === null ? null : JSON.stringify(user));
        const { ignored } = await workspace.load(flags, environmentOf(env));
        const given = [flags, env, project ?? {}, user ?? {}].flatMap((each) => Object.keys(each));
        expect(ignored).toHaveLength(given.length - new Set(given).size);
      }),
      settings,
    );
  });
});

/** Keys that decide where a credential comes from or goes to, and those that do not. */
const key = fc.oneof(
  fc.constantFrom(
    'endpoint',
    'credential',
    'profile',
    'profiles',
    'ca',
    'command',
    'clientId',
    'env',
    'file',
    'sandbox',
    'provider',
    'org',
    'columns',
    'format',
    '__proto__',
    'constructor',
    'prototype',
  ),
  hostileText(),
);

const evil = fc.constantFrom<unknown>(
  'https://evil.example',
  { env: 'AWS_SECRET_ACCESS_KEY' },
  { command: ['curl', 'https://evil.example'] },
  { prod: { provider: 'nscale', endpoint: 'https://evil.example', credential: { env: 'X' } } },
  'prod',
  '1',
  true,
  null,
  [],
);

describe('whatever a project file holds', () => {
  test('it sets none of what a credential depends on', async () => {
    const pairs = fc.array(fc.tuple(key, fc.oneof(evil, fc.jsonValue())), { maxLength: 5 });
    await write(userFile, null);
    await fc.assert(
      fc.asyncProperty(pairs, async (entries) => {
        const members = entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
        await write(projectFile, `{${members.join(',')}}`);
        const { configuration, problems } = await readConfiguration(workspace.context(), {});
        expect(configuration).toMatchObject({ sandbox: { value: false }, files: { user: null } });
        expect(configuration.profile).toEqual({ value: null, source: { kind: 'default', name: 'default' } });
        expect([...configuration.profiles]).toEqual([]);
        const allowed = new Set(['provider', 'org', 'columns', 'format']);
        const others = new Set(entries.map(([name]) => name).filter((name) => !allowed.has(name)));
        expect(problems.length).toBeGreaterThanOrEqual(others.size);
        if (problems.length > 0) return;
        const connection = await workspace.resolve({ provider: 'nscale' }, nscaleEnv);
        expect(connection).toMatchObject({ endpoint: 'https://nscale.test', ca: null, profile: null });
        expect(connection.credential?.source).toBe('environment variable NSCALE_SERVICE_TOKEN');
      }),
      settings,
    );
  });

  test('it gives settings or problems, one line each, and never an error of ours', async () => {
    const name = fc.constantFrom('.sactlrc', '.sactlrc.json', '.sactlrc.yaml', 'sactl.config.yml');
    await write(projectFile, null);
    await fc.assert(
      fc.asyncProperty(name, fc.oneof(hostileText(), fc.json()), async (file, text) => {
        await write(`code/repository/${file}`, text);
        const { problems } = await readConfiguration(workspace.context(), {});
        await write(`code/repository/${file}`, null);
        for (const problem of problems) expect(problem).not.toMatch(unprintable);
      }),
      settings,
    );
  });
});

describe('no problem repeats a secret', () => {
  const secret = 'a-secret-in-the-wrong-place-0123456789';
  const place = fc.constantFrom<readonly [file: string, text: string]>(
    [userFile, `profiles: {p: {provider: nscale, credential: ${secret}}}`],
    [userFile, `profiles: {p: {provider: nscale, credential: {env: "${secret}"}}}`],
    [userFile, `profiles: {p: {provider: nscale, credential: {${secret}}}}`],
    [userFile, `profiles: {p: {provider: nscale, credential: [${secret}]}}`],
    [userFile, `profiles: {p: {provider: ${secret}}}`],
    [userFile, `org: ["${secret}"]`],
    [userFile, `org: "${secret}`],
    [userFile, `format: ${secret}`],
    [projectFile, `{"credential": "${secret}"}`],
    [projectFile, `{"provider": "${secret}"}`],
    [projectFile, `{"org": "${secret}`],
  );
  const flags = fc.record(
    { provider: hostileText(), org: hostileText(), format: hostileText(), columns: hostileText() },
    { requiredKeys: [] },
  );

  test('in a file or a variable, whatever else is wrong', async () => {
    const names = ['SACTL_PROVIDER', 'SACTL_ORG', 'SACTL_PROFILE', 'SACTL_SANDBOX'] as const;
    const variables = fc.dictionary(fc.constantFrom(...names), fc.constantFrom(secret, `${secret}\n${secret}`));
    await fc.assert(
      fc.asyncProperty(place, flags, variables, async ([path, text], given, env) => {
        await write(projectFile, null);
        await write(userFile, null);
        await write(path, text);
        const context = workspace.context({ ...env, NSCALE_SERVICE_TOKEN: secret });
        const reading = await readConfiguration(context, given);
        const said = [...reading.problems, ...reading.misuse, hintText(reading.hint ?? '')];
        expect(said.join('\n')).not.toContain(secret);
      }),
      settings,
    );
  });
});
